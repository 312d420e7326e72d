# What a person sees of a result, and the client without a model.
bespoke_embed(bespoke render_files templates/preview.css)
target_sources(
  bespoke
  PRIVATE extractive_client.cpp
          extractive_edits.cpp
          extractive_first_person.cpp
          extractive_letter.cpp
          extractive_summary.cpp
          locale.cpp
          locale_ar.cpp
          locale_de.cpp
          locale_en.cpp
          locale_es.cpp
          locale_fr.cpp
          locale_zh.cpp
          render_diff.cpp
          render_document.cpp
          render_fields.cpp
          render_fit.cpp
          render_html.cpp
          render_html_coverage.cpp
          render_html_cv.cpp
          render_html_report.cpp
          render_letter.cpp
          render_markdown.cpp
          render_pdf.cpp
          render_target.cpp
          render_text.cpp
          render_wrap.cpp)

# PDF comes from a module of its own, loaded when asked for, so that the library doesn't need Pango and Cairo.
set_source_files_properties(
  render_pdf.cpp TARGET_DIRECTORY bespoke
  PROPERTIES COMPILE_DEFINITIONS "BESPOKE_MODULE_FOLDER=\"${CMAKE_INSTALL_FULL_LIBDIR}/bespoke\"" SKIP_PRECOMPILE_HEADERS ON)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(BESPOKE_PANGO QUIET IMPORTED_TARGET pangocairo>=1.44 cairo-pdf>=1.16)
endif()
option(BESPOKE_WITH_PDF "The module that makes PDFs, with Pango and Cairo" ${BESPOKE_PANGO_FOUND})
if(BESPOKE_WITH_PDF)
  if(NOT BESPOKE_PANGO_FOUND)
    message(FATAL_ERROR "BESPOKE_WITH_PDF needs Pango and Cairo (Debian: libpango1.0-dev); install them or turn it off")
  endif()
  add_library(bespoke_pdf MODULE render_pdf_compose.cpp render_pdf_composer.cpp render_pdf_module.cpp render_pdf_paper.cpp)
  bespoke_target(bespoke_pdf)
  set_target_properties(bespoke_pdf PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden)
  target_include_directories(bespoke_pdf PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(bespoke_pdf PRIVATE PkgConfig::BESPOKE_PANGO nlohmann_json::nlohmann_json)
endif()
