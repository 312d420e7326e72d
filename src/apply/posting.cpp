#include "apply/posting.hpp"

#include <bespoke/error.hpp>

#include "apply/html_text.hpp"
#include "apply/json_access.hpp"
#include "apply/language.hpp"
#include "apply/notices.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace bespoke {
namespace {

// More than any honest posting has; what lies behind it is left out and said so.
constexpr std::size_t longest_description = 24'000;
constexpr std::size_t longest_field = 200;

struct Cleaning {
  std::size_t invisible = 0;
  std::size_t hidden_parts = 0;
  std::size_t comments = 0;
  bool cut = false;
};

std::string_view cut_at(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80) --limit;
  return text.substr(0, limit);
}

/// Lines without white space at their ends, and at most one empty line in a row.
std::string tidy_lines(std::string_view text) {
  std::string tidy;
  bool gap = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = squeeze(text.substr(at, end - at));
    at = end + 1;
    if (line.empty()) {
      gap = !tidy.empty();
      continue;
    }
    if (!tidy.empty()) tidy += gap ? "\n\n" : "\n";
    gap = false;
    tidy += line;
  }
  return tidy;
}

std::string clean_text(std::string_view raw, Cleaning& cleaning) {
  std::string text(raw);
  if (looks_like_html(text)) {
    HtmlText html = html_to_text(text);
    cleaning.hidden_parts += html.hidden_parts;
    cleaning.comments += html.comments;
    text = std::move(html.text);
  }
  return tidy_lines(strip_invisible(text, cleaning.invisible));
}

std::string clean_field(std::string_view raw, Cleaning& cleaning) {
  return std::string(cut_at(squeeze(clean_text(cut_at(raw, 20 * longest_field), cleaning)), longest_field));
}

std::string read_location(const JsonTree& input, Posting& posting, Cleaning& cleaning) {
  if (!input.contains("location")) return {};
  const JsonTree& location = input.at("location");
  if (location.is_string()) return clean_field(location.get<std::string>(), cleaning);
  std::string text;
  for (const std::string_view part : {"city", "region", "countryCode"}) {
    const std::string value = clean_field(text_member(location, part), cleaning);
    if (!value.empty()) text += (text.empty() ? "" : ", ") + value;
  }
  posting.country = text_member(location, "countryCode").substr(0, 2);
  return text;
}

void add_list(std::string& description, std::string_view heading, const JsonTree& lines) {
  if (lines.empty()) return;
  description += fmt::format("\n\n{}\n", heading);
  for (const JsonTree& line : lines) {
    if (line.is_string()) description += "- " + line.get<std::string>() + "\n";
  }
}

Posting read_object(const JsonTree& input, Cleaning& cleaning) {
  for (const std::string_view name : {"title", "company", "description", "url"}) {
    if (input.contains(name) && !input.at(name).is_string() && !input.at(name).is_null()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("posting: /{}: expected a string, found {}", name, input.at(name).type_name()));
    }
  }
  Posting posting;
  posting.title = clean_field(text_member(input, "title"), cleaning);
  posting.company = clean_field(text_member(input, "company"), cleaning);
  posting.location = read_location(input, posting, cleaning);
  posting.url = squeeze(text_member(input, "url"));
  std::string description = clean_text(text_member(input, "description"), cleaning);
  std::string lists;
  add_list(lists, "Responsibilities", list_member(input, "responsibilities"));
  add_list(lists, "Required", list_member(input, "qualifications"));
  posting.description = tidy_lines(description + clean_text(lists, cleaning).insert(0, "\n\n"));
  for (const JsonTree& skill : list_member(input, "skills")) {
    const auto add = [&](const std::string& name) {
      std::string cleaned = clean_field(name, cleaning);
      if (!cleaned.empty() && posting.skills.size() < 100) posting.skills.push_back(std::move(cleaned));
    };
    if (skill.is_string()) add(skill.get<std::string>());
    const JsonTree& keywords = list_member(skill, "keywords");
    if (keywords.empty()) add(text_member(skill, "name"));
    for (const JsonTree& keyword : keywords) {
      if (keyword.is_string()) add(keyword.get<std::string>());
    }
  }
  return posting;
}

/// A plain text names its title in the first short line, and its company, if at all, behind a label.
Posting read_text(std::string_view input, Cleaning& cleaning) {
  Posting posting;
  posting.description = clean_text(input, cleaning);
  const std::string& text = posting.description;
  for (std::size_t at = 0, lines = 0; at < text.size() && lines < 12; ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = line.find(':');
    const std::string label = colon == std::string::npos ? "" : squeeze(fold(line.substr(0, colon)));
    const std::string value = colon == std::string::npos ? "" : squeeze(line.substr(colon + 1));
    const auto is_label = [&](std::initializer_list<std::string_view> labels) {
      return !value.empty() && value.size() <= longest_field &&
             std::find(labels.begin(), labels.end(), label) != labels.end();
    };
    if (is_label({"company", "employer", "unternehmen", "firma", "arbeitgeber", "entreprise", "empresa", "organization",
                  "organisation"})) {
      posting.company = value;
    } else if (is_label({"location", "ort", "standort", "lieu", "ubicacion", "lugar"})) {
      posting.location = value;
    } else if (is_label({"title", "position", "job title", "role", "stelle", "poste", "puesto", "job"})) {
      posting.title = value;
    } else if (posting.title.empty() && lines == 0 && line.size() <= 100 && !line.ends_with('.')) {
      posting.title = line;
    }
  }
  return posting;
}

bool is_web_address(std::string_view url) {
  return (url.starts_with("https://") || url.starts_with("http://")) && url.size() < 2000 &&
         url.find_first_of(" \t\r\n\"'<>\\`") == std::string_view::npos;
}

}  // namespace

Posting read_posting(const JsonTree& input) {
  Cleaning cleaning;
  Posting posting;
  if (input.is_string()) {
    posting = read_text(input.get_ref<const std::string&>(), cleaning);
  } else if (input.is_object()) {
    posting = read_object(input, cleaning);
  } else {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("posting: expected an object with title, company and description, or a text; found {}",
                            input.type_name()));
  }
  if (posting.description.empty()) {
    if (posting.skills.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  "posting: there is no text in it that a reader would see; give its description");
    }
    posting.notices.push_back(make_notice("no_description"));
  }
  if (posting.description.size() > longest_description) {
    posting.description = std::string(cut_at(posting.description, longest_description));
    cleaning.cut = true;
  }
  if (!posting.url.empty() && !is_web_address(posting.url)) {
    posting.url.clear();
    posting.notices.push_back(make_notice("no_address"));
  }
  posting.language = detect_language(posting.description.empty() ? posting.title : posting.description);
  const auto count = [&](const char* name, std::size_t found) {
    if (found > 0) posting.notices.push_back(make_notice(name, {{"count", found}}));
  };
  count("invisible", cleaning.invisible);
  count("hidden", cleaning.hidden_parts);
  count("comments", cleaning.comments);
  if (cleaning.cut) count("cut", longest_description);
  return posting;
}

JsonTree to_json(const Posting& posting) {
  return {{"title", posting.title},   {"company", posting.company},   {"description", posting.description},
          {"url", posting.url},       {"location", posting.location}, {"country", posting.country},
          {"skills", posting.skills}, {"language", posting.language}, {"notices", posting.notices}};
}

Posting posting_from_json(const JsonTree& json) {
  return {json.at("title"),   json.at("company"), json.at("description"), json.at("url"),    json.at("location"),
          json.at("country"), json.at("skills"),  json.at("language"),    json.at("notices")};
}

}  // namespace bespoke
