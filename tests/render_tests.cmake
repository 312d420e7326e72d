# What a person sees: the renderers and the client without a model.
bespoke_add_test(extractive_client_test)
bespoke_add_test(render_html_test)
bespoke_add_test(render_locale_test)
bespoke_add_test(render_text_test)
