#include "apply/render_pdf_module.h"

#include "apply/render_pdf_compose.hpp"
#include "job/json_tree.hpp"

#include <cairo-pdf.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>

namespace bespoke::pdf {
namespace {

using json = JsonTree;

struct Output {
  bespoke_pdf_write write;
  void* context;
};

cairo_status_t write_bytes(void* closure, const unsigned char* bytes, unsigned int size) {
  const auto* output = static_cast<const Output*>(closure);
  output->write(output->context, bytes, size);
  return CAIRO_STATUS_SUCCESS;
}

void set_metadata(cairo_surface_t* surface, cairo_pdf_metadata_t kind, const std::string& text) {
  if (!text.empty()) cairo_pdf_surface_set_metadata(surface, kind, text.c_str());
}

class Document {
 public:
  Document(const json& document, Output output)
      : document_(document),
        letter_size_(document.at("page").get_ref<const std::string&>() == "Letter"),
        language_(document.at("language")),
        right_to_left_(document.at("right_to_left")),
        output_(output) {}

  void render() {
    const Page page = usual_page(letter_size_);
    const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
        cairo_pdf_surface_create_for_stream(write_bytes, &output_, page.width, page.height), cairo_surface_destroy);
    set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, document_.at("title"));
    set_metadata(surface.get(), CAIRO_PDF_METADATA_AUTHOR, document_.at("author"));
    set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Bespoke");
    const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
    if (!document_.at("cv").is_null()) print_cv(cairo.get());
    if (!document_.at("letter").is_null()) {
      const TypeSetter setter(letter_page(), language_, right_to_left_);
      print_rows(cairo.get(), compose_letter(document_.at("letter"), setter), setter.page());
    }
    cairo_surface_finish(surface.get());
    const cairo_status_t status = cairo_surface_status(surface.get());
    if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(status));
    const cairo_status_t drawing = cairo_status(cairo.get());
    if (drawing != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(drawing));
  }

 private:
  /// In the first of the closer looks that saves a page.
  void print_cv(cairo_t* cairo) const {
    const TypeSetter usual(usual_page(letter_size_), language_, right_to_left_);
    const std::vector<Row> rows = compose_cv(document_.at("cv"), usual);
    const int pages = count_pages(rows, usual.page());
    if (pages > 1) {
      for (const Page& look : {compact_page(letter_size_), tight_page(letter_size_)}) {
        const TypeSetter closer(look, language_, right_to_left_);
        const std::vector<Row> fewer = compose_cv(document_.at("cv"), closer);
        if (count_pages(fewer, closer.page()) < pages) return print_rows(cairo, fewer, closer.page());
      }
    }
    print_rows(cairo, rows, usual.page());
  }

  Page letter_page() const {
    Page page = usual_page(letter_size_);
    page.side += 4 * mm;
    page.size = 10.5;
    page.leading = 1.5;
    return page;
  }

  const json& document_;
  bool letter_size_;
  std::string language_;
  bool right_to_left_;
  Output output_;
};

}  // namespace
}  // namespace bespoke::pdf

int bespoke_pdf_interface(void) {
  return BESPOKE_PDF_INTERFACE;
}

int bespoke_pdf_render(const char* document, size_t document_size, bespoke_pdf_write write, void* context, char* error,
                       size_t error_size) {
  try {
    const bespoke::JsonTree tree = bespoke::JsonTree::parse(document, document + document_size);
    bespoke::pdf::Document(tree, {write, context}).render();
    return 0;
  } catch (const std::exception& failure) {
    std::snprintf(error, error_size, "%s", failure.what());
  } catch (...) {
    std::snprintf(error, error_size, "unknown failure");
  }
  return 1;
}
