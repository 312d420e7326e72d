#include "apply/quantity_context.hpp"

#include "apply/number_words.hpp"
#include "apply/quantity_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace bespoke {

bool ends_phrase(const std::string& word) {
  constexpr std::string_view stops[] = {
      "and",      "or",     "to",     "in",      "on",     "with",    "for",     "from",    "at",    "by",      "that",
      "which",    "und",    "oder",   "mit",     "fur",    "bis",     "auf",     "et",      "ou",    "avec",    "pour",
      "dans",     "y",      "con",    "para",    "en",     "of",      "per",     "a",       "each",  "than",    "when",
      "after",    "before", "across", "an",      "am",     "zu",      "nach",    "sur",     "chez",  "au",      "aux",
      "near",     "into",   "who",    "during",  "within", "without", "between", "among",   "since", "wahrend", "unter",
      "zwischen", "seit",   "ohne",   "pendant", "entre",  "sans",    "sous",    "durante", "sobre", "sin",     "while",
      "bei",      "im",     "por",    "als",     "qui",    "die",     "through"};
  return std::find(std::begin(stops), std::end(stops), word) != std::end(stops);
}

void read_bound(const QuantityText& in, Quantity& quantity) {
  const std::size_t i = quantity.first;
  const std::string_view gap = in.gap_before(i);
  if (gap.find('~') != std::string_view::npos || gap.find("\xE2\x89\x88") != std::string_view::npos)
    quantity.bound = Bound::about;
  if (gap.find('>') != std::string_view::npos) quantity.bound = Bound::over;
  if (gap.find('<') != std::string_view::npos) quantity.bound = Bound::under;
  if (in.gap_after(quantity.first).starts_with('+')) quantity.bound = Bound::at_least;
  // "three times as fast (20 minutes)"
  if (i == 0 || gap.find_first_of("(;:") != std::string_view::npos) return;
  // "plus d'une vingtaine", "más de una docena", "more than a thousand", "knapp die Hälfte"
  constexpr std::string_view articles[] = {"a",   "an",  "the", "un",  "une", "una", "le",   "la",    "l",     "el",
                                           "der", "die", "das", "dem", "den", "ein", "eine", "einem", "einen", "einer"};
  const bool article =
      quantity.spelled && std::find(std::begin(articles), std::end(articles), in.word(i - 1)) != std::end(articles);
  if (article && i > 1) {
    Quantity behind = quantity;
    behind.first = i - 1;
    behind.spelled = false;
    read_bound(in, behind);
    quantity.bound = behind.bound;
    return;
  }
  // The word or words right before the number, the longest phrase last.
  constexpr std::pair<std::string_view, Bound> lists[] = {
      {"bound_about", Bound::about},   {"bound_over", Bound::over},   {"bound_at_least", Bound::at_least},
      {"bound_nearly", Bound::nearly}, {"bound_under", Bound::under}, {"bound_up_to", Bound::up_to}};
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, i); ++length) {
    for (const auto& [list, bound] : lists) {
      if (quantity_words().match(list, in.tokens, i - length) == length) quantity.bound = bound;
    }
  }
  // "none longer than seven minutes", "never more than two"
  constexpr std::string_view none[] = {"none",   "never", "aucun",   "aucune",  "jamais", "keines",
                                       "keiner", "nie",   "ninguno", "ninguna", "nunca"};
  for (std::size_t back = 2; back <= std::min<std::size_t>(4, i); ++back) {
    const bool denied = std::find(std::begin(none), std::end(none), in.word(i - back)) != std::end(none);
    if (denied && quantity.bound == Bound::over) quantity.bound = Bound::up_to;
  }
}

void read_noun(const QuantityText& in, Quantity& quantity) {
  const WordLists& classes = WordLists::nouns();
  std::size_t from = quantity.last + 1;
  if (quantity.dimension != Dimension::count) return;
  // "ein fünfköpfiges Team" has five people.
  if (in.word(quantity.first).find("kopfig") != std::string::npos) {
    quantity.noun_classes.emplace_back("staff");
    return;
  }
  // "a six-strong team"
  if ((in.word(from) == "strong" || in.word(from) == "person" || in.word(from) == "member") &&
      in.gap_after(quantity.last) == "-") {
    quantity.noun_classes.emplace_back("staff");
    return;
  }
  // "3 of 6 courses"
  if (in.word(from) == "of" && from + 2 < in.tokens.size()) {
    const auto whole = read_spelled_number(in.tokens, from + 1, in.language);
    if (in.tokens[from + 1].number || whole) from += 1 + (whole ? whole->count : 1);
  }
  // "8 of 10 patients", "12 der Dienste"
  if (from < in.tokens.size() && (in.word(from) == "of" || in.word(from) == "de" || in.word(from) == "der") &&
      from + 1 < in.tokens.size() && !in.tokens[from + 1].has_digit) {
    ++from;
    if (in.word(from) == "the" || in.word(from) == "its" || in.word(from) == "our" || in.word(from) == "my") ++from;
  }
  // "a two-shift box plant" has two shifts, and is one plant.
  const bool hyphenated = in.gap_after(quantity.last) == "-" && from == quantity.last + 1;
  for (std::size_t i = from; i < std::min(from + 5, in.tokens.size()); ++i) {
    if (hyphenated && i > from && in.gap_before(i) != "-") break;
    if (i > quantity.last + 1 && in.tokens[i - 1].ends_sentence) break;
    const std::string_view gap = in.gap_before(i);
    if (gap.find_first_of(",;:()") != std::string_view::npos || gap.find('\n') != std::string_view::npos) break;
    // "22 emergency and outpatient patients": both words say which patients.
    const bool joins = i > from && quantity.noun_classes.empty() && (in.word(i) == "and" || in.word(i) == "or") &&
                       !classes.list_of(in.tokens, std::min(i + 2, in.tokens.size() - 1)).empty() &&
                       i + 2 < in.tokens.size();
    if (joins) continue;
    if (in.tokens[i].has_digit || ends_phrase(in.word(i)) || read_spelled_number(in.tokens, i, in.language)) break;
    if (quantity.noun.empty()) quantity.noun = in.word(i);
    const std::string_view found = classes.list_of(in.tokens, i);
    if (found.empty()) {
      if (!quantity.noun_classes.empty()) break;
      continue;
    }
    // "teams query": a plural ends the phrase; "student nurses" goes on.
    const bool after_plural =
        !quantity.noun_classes.empty() && in.word(i - 1).ends_with('s') && !in.word(i - 1).ends_with("ss");
    if (after_plural) break;
    quantity.noun_classes.emplace_back(found);
    quantity.noun = in.word(i);
  }
  if (!quantity.noun_classes.empty()) return;
  // "a team of six", "une équipe de 6", "ein Team von sieben"
  if (quantity.first >= 2) {
    const std::string& joiner = in.word(quantity.first - 1);
    if (joiner == "of" || joiner == "von" || joiner == "aus" || joiner == "de" || joiner == "من") {
      if (classes.list_of(in.tokens, quantity.first - 2) == "team") {
        quantity.noun_classes.emplace_back("staff");
        if (quantity.noun.empty()) quantity.noun = "people";  // of whatever kind
      }
    }
  }
}

/// "sixty or so", "30 or more", "200 environ": what stands behind the number.
void read_bound_behind(const QuantityText& in, Quantity& quantity) {
  if (quantity.bound != Bound::exact || in.tokens[quantity.last].ends_sentence) return;
  constexpr std::pair<std::string_view, Bound> lists[] = {{"bound_about_behind", Bound::about},
                                                          {"bound_at_least_behind", Bound::at_least}};
  for (const auto& [list, bound] : lists) {
    for (std::size_t k = quantity.last + 1; k <= std::min(quantity.last + 2, in.tokens.size() - 1); ++k) {
      if (in.tokens[k - 1].ends_sentence || in.gap_before(k).find_first_of(",;:()") != std::string_view::npos) break;
      if (quantity_words().match(list, in.tokens, k) > 0) quantity.bound = bound;
    }
  }
}

/// "two years as a night nurse": what the person was, and not how often.
bool joins_title(const std::string& ahead, const std::string& article) {
  return (article == "a" || article == "an") && (ahead == "as" || ahead == "being" || ahead == "became");
}

bool says_every(const std::string& word) {
  constexpr std::string_view words[] = {"every", "alle", "cada", "tous", "toutes", "كل"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// "every three months" is every quarter; empty where another rhythm, or none, stands before token `i`.
std::string_view rhythm_of(const QuantityText& in, std::size_t i) {
  constexpr std::pair<std::pair<double, std::string_view>, std::string_view> rhythms[] = {
      {{3, "month"}, "quarter"}, {{12, "month"}, "year"},  {{7, "day"}, "week"},
      {{24, "hour"}, "day"},     {{60, "minute"}, "hour"}, {{60, "second"}, "minute"}};
  const UnitName* unit = unit_of(in.word(i));
  if (unit == nullptr || unit->dimension != Dimension::time || i < 2) return {};
  std::size_t every = i - 2;
  const bool article =
      in.word(every) == "les" || in.word(every) == "los" || in.word(every) == "las";  // "tous les 3 mois"
  if (article && every > 0) --every;
  if (!says_every(in.word(every))) return {};
  const auto figures = read_figures(in.word(i - 1), in.language);
  const auto spelled = read_spelled_number(in.tokens, i - 1, in.language);
  const double count = figures ? figures->value : spelled ? spelled->value : 0;
  for (const auto& [rhythm, period] : rhythms) {
    if (rhythm.first == count && rhythm.second == unit->unit) return period;
  }
  return {};
}

void read_rate(const QuantityText& in, Quantity& quantity) {
  bool goes_on = false;  // behind "and" something else begins, which may have a rhythm of its own
  for (std::size_t i = quantity.last + 1; i < std::min(quantity.last + 7, in.tokens.size()); ++i) {
    if (in.tokens[i - 1].ends_sentence || (in.tokens[i].has_digit && !says_every(in.word(i - 1)))) return;
    goes_on = goes_on || in.word(i) == "and" || in.word(i) == "while" || in.word(i) == "und" || in.word(i) == "et" ||
              in.word(i) == "y" || in.word(i) == "plus";
    // "... and I run it every month"
    if (goes_on &&
        (in.word(i) == "i" || in.word(i) == "ich" || in.word(i) == "j" || in.word(i) == "je" || in.word(i) == "yo"))
      return;
    const std::string_view gap = in.gap_before(i);
    if (gap.find_first_of(";:()") != std::string_view::npos) return;
    if (i > quantity.last + 1 && gap.find(',') != std::string_view::npos) return;
    const std::string& joiner = i > 0 ? in.word(i - 1) : in.word(i);
    const bool joined = gap == "/" || joiner == "per" || joiner == "a" || joiner == "an" || joiner == "each" ||
                        joiner == "every" || joiner == "pro" || joiner == "par" || joiner == "por" || joiner == "al" ||
                        joiner == "في" || joiner == "je" || joiner == "jede" || joiner == "jeden" || joiner == "每" ||
                        joiner == "the" || joiner == "la" || joiner == "im" || joiner == "am" || joiner == "cada" ||
                        joiner == "chaque" || (joiner == "der" && in.word(i - 2) == "in");
    if (const std::string_view rhythm = rhythm_of(in, i); !rhythm.empty()) {
      quantity.rate = rhythm;
      return;
    }
    const std::string_view rate = period_of(in.word(i));
    if (rate.empty()) continue;
    // "two and a quarter" is a number.
    if (rate == "quarter" && i > 1 && in.word(i - 1) == "a" && in.word(i - 2) == "and") return;
    // "a shift to search" is a change.
    constexpr std::string_view changes[] = {"from", "to", "of", "in", "towards", "toward", "away", "into"};
    if (rate == "shift" && std::find(std::begin(changes), std::end(changes), in.word(i + 1)) != std::end(changes))
      return;
    const bool adverb =
        in.word(i).ends_with("ly") || in.word(i).ends_with("lich") || in.word(i) == "شهريا" || in.word(i) == "يوميا" ||
        in.word(i) == "سنويا" || in.word(i) == "mensuales" || in.word(i) == "diarios" || in.word(i) == "anuales" ||
        ((in.language == "fr" || in.language == "es") && unit_of(in.word(i)) == nullptr &&
         (in.word(i).find("suel") != std::string::npos || in.word(i).find("nuel") != std::string::npos ||
          in.word(i).starts_with("hebdomad") || in.word(i).starts_with("quotid") ||
          in.word(i).starts_with("trimestri") || in.word(i).starts_with("trimestral") ||
          in.word(i).starts_with("semanal") || in.word(i).starts_with("mensual") || in.word(i).starts_with("diari") ||
          in.word(i).starts_with("anual")));
    if (adverb && goes_on) return;
    if ((joined && i > quantity.last) || adverb) {
      // "over a year" is how long, and not how often; "a la semana" and "in der Stunde" say how often.
      const std::string& ahead = i > 1 ? in.word(i - 2) : joiner;
      const bool per = (joiner == "la" && ahead == "a") || (joiner == "der" && ahead == "in");
      if ((joiner == "the" || joiner == "la") && !per) continue;
      if (per) {
        quantity.rate = std::string(rate);
        return;
      }
      const bool bounded = quantity_words().list_of_word(ahead).starts_with("bound_");  // "almost an hour"
      if (bounded || ahead == "over" || ahead == "in" || ahead == "within" || ahead == "for" || ahead == "during" ||
          ahead == "after" || ahead == "half" || ahead == "from" || joins_title(ahead, joiner))
        return;
      quantity.rate = rate == "day" ? "day" : std::string(rate);
      return;
    }
  }
}

void read_rate_before(const QuantityText& in, Quantity& quantity) {
  if (!quantity.rate.empty() || in.language != "zh") return;
  for (std::size_t i = quantity.first; i-- > 0 && quantity.first - i < 8;) {
    if (in.tokens[i].ends_sentence || in.gap_before(i + 1).find("\xEF\xBC\x8C") != std::string_view::npos) return;
    if (in.word(i) != "每") continue;
    const std::string& period = in.word(i + 1);
    quantity.rate = period == "年"                     ? "year"
                    : period == "月"                   ? "month"
                    : period == "周" || period == "星" ? "week"
                    : period == "天" || period == "日" ? "day"
                                                       : "";
    return;
  }
}

void read_factor(const QuantityText& in, Quantity& quantity) {
  // "a 3.5-fold gain", "das 3-fache"
  const std::string& behind = in.word(quantity.last + 1);
  if (quantity.dimension == Dimension::count && in.gap_after(quantity.last) == "-" &&
      (behind == "fold" || behind == "fach" || behind == "fache" || behind == "fachen")) {
    quantity.ratio = true;
    ++quantity.last;
    return;
  }
  constexpr std::string_view times[] = {"times", "fois", "veces", "mal"};
  if (std::find(std::begin(times), std::end(times), behind) == std::end(times) || quantity.value < 1.5) return;
  constexpr std::string_view words[] = {"faster",  "quicker", "higher", "more",    "as",       "larger", "bigger",
                                        "lower",   "the",     "less",   "better",  "slower",   "longer", "shorter",
                                        "cheaper", "plus",    "moins",  "la",      "le",       "mas",    "menos",
                                        "lo",      "so",      "mehr",   "weniger", "schneller"};
  for (std::size_t k = quantity.last + 2; k < std::min(quantity.last + 4, in.tokens.size()); ++k) {
    if (std::find(std::begin(words), std::end(words), in.word(k)) != std::end(words)) quantity.ratio = true;
  }
}

void read_ordinal(const QuantityText& in, Quantity& quantity) {
  // "im 3. und 4. Lehrjahr"
  if (in.language != "de" || quantity.spelled || quantity.dimension != Dimension::count || quantity.value > 31) return;
  if (!in.gap_after(quantity.first).starts_with(". ") || quantity.last + 1 >= in.tokens.size()) return;
  constexpr std::string_view before[] = {"im",  "am",  "zum", "zur",  "der", "des", "dem", "den",
                                         "die", "das", "vom", "beim", "und", "ab",  "bis", "seit"};
  const bool small = !in.tokens[quantity.last + 1].capital;
  if (small || quantity.first == 0 ||
      std::find(std::begin(before), std::end(before), in.word(quantity.first - 1)) != std::end(before))
    quantity.ordinal = true;
}

void read_label(const QuantityText& in, Quantity& quantity) {
  if (quantity.first > 0 && !in.tokens[quantity.first - 1].ends_sentence) quantity.before = in.word(quantity.first - 1);
  if (quantity.first == 0 || quantity.spelled || quantity.dimension != Dimension::count) return;
  const Token& before = in.tokens[quantity.first - 1];
  if (in.gap_before(quantity.first) != " " && in.gap_before(quantity.first) != "-" &&
      in.gap_before(quantity.first) != "\xC2\xA0")
    return;
  if (before.ends_sentence || before.has_digit) return;
  const bool name = before.inner_capital || (before.capital && !before.sentence_start) || before.folded == "band" ||
                    before.folded == "level" || before.folded == "grade" || before.folded == "tier" ||
                    before.folded == "stage";
  if (!name) return;
  quantity.label = true;
  quantity.label_of = before.folded;
}

}  // namespace bespoke
