#include "apply/render_pdf_paper.hpp"

#include <cairo-pdf.h>

#include <cstdio>
#include <utility>

namespace bespoke::pdf {
namespace {

constexpr const char* font_families =
    "Source Sans 3, Source Sans Pro, Noto Sans, Liberation Sans, DejaVu Sans, Noto Sans Arabic, Noto Sans CJK SC, "
    "sans-serif";

/// The size at which the font's ascent and descent are measured.
constexpr double measured_size = 100;

void add_attribute(PangoAttrList* list, PangoAttribute* attribute, std::size_t start, std::size_t end) {
  attribute->start_index = static_cast<guint>(start);
  attribute->end_index = static_cast<guint>(end);
  pango_attr_list_insert(list, attribute);
}

guint16 level(double part) {
  return static_cast<guint16>(part * 65535);
}

/// The attributes of cairo_tag_begin quote with ' and escape with \.
std::string quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

void tag_link(cairo_t* cairo, const std::string& link, double x, double y, double width, double height) {
  std::string rectangle(96, '\0');
  const int size =
      std::snprintf(rectangle.data(), rectangle.size(), "rect=[%.2f %.2f %.2f %.2f] ", x, y, width, height);
  rectangle.resize(static_cast<std::size_t>(size));
  cairo_tag_begin(cairo, CAIRO_TAG_LINK, (rectangle + "uri=" + quoted(link)).c_str());
  cairo_tag_end(cairo, CAIRO_TAG_LINK);
}

struct XRange {
  double left, width;
};

/// Where the bytes from `start` to `end` stand on a line, in points from its left end.
std::vector<XRange> x_ranges(PangoLayoutLine* line, int start, int end) {
  int* found = nullptr;
  int count = 0;
  pango_layout_line_get_x_ranges(line, start, end, &found, &count);
  const std::unique_ptr<int, decltype(&g_free)> owner(found, g_free);
  const auto ranges_found = static_cast<std::size_t>(count);
  std::vector<XRange> ranges(ranges_found);
  for (std::size_t i = 0; i < ranges_found; ++i) {
    const int left = found[2 * i];
    const int right = found[2 * i + 1];
    ranges[i] = {static_cast<double>(left) / PANGO_SCALE, static_cast<double>(right - left) / PANGO_SCALE};
  }
  return ranges;
}

void tag_links(cairo_t* cairo, PangoLayoutLine* line, const std::vector<Run>& runs, double x, double y, double height) {
  // Ranges are measured from the layout's edge, and the line is drawn from its own.
  const std::vector<XRange> whole = x_ranges(line, line->start_index, line->start_index + line->length);
  if (whole.empty()) return;
  std::size_t at = 0;
  for (const Run& run : runs) {
    const std::size_t start = at;
    at += run.text.size();
    if (run.link.empty()) continue;
    for (const XRange& range : x_ranges(line, static_cast<int>(start), static_cast<int>(at)))
      if (range.width > 0) tag_link(cairo, run.link, x + range.left - whole.front().left, y, range.width, height);
  }
}

std::shared_ptr<PangoContext> make_context(const std::string& language, PangoDirection direction) {
  std::shared_ptr<PangoContext> context(pango_font_map_create_context(pango_cairo_font_map_get_default()),
                                        g_object_unref);
  pango_cairo_context_set_resolution(context.get(), 72);
  pango_context_set_language(context.get(), pango_language_from_string(language.c_str()));
  pango_context_set_base_dir(context.get(), direction);
  pango_context_set_round_glyph_positions(context.get(), FALSE);
  // Hinting is for screens.
  const std::unique_ptr<cairo_font_options_t, decltype(&cairo_font_options_destroy)> options(
      cairo_font_options_create(), cairo_font_options_destroy);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context.get(), options.get());
  const std::unique_ptr<PangoFontDescription, decltype(&pango_font_description_free)> font(
      pango_font_description_from_string(font_families), pango_font_description_free);
  pango_font_description_set_absolute_size(font.get(), measured_size * PANGO_SCALE);
  pango_context_set_font_description(context.get(), font.get());
  return context;
}

/// Where rows from `first` on that are kept together end, and how high they are without the space above the first.
std::size_t end_of_block(const std::vector<Row>& rows, std::size_t first, double& height) {
  height = rows[first].height;
  std::size_t end = first + 1;
  while (end < rows.size() && rows[end - 1].keep) {
    height += rows[end].before + rows[end].height;
    ++end;
  }
  return end;
}

/// Calls place(row, y, new_page) for each row in order.
template <typename Place>
void paginate(const std::vector<Row>& rows, const Page& page, const Place& place) {
  const double bottom = page.height - page.bottom;
  double y = page.top;
  bool fresh = true;
  for (std::size_t i = 0; i < rows.size();) {
    double height = 0;
    const std::size_t end = end_of_block(rows, i, height);
    bool new_page = i == 0;
    if (!fresh && y + rows[i].before + height > bottom + 0.01) {
      new_page = true;
      y = page.top;
      fresh = true;
    }
    for (; i < end; ++i) {
      if (!fresh && y + rows[i].before + rows[i].height > bottom + 0.01) {
        // What is kept together is higher than a page.
        new_page = true;
        y = page.top;
        fresh = true;
      }
      if (!fresh) y += rows[i].before;
      place(rows[i], y, new_page);
      y += rows[i].height;
      new_page = false;
      fresh = false;
    }
  }
}

}  // namespace

TypeSetter::TypeSetter(const Page& page, const std::string& language, bool right_to_left)
    : page_(page),
      right_to_left_(right_to_left),
      context_(make_context(language, right_to_left ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR)),
      left_to_right_(right_to_left ? make_context(language, PANGO_DIRECTION_LTR) : context_) {
  const PangoFontDescription* font = pango_context_get_font_description(context_.get());
  const std::unique_ptr<PangoFontMetrics, decltype(&pango_font_metrics_unref)> metrics(
      pango_context_get_metrics(context_.get(), font, nullptr), pango_font_metrics_unref);
  ascent_ = pango_font_metrics_get_ascent(metrics.get()) / (measured_size * PANGO_SCALE);
  descent_ = pango_font_metrics_get_descent(metrics.get()) / (measured_size * PANGO_SCALE);
}

Text TypeSetter::set_in(PangoContext* context, std::vector<Run> runs, double size) const {
  const std::shared_ptr<PangoLayout> layout(pango_layout_new(context), g_object_unref);
  const std::unique_ptr<PangoFontDescription, decltype(&pango_font_description_free)> font(
      pango_font_description_copy(pango_context_get_font_description(context)), pango_font_description_free);
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());

  std::string text;
  const std::unique_ptr<PangoAttrList, decltype(&pango_attr_list_unref)> attributes(pango_attr_list_new(),
                                                                                    pango_attr_list_unref);
  for (const Run& run : runs) {
    const std::size_t start = text.size();
    text += run.text;
    const Colour& colour = run.colour;
    add_attribute(attributes.get(),
                  pango_attr_foreground_new(level(colour.red), level(colour.green), level(colour.blue)), start,
                  text.size());
    if (run.bold) add_attribute(attributes.get(), pango_attr_weight_new(PANGO_WEIGHT_SEMIBOLD), start, text.size());
    if (run.italic) add_attribute(attributes.get(), pango_attr_style_new(PANGO_STYLE_ITALIC), start, text.size());
  }
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_attributes(layout.get(), attributes.get());
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout.get(), FALSE);
  int width = 0;
  pango_layout_get_size(layout.get(), &width, nullptr);
  return {layout, std::make_shared<const std::vector<Run>>(std::move(runs)), size,
          static_cast<double>(width) / PANGO_SCALE, pango_layout_get_line_count(layout.get())};
}

Text TypeSetter::set(std::vector<Run> runs, double size, double width) const {
  Text text = set_in(context_.get(), std::move(runs), size);
  // Lines are placed by `draw`; the width only says where they break.
  pango_layout_set_width(text.layout.get(), static_cast<int>(width * PANGO_SCALE));
  text.width = width;
  text.lines = pango_layout_get_line_count(text.layout.get());
  return text;
}

Text TypeSetter::set_line(std::vector<Run> runs, double size) const {
  return set_in(context_.get(), std::move(runs), size);
}

Text TypeSetter::set_own(std::vector<Run> runs, double size) const {
  Text text = set_in(left_to_right_.get(), std::move(runs), size);
  pango_layout_set_auto_dir(text.layout.get(), TRUE);
  return text;
}

void TypeSetter::draw(cairo_t* cairo, const Text& text, int index, double start, double y, double height) const {
  PangoLayoutLine* line = pango_layout_get_line_readonly(text.layout.get(), index);
  PangoRectangle extents;
  pango_layout_line_get_extents(line, nullptr, &extents);
  const double line_width = static_cast<double>(extents.width) / PANGO_SCALE;
  const double x = right_to_left_ ? page_.width - page_.side - start - line_width : page_.side + start;
  const double base = y + (height - (ascent_ + descent_) * text.size) / 2 + ascent_ * text.size;
  cairo_move_to(cairo, x, base);
  pango_cairo_show_layout_line(cairo, line);
  tag_links(cairo, line, *text.runs, x, y, height);
}

void TypeSetter::draw_rule(cairo_t* cairo, double y) const {
  cairo_save(cairo);
  cairo_set_source_rgb(cairo, rule.red, rule.green, rule.blue);
  cairo_set_line_width(cairo, 0.6);
  cairo_move_to(cairo, page_.side, y);
  cairo_rel_line_to(cairo, text_width(), 0);
  cairo_stroke(cairo);
  cairo_restore(cairo);
}

int count_pages(const std::vector<Row>& rows, const Page& page) {
  int pages = 0;
  paginate(rows, page, [&](const Row&, double, bool new_page) { pages += new_page ? 1 : 0; });
  return pages;
}

void print_rows(cairo_t* cairo, const std::vector<Row>& rows, const Page& page) {
  bool on_page = false;
  int block = 0;
  const char* open = nullptr;
  const char* open_list = nullptr;
  const auto close_tag = [&](const char* next_list) {
    if (open) cairo_tag_end(cairo, open);
    open = nullptr;
    if (open_list && open_list != next_list) cairo_tag_end(cairo, std::exchange(open_list, nullptr));
  };
  paginate(rows, page, [&](const Row& row, double y, bool new_page) {
    if (new_page || row.block != block) close_tag(new_page ? nullptr : row.list);
    if (new_page && on_page) cairo_show_page(cairo);
    on_page = true;
    if (!open) {
      open = row.tag;
      block = row.block;
      if (row.list && !open_list) cairo_tag_begin(cairo, open_list = row.list, nullptr);
      cairo_tag_begin(cairo, open, nullptr);
    }
    row.draw(cairo, y);
  });
  close_tag(nullptr);
  if (on_page) cairo_show_page(cairo);
}

}  // namespace bespoke::pdf
