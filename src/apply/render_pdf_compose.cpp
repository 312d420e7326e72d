#include "apply/render_pdf_compose.hpp"

#include "apply/render_pdf_composer.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <utility>

namespace bespoke::pdf {
namespace {

using json = JsonTree;

std::vector<std::string> texts_of(const json& list) {
  return list.get<std::vector<std::string>>();
}

std::string text_at(const json& object, const char* member) {
  return object.at(member).get<std::string>();
}

void compose_person(Composer& composer, const json& person, const std::string& label) {
  composer.paragraph(text_at(person, "name"), {.size = composer.size() * 2.1, .leading = 1.18, .tag = "H1"}, accent,
                     true);
  composer.paragraph(label, {.size = composer.size() * 1.1}, quiet);
  std::vector<std::vector<Run>> contacts;
  for (const json& contact : person.at("contacts"))
    contacts.push_back({Run{.text = text_at(contact, "text"), .colour = quiet, .link = text_at(contact, "link")}});
  composer.flow(contacts, composer.size() * small_text, 5 * mm, 1.6 * mm);
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
  const double small_size = composer.size() * small_text;
  composer.entry_head(head_runs(entry, separator), text_at(entry, "dates"), before, more);
  composer.paragraph(about, {.size = small_size, .keep = !summary.empty() || !bullets.empty(), .keep_in = true}, quiet);
  composer.paragraph(summary, {.keep = !bullets.empty()});
  composer.bullets(texts_of(bullets), !notes.empty());
  for (const json& note : notes)
    composer.paragraph(note.get<std::string>(), {.size = small_size, .keep = &note != &notes.back()}, quiet);
}

std::vector<Run> in_lineruns(const json& entry) {
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
    std::vector<Composer::Pair> pairs;
    for (const json& entry : entries) pairs.push_back({text_at(entry, "title"), text_at(entry, "summary")});
    composer.pairs(pairs);
  } else if (shape == "inline") {
    std::vector<std::vector<Run>> items;
    for (const json& entry : entries) items.push_back(in_lineruns(entry));
    composer.flow(items, composer.size(), 6 * mm, 0);
  } else if (shape == "quotes") {
    double before = 0;
    for (const json& entry : entries) {
      composer.paragraph({Run{.text = text_at(entry, "summary"), .italic = true}},
                         {.before = std::exchange(before, 2 * mm), .keep = true, .keep_in = true, .tag = "BlockQuote"});
      composer.paragraph(text_at(entry, "title"), {.size = composer.size() * small_text}, quiet);
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

Page tight_page(bool letter_size) {
  Page page = compact_page(letter_size);
  page.top = page.bottom = 12 * mm;
  page.size = 9.2;
  page.leading = 1.3;
  page.section_gap = 3.2 * mm;
  page.entry_gap = 1.8 * mm;
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
    composer.bullets(texts_of(points), false);
  }
  composer.paragraph(text_at(letter, "signature"), {.before = 5 * mm});
  return composer.take();
}

}  // namespace bespoke::pdf
