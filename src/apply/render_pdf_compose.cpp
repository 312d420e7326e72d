#include "apply/render_pdf_compose.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace bespoke::pdf {
namespace {

using nlohmann::json;

constexpr double small = 0.93;  ///< of the text size

std::string text_at(const json& object, const char* member) {
  return object.at(member).get<std::string>();
}

/// How a paragraph stands.
struct Shape {
  double size = 0;
  double indent = 0;
  double before = 0;
  bool keep = false;     ///< with what follows
  bool keep_in = false;  ///< its lines together
  double leading = 0;    ///< 0: the page's
  const char* tag = "P";
};

class Composer {
 public:
  explicit Composer(const TypeSetter& setter) : setter_(setter), size_(setter.page().size) {}

  std::vector<Row> take() { return std::move(rows_); }

  /// Room above the next row, unless its own is more.
  void gap(double height) { gap_ = std::max(gap_, height); }

  void paragraph(std::vector<Run> runs, Shape shape) {
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

  void paragraph(const std::string& text, Shape shape, Colour colour = ink, bool bold = false) {
    if (!text.empty()) paragraph({Run{.text = text, .bold = bold, .colour = colour}}, shape);
  }

  /// The first two and the last two stay together.
  void bullets(const json& list, bool keep_after) {
    const std::size_t count = list.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = rows_.size();
      const bool keep = i + 1 == count ? keep_after : i == 0 || i + 2 == count;
      paragraph(list[i].get<std::string>(),
                {.indent = 4 * mm, .before = i == 0 ? 0.7 * mm : 0.5 * mm, .keep = keep, .keep_in = true, .tag = "LI"});
      for (std::size_t k = first; k < rows_.size(); ++k) rows_[k].list = "L";
      if (first < rows_.size()) add_mark(rows_[first]);
    }
  }

  void heading(const std::string& text) {
    const Text set =
        setter_.set({Run{.text = text, .bold = true, .colour = accent}}, size_ * 1.07, setter_.text_width());
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

  /// What an entry is on the reading side, its dates on the other.
  void entry_head(std::vector<Run> runs, const std::string& dates, double before, bool keep) {
    const Text date = setter_.set_line({Run{.text = dates, .colour = quiet}}, size_ * small);
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

  /// Short texts one after the other, as many in a line as there is room for.
  void flow(const std::vector<std::vector<Run>>& items, double size, double between, double before) {
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

  /// Labels in one column, what they stand for in the other.
  void pairs(const json& entries) {
    double label_width = 0;
    for (const json& entry : entries)
      label_width = std::max(label_width, setter_.set_line(label_of(entry), size_).width);
    label_width = std::min(label_width, 46 * mm);
    const double start = label_width > 0 ? label_width + 5 * mm : 0;
    double before = 0;
    for (const json& entry : entries) {
      const Text label = setter_.set(label_of(entry), size_, label_width);
      const Text value = setter_.set({Run{.text = text_at(entry, "summary")}}, size_, setter_.text_width() - start);
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

  double size() const { return size_; }
  const Page& page() const { return setter_.page(); }

 private:
  struct Placed {
    Text text;
    double start;
  };

  static std::vector<Run> label_of(const json& entry) { return {Run{.text = text_at(entry, "title"), .bold = true}}; }

  void add_mark(Row& row) {
    const Text mark = setter_.set_line({Run{.text = "•", .colour = quiet}}, size_);
    row.draw = [&setter = setter_, mark, draw_text = std::move(row.draw), height = row.height](cairo_t* cairo,
                                                                                               double y) {
      setter.draw(cairo, mark, 0, 0.6 * mm, y, height);
      draw_text(cairo, y);
    };
  }

  Row next_row(double size, double before, const char* tag, bool new_block) {
    if (new_block) ++block_;
    Row row;
    row.before = std::max(before, std::exchange(gap_, 0.0));
    row.height = setter_.row_height(size);
    row.tag = tag;
    row.block = block_;
    return row;
  }

  const TypeSetter& setter_;
  double size_;
  std::vector<Row> rows_;
  double gap_ = 0;
  int block_ = 0;
};

void compose_person(Composer& composer, const json& person, const std::string& label) {
  composer.paragraph(text_at(person, "name"), {.size = composer.size() * 2.1, .leading = 1.18, .tag = "H1"}, accent,
                     true);
  composer.paragraph(label, {.size = composer.size() * 1.1}, quiet);
  std::vector<std::vector<Run>> contacts;
  for (const json& contact : person.at("contacts"))
    contacts.push_back({Run{.text = text_at(contact, "text"), .colour = quiet, .link = text_at(contact, "link")}});
  composer.flow(contacts, composer.size() * small, 5 * mm, 1.6 * mm);
}

std::vector<Run> head_runs(const json& entry, const std::string& separator) {
  const std::string title = text_at(entry, "title");
  const std::string organisation = text_at(entry, "organisation");
  const std::string place = text_at(entry, "place");
  const std::string link = text_at(entry, "link");
  std::vector<Run> runs;
  if (!title.empty()) runs.push_back({.text = title, .bold = true, .link = organisation.empty() ? link : ""});
  if (!title.empty() && !organisation.empty()) runs.push_back({.text = " · ", .colour = quiet});
  if (!organisation.empty()) runs.push_back({.text = organisation, .link = link});
  if (!place.empty()) runs.push_back({.text = (runs.empty() ? "" : separator) + place, .colour = quiet});
  return runs;
}

void compose_entry(Composer& composer, const json& entry, const std::string& separator, double before) {
  const json& bullets = entry.at("bullets");
  const json& notes = entry.at("notes");
  const std::string about = text_at(entry, "about");
  const std::string summary = text_at(entry, "summary");
  const bool more = !about.empty() || !summary.empty() || !bullets.empty() || !notes.empty();
  const double small_size = composer.size() * small;
  composer.entry_head(head_runs(entry, separator), text_at(entry, "dates"), before, more);
  composer.paragraph(about, {.size = small_size, .keep = !summary.empty() || !bullets.empty(), .keep_in = true}, quiet);
  composer.paragraph(summary, {.keep = !bullets.empty()});
  composer.bullets(bullets, !notes.empty());
  for (const json& note : notes)
    composer.paragraph(note.get<std::string>(), {.size = small_size, .keep = &note != &notes.back()}, quiet);
}

std::vector<Run> inline_runs(const json& entry) {
  std::vector<Run> runs = {{.text = text_at(entry, "title")}};
  const std::string summary = text_at(entry, "summary");
  if (!summary.empty()) runs.push_back({.text = " – " + summary, .colour = quiet});
  return runs;
}

void compose_section(Composer& composer, const json& section, const std::string& separator) {
  const json& entries = section.at("entries");
  const std::string shape = text_at(section, "shape");
  composer.heading(text_at(section, "heading"));
  if (shape == "lines") {
    composer.pairs(entries);
  } else if (shape == "inline") {
    std::vector<std::vector<Run>> items;
    for (const json& entry : entries) items.push_back(inline_runs(entry));
    composer.flow(items, composer.size(), 6 * mm, 0);
  } else if (shape == "quotes") {
    double before = 0;
    for (const json& entry : entries) {
      composer.paragraph({Run{.text = text_at(entry, "summary"), .italic = true}},
                         {.before = std::exchange(before, 2 * mm), .keep = true, .keep_in = true, .tag = "BlockQuote"});
      composer.paragraph(text_at(entry, "title"), {.size = composer.size() * small}, quiet);
    }
  } else {
    double before = 0;
    for (const json& entry : entries)
      compose_entry(composer, entry, separator, std::exchange(before, composer.page().entry_gap));
  }
}

}  // namespace

Page usual_page(bool letter_size) {
  const double width = letter_size ? 612 : 210 * mm;
  const double height = letter_size ? 792 : 297 * mm;
  return {width, height, 16 * mm, 16 * mm, 18 * mm, 10, 1.42, 5.2 * mm, 3 * mm};
}

Page compact_page(bool letter_size) {
  Page page = usual_page(letter_size);
  page.top = page.bottom = 12.5 * mm;
  page.side = 16 * mm;
  page.size = 9.4;
  page.leading = 1.34;
  page.section_gap = 3.8 * mm;
  page.entry_gap = 2.2 * mm;
  return page;
}

std::vector<Row> compose_cv(const json& cv, const TypeSetter& setter) {
  Composer composer(setter);
  compose_person(composer, cv, text_at(cv, "label"));
  const std::string summary = text_at(cv, "summary");
  if (!summary.empty()) {
    composer.heading(text_at(cv, "summary_heading"));
    composer.paragraph(summary, {});
  }
  const std::string separator = text_at(cv, "separator");
  for (const json& section : cv.at("sections")) compose_section(composer, section, separator);
  return composer.take();
}

std::vector<Row> compose_letter(const json& letter, const TypeSetter& setter) {
  Composer composer(setter);
  compose_person(composer, letter, "");
  composer.gap(9 * mm);
  composer.paragraph(text_at(letter, "company"), {});
  composer.paragraph(text_at(letter, "place"), {});
  composer.gap(8 * mm);
  composer.paragraph(text_at(letter, "subject"), {.keep = true, .tag = "H2"}, ink, true);
  composer.gap(5 * mm);
  const json& paragraphs = letter.at("paragraphs");
  for (const json& paragraph : paragraphs) {
    const json& points = paragraph.at("points");
    composer.paragraph(text_at(paragraph, "text"), {.before = 3.4 * mm, .keep = !points.empty()});
    composer.bullets(points, false);
  }
  composer.paragraph(text_at(letter, "signature"), {.before = 5 * mm});
  return composer.take();
}

}  // namespace bespoke::pdf
