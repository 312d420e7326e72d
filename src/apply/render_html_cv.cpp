#include "apply/render_html_parts.hpp"

namespace bespoke {
namespace {

using Entry = CvDocument::Entry;
using Shape = CvDocument::Shape;

std::string element(std::string_view name, std::string_view css_class, std::string_view inner) {
  std::string html = "<" + std::string(name);
  if (!css_class.empty()) html += " class=\"" + std::string(css_class) + "\"";
  html += ">";
  html += inner;
  return html + "</" + std::string(name) + ">";
}

/// Names, words and addresses that may run in another direction than the text around them stand in <bdi>.
std::string isolated(const std::string& text, const std::string& link = {}) {
  std::string inner = "<bdi>" + escape_html(text) + "</bdi>";
  if (link.empty()) return inner;
  return "<a href=\"" + escape_html(link) + "\" rel=\"noopener noreferrer\">" + inner + "</a>";
}

std::string bullet_list(const std::vector<std::string>& bullets) {
  std::string items;
  for (const std::string& bullet : bullets) items += element("li", "", html_lines(bullet)) + "\n";
  return element("ul", "bullets", "\n" + items);
}

std::string entry_head(const Entry& entry, const Locale& locale) {
  const bool both = !entry.title.empty() && !entry.organisation.empty();
  std::string what;
  if (!entry.title.empty()) what += element("span", "title", isolated(entry.title, both ? std::string() : entry.link));
  std::string where;
  if (both) what += " <span class=\"dot\">·</span> ";
  if (!entry.organisation.empty()) where += element("span", "organisation", isolated(entry.organisation, entry.link));
  if (!entry.place.empty())
    where += element("span", "place",
                     (where.empty() && what.empty() ? "" : std::string(locale.separator)) + isolated(entry.place));
  what += where;
  std::string head = element("h3", "", what);
  if (!entry.dates.empty()) head += element("p", "dates", isolated(entry.dates));
  return element("header", "", head);
}

std::string entry_block(const Entry& entry, const Locale& locale) {
  std::string html = entry_head(entry, locale) + "\n";
  if (!entry.about.empty()) html += element("p", "about", html_lines(entry.about)) + "\n";
  if (!entry.summary.empty()) html += element("p", "", html_lines(entry.summary)) + "\n";
  if (!entry.bullets.empty()) html += bullet_list(entry.bullets) + "\n";
  for (const std::string& note : entry.notes) html += element("p", "note", html_lines(note)) + "\n";
  return "<div class=\"entry\">\n" + html + "</div>\n";
}

std::string section_body(const CvDocument::Section& section, const Locale& locale) {
  std::string html;
  for (const Entry& entry : section.entries) {
    switch (section.shape) {
      case Shape::entries:
        html += entry_block(entry, locale);
        break;
      case Shape::lines:
        html += element("dt", "", isolated(entry.title)) + element("dd", "", html_lines(entry.summary)) + "\n";
        break;
      case Shape::in_line:
        html +=
            element("li", "",
                    isolated(entry.title) +
                        (entry.summary.empty() ? "" : " " + element("span", "level", "– " + isolated(entry.summary)))) +
            "\n";
        break;
      case Shape::quotes:
        html += "<figure>" + element("blockquote", "", html_lines(entry.summary)) +
                element("figcaption", "", isolated(entry.title)) + "</figure>\n";
        break;
    }
  }
  if (section.shape == Shape::lines) return element("dl", "lines", "\n" + html) + "\n";
  if (section.shape == Shape::in_line) return element("ul", "inline", "\n" + html) + "\n";
  return html;
}

std::string contact_list(const CvDocument& document) {
  std::string items;
  for (const CvDocument::Contact& contact : document.contacts)
    items += element("li", "", isolated(contact.text, contact.link)) + "\n";
  return items.empty() ? items : element("ul", "contacts", "\n" + items) + "\n";
}

}  // namespace

std::string html_cv(const CvDocument& document) {
  std::string head;
  if (!document.name.empty()) head += element("h1", "", isolated(document.name)) + "\n";
  if (!document.label.empty()) head += element("p", "label", escape_html(document.label)) + "\n";
  head += contact_list(document);
  std::string html = element("header", "person", "\n" + head) + "\n";
  if (!document.summary.empty())
    html += "<section class=\"summary\">\n" + element("h2", "", escape_html(document.locale->cv.summary)) + "\n" +
            element("p", "", html_lines(document.summary)) + "\n</section>\n";
  for (const CvDocument::Section& section : document.sections)
    html += "<section class=\"" + section.key + "\">\n" + element("h2", "", escape_html(section.heading)) + "\n" +
            section_body(section, *document.locale) + "</section>\n";
  return html;
}

std::string html_letter(const LetterDocument& letter, const CvDocument& sender) {
  std::string head;
  if (!sender.name.empty()) head += element("p", "name", isolated(sender.name)) + "\n";
  head += contact_list(sender);
  std::string html = element("header", "person", "\n" + head) + "\n";
  std::string to;
  if (!letter.company.empty()) to += element("p", "", isolated(letter.company)) + "\n";
  if (!letter.place.empty()) to += element("p", "", isolated(letter.place)) + "\n";
  if (!to.empty()) html += element("div", "recipient", "\n" + to) + "\n";
  if (!letter.subject.empty()) html += element("h2", "subject", isolated(letter.subject)) + "\n";
  for (const LetterDocument::Paragraph& paragraph : letter.paragraphs) {
    if (!paragraph.text.empty()) html += element("p", "", html_lines(paragraph.text)) + "\n";
    if (!paragraph.points.empty()) html += bullet_list(paragraph.points) + "\n";
  }
  if (!letter.signature.empty()) html += element("p", "signature", isolated(letter.signature)) + "\n";
  return html;
}

}  // namespace bespoke
