#include "apply/render_markdown.hpp"

#include "apply/render.hpp"
#include "apply/render_document.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_letter.hpp"
#include "job/json_tree.hpp"

namespace bespoke {
namespace {

using json = JsonTree;
using Entry = CvDocument::Entry;
using Shape = CvDocument::Shape;

std::string link_text(const std::string& text, const std::string& link) {
  if (link.empty()) return escape_markdown(text);
  return "[" + escape_markdown(text) + "](<" + link + ">)";
}

std::string entry_heading(const Entry& entry) {
  std::string line;
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    if (!line.empty()) line += " · ";
    line += part;
  };
  const bool both = !entry.title.empty() && !entry.organisation.empty();
  if (!entry.title.empty()) add("**" + link_text(entry.title, both ? std::string() : entry.link) + "**");
  if (!entry.organisation.empty()) add(link_text(entry.organisation, entry.link));
  add(escape_markdown(entry.place));
  add(escape_markdown(entry.dates));
  return line;
}

std::string entry_block(const Entry& entry) {
  std::string text = entry_heading(entry) + "\n";
  if (!entry.about.empty()) text += "\n*" + escape_markdown(entry.about) + "*\n";
  if (!entry.summary.empty()) text += "\n" + markdown_lines(entry.summary) + "\n";
  if (!entry.bullets.empty()) text += "\n";
  for (const std::string& bullet : entry.bullets) text += "- " + escape_markdown(bullet) + "\n";
  for (const std::string& note : entry.notes) text += "\n" + escape_markdown(note) + "\n";
  return text + "\n";
}

std::string section_body(const CvDocument::Section& section, const Locale& locale) {
  std::string text;
  for (const Entry& entry : section.entries) {
    const std::string title = "**" + escape_markdown(entry.title) + "**";
    const std::string summary = escape_markdown(entry.summary);
    const std::string between = entry.title.empty() || summary.empty() ? "" : std::string(locale.colon);
    switch (section.shape) {
      case Shape::entries:
        text += entry_block(entry);
        break;
      case Shape::lines:
        text.append("- ").append(entry.title.empty() ? "" : title).append(between).append(summary).append("\n");
        break;
      case Shape::in_line:
        text +=
            (text.empty() ? "" : " · ") + escape_markdown(entry.title) + (summary.empty() ? "" : " (" + summary + ")");
        break;
      case Shape::quotes:
        text += "> " + summary + "\n>\n> — " + escape_markdown(entry.title) + "\n\n";
        break;
    }
  }
  while (text.ends_with('\n')) text.pop_back();
  return text + "\n\n";
}

}  // namespace

std::string escape_markdown(std::string_view text) {
  static constexpr std::string_view special = "\\`*_[]<>|~&";
  std::string escaped;
  bool line_start = true;
  bool digits = false;  // nothing but digits on this line so far
  for (const char c : text) {
    const bool opens_block = line_start && (c == '#' || c == '-' || c == '+' || c == '=');
    const bool ends_number = digits && !line_start && (c == '.' || c == ')');
    if (opens_block || ends_number || special.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
    digits = c >= '0' && c <= '9' && (line_start || digits);
    line_start = c == '\n';
  }
  return escaped;
}

std::string markdown_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines += escape_markdown(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += "\\\n";
    text.remove_prefix(end + 1);
  }
}

std::string render_markdown(const json& result) {
  const Locale& locale = locale_of_result(result);

  const CvDocument document = make_cv_document(object_at(result, "profile"), locale);
  std::string text;
  if (!document.name.empty()) text += "# " + escape_markdown(document.name) + "\n\n";
  if (!document.label.empty()) text += escape_markdown(document.label) + "\n\n";
  std::string contacts;
  for (const CvDocument::Contact& contact : document.contacts)
    contacts += (contacts.empty() ? "" : " · ") + link_text(contact.text, contact.link);
  if (!contacts.empty()) text += contacts + "\n\n";
  if (!document.summary.empty())
    text += "## " + std::string(locale.cv.summary) + "\n\n" + markdown_lines(document.summary) + "\n\n";
  for (const CvDocument::Section& section : document.sections)
    text += "## " + section.heading + "\n\n" + section_body(section, locale);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace bespoke
