#include "apply/date_mentions.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace bespoke {
namespace {

struct MonthName {
  std::string_view word;
  int month;
};

constexpr MonthName months[] = {
    {"january", 1},   {"jan", 1},        {"januar", 1},     {"janner", 1},    {"janvier", 1},   {"enero", 1},
    {"يناير", 1},     {"february", 2},   {"feb", 2},        {"februar", 2},   {"fevrier", 2},   {"febrero", 2},
    {"فبراير", 2},    {"march", 3},      {"mar", 3},        {"marz", 3},      {"mars", 3},      {"marzo", 3},
    {"مارس", 3},      {"april", 4},      {"apr", 4},        {"avril", 4},     {"abril", 4},     {"ابريل", 4},
    {"may", 5},       {"mai", 5},        {"mayo", 5},       {"مايو", 5},      {"june", 6},      {"jun", 6},
    {"juni", 6},      {"juin", 6},       {"junio", 6},      {"يونيو", 6},     {"july", 7},      {"jul", 7},
    {"juli", 7},      {"juillet", 7},    {"julio", 7},      {"يوليو", 7},     {"august", 8},    {"aug", 8},
    {"aout", 8},      {"agosto", 8},     {"اغسطس", 8},      {"september", 9}, {"sep", 9},       {"sept", 9},
    {"septembre", 9}, {"septiembre", 9}, {"سبتمبر", 9},     {"october", 10},  {"oct", 10},      {"oktober", 10},
    {"okt", 10},      {"octobre", 10},   {"octubre", 10},   {"اكتوبر", 10},   {"november", 11}, {"nov", 11},
    {"novembre", 11}, {"noviembre", 11}, {"نوفمبر", 11},    {"december", 12}, {"dec", 12},      {"dezember", 12},
    {"dez", 12},      {"decembre", 12},  {"diciembre", 12}, {"ديسمبر", 12},
};

std::optional<int> year_of(const Token& token) {
  if (!token.number || token.folded.size() != 4) return std::nullopt;
  int year = 0;
  for (const char c : token.folded) {
    if (c < '0' || c > '9') return std::nullopt;
    year = 10 * year + (c - '0');
  }
  if (year < 1950 || year > 2049) return std::nullopt;
  return year;
}

/// What may stand between "since" and a year: the year itself, and which part of it.
bool names_part_of_year(const std::string& word) {
  constexpr auto words = std::to_array<std::string_view>(
      {"year",    "the",        "early",     "mid",       "late",    "about",  "around",   "end",  "start", "beginning",
       "of",      "spring",     "summer",    "autumn",    "winter",  "fall",   "dem",      "jahr", "jahre", "anfang",
       "mitte",   "ende",       "fruhjahr",  "fruhling",  "sommer",  "herbst", "etwa",     "rund", "l",     "annee",
       "debut",   "fin",        "printemps", "ete",       "automne", "hiver",  "el",       "ano",  "de",    "finales",
       "inicios", "principios", "mediados",  "primavera", "verano",  "otono",  "invierno", "عام",  "العام", "سنه",
       "بدايه",   "نهايه",      "اوائل",     "اواخر",     "منتصف"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_any(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

int month_of(std::string_view folded) {
  for (const MonthName& name : months) {
    if (name.word == folded) return name.month;
  }
  return 0;
}

std::vector<DateMention> find_dates(std::string_view text, const std::vector<Token>& tokens) {
  std::vector<DateMention> dates;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto year = year_of(tokens[i]);
    if (!year) continue;
    const std::string_view before =
        text.substr(i == 0 ? 0 : tokens[i - 1].end, tokens[i].begin - (i == 0 ? 0 : tokens[i - 1].end));
    const std::string_view after =
        text.substr(tokens[i].end, (i + 1 < tokens.size() ? tokens[i + 1].begin : text.size()) - tokens[i].end);
    if (before.ends_with('$') || before.ends_with("\xC2\xA3") || before.ends_with("\xE2\x82\xAC")) continue;
    if (after.starts_with('%') || after.starts_with('+') || after.starts_with("\xC2\xA0\xE2\x82\xAC")) continue;
    // "1990 people" is a count; "2019 students" hardly ever a year's students.
    const bool behind_month = i > 0 && month_of(tokens[i - 1].folded) > 0 && !tokens[i - 1].ends_sentence;
    const bool plural =
        i + 1 < tokens.size() && (tokens[i + 1].folded.ends_with('s') || tokens[i + 1].folded == "people");
    if (!behind_month && plural && after == " " && !WordLists::nouns().list_of(tokens, i + 1).empty() &&
        !(i > 0 &&
          is_any(tokens[i - 1].folded, {"in", "since", "of", "the", "seit", "en", "depuis", "desde", "from"}))) {
      continue;
    }
    DateMention date;
    date.year = *year;
    date.first = date.last = i;
    if (i > 0 && !tokens[i - 1].ends_sentence) {
      std::size_t k = i - 1;
      // "09/2011", "03.2018"
      if ((before == "/" || before == ".") && tokens[k].number && tokens[k].folded.size() <= 2) {
        const int month = std::stoi(tokens[k].folded);
        if (month >= 1 && month <= 12) {
          date.month = month;
          date.first = k;
        }
      }
      if (is_any(tokens[k].folded, {"of", "de", "del"}) && k > 0) --k;
      if (const int month = month_of(tokens[k].folded); month > 0) {
        date.month = month;
        date.first = k;
        // "14 March 2022"
        if (k > 0 && tokens[k - 1].number && tokens[k - 1].folded.size() <= 2) date.first = k - 1;
      } else if (tokens[k].folded == "quarter" && k > 0) {
        const std::string& which = tokens[k - 1].folded;
        date.quarter = is_any(which, {"first", "1st"})    ? 1
                       : is_any(which, {"second", "2nd"}) ? 2
                       : is_any(which, {"third", "3rd"})  ? 3
                       : is_any(which, {"fourth", "4th"}) ? 4
                                                          : 0;
        if (date.quarter > 0) date.first = k - 1;
      } else if (tokens[k].folded.size() == 2 && tokens[k].folded[0] == 'q' && tokens[k].folded[1] >= '1' &&
                 tokens[k].folded[1] <= '4') {
        date.quarter = tokens[k].folded[1] - '0';
        date.first = k;
      }
    }
    // "2021-05", "2023/24"
    if (i + 1 < tokens.size() && (after == "-" || after == "/") && tokens[i + 1].number &&
        tokens[i + 1].folded.size() == 2) {
      const int part = (tokens[i + 1].folded[0] - '0') * 10 + tokens[i + 1].folded[1] - '0';
      if (after == "-" && part >= 1 && part <= 12) date.month = part;
      date.last = i + 1;
      // "2022-03-14"
      if (after == "-" && i + 2 < tokens.size() && tokens[i + 2].number && tokens[i + 2].folded.size() == 2 &&
          text.substr(tokens[i + 1].end, tokens[i + 2].begin - tokens[i + 1].end) == "-") {
        date.last = i + 2;
      }
    }
    if (date.first > 0) {
      // "seit Anfang 2015", "منذ عام ٢٠١٢"
      std::size_t ahead = date.first - 1;
      while (ahead > 0 && date.first - ahead < 4 && names_part_of_year(tokens[ahead].folded)) --ahead;
      const std::string& word = tokens[ahead].folded;
      date.since = is_any(word, {"since", "seit", "depuis", "desde", "from", "منذ", "ab"});
      date.until = is_any(word, {"until", "till", "to", "through", "bis", "jusqu", "hasta", "حتي", "الي"});
    }
    if (!dates.empty() && dates.back().last + 1 == date.first &&
        (before.find('-') != std::string_view::npos || before.find("\xE2\x80\x93") != std::string_view::npos)) {
      date.until = true;
    }
    i = date.last;
    dates.push_back(date);
  }
  return dates;
}

}  // namespace bespoke
