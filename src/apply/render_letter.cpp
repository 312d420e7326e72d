#include "apply/render_letter.hpp"

#include "apply/render.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_markdown.hpp"
#include "apply/render_wrap.hpp"
#include "job/json_tree.hpp"

namespace bespoke {
namespace {

using json = JsonTree;

constexpr std::size_t columns = 80;

using Paragraph = LetterDocument::Paragraph;

/// Blank lines part paragraphs; lines that begin with a dash or a bullet are points of a list.
std::vector<Paragraph> paragraphs_of(std::string_view text) {
  std::vector<Paragraph> paragraphs;
  Paragraph current;
  const auto close = [&] {
    if (!current.text.empty() || !current.points.empty()) paragraphs.push_back(std::move(current));
    current = {};
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty()) {
      close();
      continue;
    }
    if (line.starts_with("- ") || line.starts_with("• ") || line.starts_with("* ")) {
      current.points.emplace_back(line.substr(line.find(' ') + 1));
      continue;
    }
    if (!current.points.empty()) close();
    if (!current.text.empty()) current.text += '\n';
    current.text += line;
  }
  close();
  return paragraphs;
}

/// A list belongs to the paragraph before it, also when a blank line parts them.
std::vector<Paragraph> with_lists_joined(std::vector<Paragraph> paragraphs) {
  std::vector<Paragraph> joined;
  for (Paragraph& paragraph : paragraphs) {
    if (paragraph.text.empty() && !joined.empty())
      joined.back().points.insert(joined.back().points.end(), paragraph.points.begin(), paragraph.points.end());
    else
      joined.push_back(std::move(paragraph));
  }
  return joined;
}

/// Chinese sentences follow each other without a blank.
void drop_blanks_after_wide_marks(std::string& text) {
  for (const std::string_view mark : {"。 ", "！ ", "？ ", "； ", "： "})
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
      text.erase(at + mark.size() - 1, 1);
}

/// The writer's name at the end of a letter is its signature, wherever it stands there.
void take_signature(LetterDocument& letter, const std::string& name) {
  if (letter.paragraphs.empty() || name.empty()) return;
  letter.signature = name;
  std::string& last = letter.paragraphs.back().text;
  if (last == name) {
    letter.paragraphs.pop_back();
  } else if (last.ends_with(name)) {
    last.resize(last.size() - name.size());
    while (last.ends_with(' ') || last.ends_with('\n')) last.pop_back();
  }
}

}  // namespace

const Locale& locale_of_result(const json& result) {
  std::string language = text_at(result, "language");
  if (language.empty()) language = text_at(object_at(result, "posting"), "language");
  return locale_for(language);
}

LetterDocument make_letter_document(const json& result) {
  LetterDocument letter;
  const json& posting = object_at(result, "posting");
  letter.company = text_at(posting, "company");
  letter.place = text_at(posting, "location");
  letter.subject = text_at(posting, "title");
  letter.paragraphs = with_lists_joined(paragraphs_of(text_at(result, "cover_letter")));
  if (locale_of_result(result).code == "zh")
    for (Paragraph& paragraph : letter.paragraphs) drop_blanks_after_wide_marks(paragraph.text);
  take_signature(letter, text_at(object_at(object_at(result, "profile"), "basics"), "name"));
  return letter;
}

std::string render_letter_markdown(const json& result) {
  const LetterDocument letter = make_letter_document(result);
  std::string text;
  if (!letter.subject.empty() && !letter.paragraphs.empty()) text += "**" + escape_markdown(letter.subject) + "**\n\n";
  for (const Paragraph& paragraph : letter.paragraphs) {
    if (!paragraph.text.empty()) text += markdown_lines(paragraph.text) + "\n\n";
    for (const std::string& point : paragraph.points) text += "- " + escape_markdown(point) + "\n";
    if (!paragraph.points.empty()) text += "\n";
  }
  if (!letter.signature.empty()) text += escape_markdown(letter.signature) + "\n\n";
  if (!text.empty()) text.pop_back();
  return text;
}

std::string render_letter_text(const json& result) {
  const LetterDocument letter = make_letter_document(result);
  std::string text;
  if (!letter.subject.empty() && !letter.paragraphs.empty()) text += wrap_text(letter.subject, columns) + "\n\n";
  for (const Paragraph& paragraph : letter.paragraphs) {
    if (!paragraph.text.empty()) text += wrap_text(paragraph.text, columns) + "\n";
    for (const std::string& point : paragraph.points) text += wrap_text(point, columns, "- ", "  ") + "\n";
    text += "\n";
  }
  if (!letter.signature.empty()) text += letter.signature + "\n\n";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace bespoke
