# What a person sees: the renderers and the client without a model.
bespoke_add_test(extractive_client_test)
bespoke_add_test(extractive_samples_test)
target_compile_definitions(extractive_samples_test PRIVATE BESPOKE_SAMPLE_DATA="${PROJECT_SOURCE_DIR}/examples/data")
bespoke_add_test(render_html_test)
bespoke_add_test(render_locale_test)
bespoke_add_test(render_text_test)

bespoke_add_test(render_pdf_test)
find_program(BESPOKE_PDFTOTEXT pdftotext)
if(TARGET bespoke_pdf AND BESPOKE_PDFTOTEXT)
  add_dependencies(render_pdf_test bespoke_pdf)
  set(bespoke_test_pdf true)
else()
  set(bespoke_test_pdf false)
endif()
target_compile_definitions(render_pdf_test PRIVATE BESPOKE_TEST_PDF=${bespoke_test_pdf}
                                                   BESPOKE_SAMPLE_DATA="${PROJECT_SOURCE_DIR}/examples/data")
