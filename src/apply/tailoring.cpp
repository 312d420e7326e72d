#include "apply/tailoring.hpp"

#include <bespoke/error.hpp>

#include "apply/json_access.hpp"
#include "apply/language.hpp"
#include "apply/notices.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// Countries that print on US Letter.
constexpr auto letter_countries = std::to_array<std::string_view>(
    {"US", "CA", "MX", "CL", "CO", "VE", "PH", "CR", "GT", "PA", "SV", "DO", "NI", "HN", "PR"});

/// Whether the last part of a written location names a country that prints on US Letter.
bool names_letter_country(const std::string& location) {
  const std::size_t comma = location.rfind(',');
  if (comma == std::string::npos) return false;
  const std::string last = squeeze(location.substr(comma + 1));
  constexpr auto names = std::to_array<std::string_view>({"usa", "united states", "canada", "mexico"});
  const std::string folded = fold(last);
  const bool named = std::any_of(names.begin(), names.end(),
                                 [&](std::string_view name) { return folded.find(name) != std::string::npos; });
  // "Austin, TX" and "Toronto, ON (hybrid)": states and provinces.
  constexpr std::string_view states =
      " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
      "PA RI "
      "SC SD TN TX UT VT VA WA WV WI WY DC ON QC BC AB MB SK NS NB NL PE ";
  const std::string first = " " + last.substr(0, last.find(' ')) + " ";
  return named || (first.size() == 4 && states.find(first) != std::string_view::npos);
}

std::string page_for(const Posting& posting, const JsonTree& profile) {
  const auto is_letter = [](const std::string& country) {
    return std::find(letter_countries.begin(), letter_countries.end(), country) != letter_countries.end();
  };
  if (!posting.country.empty()) return is_letter(posting.country) ? "Letter" : "A4";
  if (!posting.location.empty() && names_letter_country(posting.location)) return "Letter";
  if (!posting.location.empty()) return "A4";
  const JsonTree& location = object_member(object_member(profile, "basics"), "location");
  return is_letter(text_member(location, "countryCode")) ? "Letter" : "A4";
}

int read_word_count(const JsonTree& value, std::string_view name) {
  if (!value.is_number_integer() || value < 30 || value > 2000) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("options: /letter_words{}: expected a whole number from 30 to 2000", name));
  }
  return value.get<int>();
}

}  // namespace

TailoringOptions read_options(const JsonTree& options) {
  TailoringOptions read;
  if (options.is_null()) return read;
  if (!options.is_object()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("options: expected an object, found {}", options.type_name()));
  }
  for (const auto& [name, value] : options.items()) {
    if (value.is_null()) continue;
    if (name == "letter_words") {
      if (value.is_object()) {
        if (value.contains("min")) read.words.min = read_word_count(value.at("min"), "/min");
        if (value.contains("max")) read.words.max = read_word_count(value.at("max"), "/max");
      } else {
        read.words.max = read_word_count(value, "");
        read.words.min = std::min(read.words.min, read.words.max / 2);
      }
      if (read.words.min > read.words.max) {
        throw Error(ErrorCode::invalid_argument, "options: /letter_words: min is greater than max");
      }
    } else if (name == "language") {
      if (!value.is_string() || !is_known_language(value.get<std::string>())) {
        throw Error(ErrorCode::invalid_argument, "options: /language: expected one of en, de, fr, es, ar, zh");
      }
      read.language = value;
    } else if (name == "page") {
      if (value != "A4" && value != "Letter") {
        throw Error(ErrorCode::invalid_argument, "options: /page: expected \"A4\" or \"Letter\"");
      }
      read.page = value;
    } else {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("options: /{}: there is no such option; there are letter_words, language, page", name));
    }
  }
  return read;
}

Tailoring::Tailoring(JsonTree loaded, const JsonTree& prepared)
    : profile(std::move(loaded.at("profile"))),
      today{loaded.at("today").at("year"), loaded.at("today").at("month")},
      posting(posting_from_json(prepared.at("posting"))),
      language(prepared.at("language")),
      page(prepared.at("page")),
      words{prepared.at("words").at("min"), prepared.at("words").at("max")},
      notices(prepared.at("notices")),
      items(list_items(profile)),
      stemmer(posting.language),
      mask(profile) {
  keywords = extract_keywords(posting, stemmer);
}

JsonTree prepare_tailoring(const JsonTree& loaded, const JsonTree& posting_input, const TailoringOptions& options) {
  const JsonTree& profile = loaded.at("profile");
  const Posting posting = read_posting(posting_input);
  Stemmer stemmer(posting.language);
  const std::vector<Keyword> keywords = extract_keywords(posting, stemmer);
  const std::vector<KeywordPlaces> places = find_keywords(keywords, list_items(profile), stemmer);
  JsonTree names = JsonTree::array();
  for (const Keyword& keyword : keywords) names.push_back({{"keyword", keyword.text}, {"required", keyword.required}});
  const auto covered =
      std::count_if(places.begin(), places.end(), [](const KeywordPlaces& place) { return !place.shown.empty(); });
  std::vector<JsonTree> notices = posting.notices;
  if (keywords.empty()) {
    notices.push_back(make_notice("no_requirements"));
  }
  return {{"posting", to_json(posting)},
          {"language", options.language.empty() ? posting.language : options.language},
          {"page", options.page.empty() ? page_for(posting, profile) : options.page},
          {"words", {{"min", options.words.min}, {"max", options.words.max}}},
          {"keywords", std::move(names)},
          {"coverage", {{"covered", covered}, {"total", keywords.size()}}},
          {"notices", std::move(notices)}};
}

}  // namespace bespoke
