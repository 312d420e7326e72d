#include "apply/render_pdf_composer.hpp"

#include <algorithm>
#include <utility>

namespace bespoke::pdf {
namespace {

struct Placed {
  Text text;
  double start;
};

std::vector<Run> label_of(const Composer::Pair& pair) {
  return {Run{.text = pair.label, .bold = true}};
}

}  // namespace

void Composer::gap(double height) {
  gap_ = std::max(gap_, height);
}

void Composer::heading(const std::string& text) {
  const Text set = setter_.set({Run{.text = text, .bold = true, .colour = accent}}, size_ * 1.07, setter_.text_width());
  for (int i = 0; i < set.lines; ++i) {
    Row row = next_row(set.size, i == 0 ? setter_.page().section_gap : 0, "H2", i == 0);
    const bool last = i + 1 == set.lines;
    const double height = row.height;
    if (last) row.height += 2.6 * mm;
    row.keep = true;
    row.draw = [&setter = setter_, set, i, last, height](cairo_t* cairo, double y) {
      setter.draw(cairo, set, i, 0, y, height);
      if (last) setter.draw_rule(cairo, y + height + 0.5 * mm);
    };
    rows_.push_back(std::move(row));
  }
}

void Composer::paragraph(std::vector<Run> runs, Shape shape) {
  if (shape.size == 0) shape.size = size_;
  const Text text = setter_.set(std::move(runs), shape.size, setter_.text_width() - shape.indent);
  for (int i = 0; i < text.lines; ++i) {
    Row row = next_row(shape.size, i == 0 ? shape.before : 0, shape.tag, i == 0);
    if (shape.leading > 0) row.height = shape.size * shape.leading;
    const bool orphan = i == 0 && text.lines > 1;
    const bool widow = i == text.lines - 2;
    row.keep = i + 1 == text.lines ? shape.keep : shape.keep_in || orphan || widow;
    row.draw = [&setter = setter_, text, indent = shape.indent, i, height = row.height](cairo_t* cairo, double y) {
      setter.draw(cairo, text, i, indent, y, height);
    };
    rows_.push_back(std::move(row));
  }
}

void Composer::paragraph(const std::string& text, Shape shape, Colour colour, bool bold) {
  if (!text.empty()) paragraph({Run{.text = text, .bold = bold, .colour = colour}}, shape);
}

void Composer::bullets(const std::vector<std::string>& texts, bool keep_after) {
  const std::size_t count = texts.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = rows_.size();
    const bool keep = i + 1 == count ? keep_after : i == 0 || i + 2 == count;
    paragraph(texts[i],
              {.indent = 4 * mm, .before = i == 0 ? 0.7 * mm : 0.5 * mm, .keep = keep, .keep_in = true, .tag = "LI"});
    for (std::size_t k = first; k < rows_.size(); ++k) rows_[k].list = "L";
    if (first < rows_.size()) add_mark(rows_[first]);
  }
}

void Composer::entry_head(std::vector<Run> runs, const std::string& dates, double before, bool keep) {
  const Text date = setter_.set_line({Run{.text = dates, .colour = quiet}}, size_ * small_text);
  const double room = setter_.text_width() - (dates.empty() ? 0 : date.width + 4 * mm);
  const Text what = setter_.set(std::move(runs), size_, room);
  for (int i = 0; i < what.lines; ++i) {
    Row row = next_row(size_, i == 0 ? before : 0, "H3", i == 0);
    row.keep = i + 1 < what.lines || keep;
    row.draw = [&setter = setter_, what, date, i, dated = !dates.empty(), height = row.height](cairo_t* cairo,
                                                                                               double y) {
      setter.draw(cairo, what, i, 0, y, height);
      if (i == 0 && dated) setter.draw(cairo, date, 0, setter.text_width() - date.width, y, height);
    };
    rows_.push_back(std::move(row));
  }
}

void Composer::flow(const std::vector<std::vector<Run>>& items, double size, double between, double before) {
  std::vector<Placed> line;
  double at = 0;
  const auto finish = [&] {
    at = 0;
    if (line.empty()) return;
    Row row = next_row(size, std::exchange(before, 0.0), "P", true);
    row.draw = [&setter = setter_, placed = std::exchange(line, {}), height = row.height](cairo_t* cairo, double y) {
      for (const Placed& item : placed) setter.draw(cairo, item.text, 0, item.start, y, height);
    };
    rows_.push_back(std::move(row));
  };
  for (const std::vector<Run>& runs : items) {
    const Text text = setter_.set_own(runs, size);
    if (at > 0 && at + text.width > setter_.text_width()) finish();
    if (text.width > setter_.text_width()) {
      paragraph(runs, {.size = size, .before = std::exchange(before, 0.0)});
      continue;
    }
    line.push_back({text, at});
    at += text.width + between;
  }
  finish();
}

void Composer::pairs(const std::vector<Pair>& pairs) {
  double label_width = 0;
  for (const Pair& pair : pairs) label_width = std::max(label_width, setter_.set_line(label_of(pair), size_).width);
  label_width = std::min(label_width, 46 * mm);
  const double start = label_width > 0 ? label_width + 5 * mm : 0;
  double before = 0;
  for (const Pair& pair : pairs) {
    const Text label = setter_.set(label_of(pair), size_, label_width);
    const Text value = setter_.set({Run{.text = pair.value}}, size_, setter_.text_width() - start);
    const int lines = std::max(label.lines, value.lines);
    for (int i = 0; i < lines; ++i) {
      Row row = next_row(size_, i == 0 ? std::exchange(before, 0.6 * mm) : 0, "P", i == 0);
      row.keep = i + 1 < lines;
      row.draw = [&setter = setter_, label, value, start, i, height = row.height](cairo_t* cairo, double y) {
        if (i < label.lines) setter.draw(cairo, label, i, 0, y, height);
        if (i < value.lines) setter.draw(cairo, value, i, start, y, height);
      };
      rows_.push_back(std::move(row));
    }
  }
}

Row Composer::next_row(double size, double before, const char* tag, bool new_block) {
  if (new_block) ++block_;
  Row row;
  row.before = std::max(before, std::exchange(gap_, 0.0));
  row.height = setter_.row_height(size);
  row.tag = tag;
  row.block = block_;
  return row;
}

void Composer::add_mark(Row& row) const {
  const Text mark = setter_.set_line({Run{.text = "•", .colour = quiet}}, size_);
  row.draw = [&setter = setter_, mark, draw_text = std::move(row.draw), height = row.height](cairo_t* cairo, double y) {
    setter.draw(cairo, mark, 0, 0.6 * mm, y, height);
    draw_text(cairo, y);
  };
}

}  // namespace bespoke::pdf
