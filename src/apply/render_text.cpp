#include "apply/render.hpp"
#include "apply/render_document.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_letter.hpp"
#include "apply/render_wrap.hpp"
#include "job/json_tree.hpp"

namespace bespoke {
namespace {

using json = JsonTree;
using Entry = CvDocument::Entry;
using Shape = CvDocument::Shape;

constexpr std::size_t columns = 80;

std::string joined(std::initializer_list<std::string_view> parts, std::string_view between) {
  std::string text;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

std::string heading(const std::string& text) {
  return text + "\n" + std::string(column_width(text), '-') + "\n";
}

/// Dates stand at the right edge where they fit; in text that runs from right to left, where padding goes astray, they
/// follow after a comma.
std::string entry_head(const Entry& entry, const Locale& locale) {
  const std::string what = joined({entry.title, entry.organisation, entry.place}, locale.separator);
  if (what.empty() || entry.dates.empty()) return wrap_text(what + entry.dates, columns);
  const std::size_t used = column_width(what) + column_width(entry.dates);
  if (!locale.right_to_left && used + 2 <= columns) return what + std::string(columns - used, ' ') + entry.dates;
  return wrap_text(what, columns) + "\n" + entry.dates;
}

std::string entry_block(const Entry& entry, const Locale& locale) {
  std::string text = entry_head(entry, locale) + "\n";
  for (const std::string& paragraph : {entry.about, entry.summary})
    if (!paragraph.empty()) text += wrap_text(paragraph, columns) + "\n";
  for (const std::string& bullet : entry.bullets) text += wrap_text(bullet, columns, "- ", "  ") + "\n";
  for (const std::string& note : entry.notes) text += wrap_text(note, columns) + "\n";
  return text;
}

std::string section_body(const CvDocument::Section& section, const Locale& locale) {
  std::string text;
  for (const Entry& entry : section.entries) {
    switch (section.shape) {
      case Shape::entries:
        text += (text.empty() ? "" : "\n") + entry_block(entry, locale);
        break;
      case Shape::lines:
        text += wrap_text(joined({entry.title, entry.summary}, locale.colon), columns, "", "  ") + "\n";
        break;
      case Shape::in_line:
        text += (text.empty() ? "" : std::string(locale.comma)) + entry.title +
                (entry.summary.empty() ? "" : " (" + entry.summary + ")");
        break;
      case Shape::quotes:
        text +=
            wrap_text(
                joined({std::string(locale.open_quote) + entry.summary + std::string(locale.close_quote), entry.title},
                       " — "),
                columns) +
            "\n";
        break;
    }
  }
  if (section.shape == Shape::in_line) text = wrap_text(text, columns) + "\n";
  return text + "\n";
}

}  // namespace

std::string render_text(const json& result) {
  const Locale& locale = locale_of_result(result);
  const CvDocument document = make_cv_document(object_at(result, "profile"), locale);
  std::string text;
  if (!document.name.empty())
    text += document.name + "\n" + std::string(std::max<std::size_t>(column_width(document.name), 3), '=') + "\n";
  if (!document.label.empty()) text += wrap_text(document.label, columns) + "\n";
  if (!text.empty()) text += "\n";
  for (const CvDocument::Contact& contact : document.contacts) text += contact.text + "\n";
  if (!document.contacts.empty()) text += "\n";
  if (!document.summary.empty())
    text += heading(std::string(locale.cv.summary)) + wrap_text(document.summary, columns) + "\n\n";
  for (const CvDocument::Section& section : document.sections)
    text += heading(section.heading) + section_body(section, locale);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace bespoke
