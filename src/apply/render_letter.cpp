#include "apply/render_letter.hpp"

#include "apply/render.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_markdown.hpp"
#include "apply/render_wrap.hpp"

#include <nlohmann/json.hpp>

namespace bespoke {
namespace {

using nlohmann::json;

std::vector<std::string> paragraphs_of(std::string_view text) {
  std::vector<std::string> paragraphs;
  std::string current;
  const auto close = [&] {
    if (!current.empty()) paragraphs.push_back(std::move(current));
    current.clear();
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
    if (!current.empty()) current += '\n';
    current += line;
  }
  close();
  return paragraphs;
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
  letter.paragraphs = paragraphs_of(text_at(result, "cover_letter"));
  const std::string name = text_at(object_at(object_at(result, "profile"), "basics"), "name");
  if (!letter.paragraphs.empty() && letter.paragraphs.back().find(name) == std::string::npos) letter.signature = name;
  return letter;
}

std::string render_letter_markdown(const json& result) {
  const LetterDocument letter = make_letter_document(result);
  std::string text;
  if (!letter.subject.empty() && !letter.paragraphs.empty()) text += "**" + escape_markdown(letter.subject) + "**\n\n";
  for (const std::string& paragraph : letter.paragraphs) text += markdown_lines(paragraph) + "\n\n";
  if (!letter.signature.empty()) text += escape_markdown(letter.signature) + "\n\n";
  if (!text.empty()) text.pop_back();
  return text;
}

std::string render_letter_text(const json& result) {
  const LetterDocument letter = make_letter_document(result);
  std::string text;
  if (!letter.subject.empty() && !letter.paragraphs.empty()) text += wrap_text(letter.subject, 80) + "\n\n";
  for (const std::string& paragraph : letter.paragraphs) text += wrap_text(paragraph, 80) + "\n\n";
  if (!letter.signature.empty()) text += letter.signature + "\n\n";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace bespoke
