#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// Whether a number is a count of times that makes that period: "four times a year".
bool is_times(const Quantity& quantity, std::string_view period) {
  return (quantity.noun == "times" && quantity.rate == "year" &&
          ((quantity.value == 4 && period == "quarter") || (quantity.value == 12 && period == "month")));
}

/// "every 30 days" is monthly.
bool is_every(const Quantity& quantity, std::string_view period) {
  constexpr std::pair<std::string_view, double> days[] = {
      {"day", 1}, {"week", 7}, {"month", 30}, {"quarter", 91}, {"year", 365}};
  return quantity.dimension == Dimension::time && std::any_of(std::begin(days), std::end(days), [&](const auto& known) {
           return known.first == period && std::abs(quantity.value / 86'400 - known.second) < 0.05 * known.second;
         });
}

/// "still in use today", where the evidence speaks of a time that is over.
void check_today(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.cited.empty()) return;
  const bool over = std::all_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    return entry != nullptr && entry->end_year > 0;
  });
  if (!over) return;
  for (const Hit& hit : claimed_hits(claim, "today")) {
    // "a file now took five minutes": then, and not today
    const std::string& before = hit.at > 0 ? claim.facts.tokens[hit.at - 1].folded : claim.facts.tokens[0].folded;
    if (claim.facts.tokens[hit.at].folded == "now" && before != "until" && before != "still" && before != "even")
      continue;
    const bool now = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
      return lists().contains("today", source->facts.tokens) ||
             (source->words.contains("still") && source->facts.dates.empty());
    });
    if (!now)
      return verdicts.violation("date", claim.words(hit.at, hit.at + hit.count - 1),
                                "the evidence doesn't reach to today");
  }
}

/// The same in another language than the evidence: the bullet limits itself, and the text doesn't at all.
void check_foreign_limits(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.cited.size() != 1 || claim.cited.front()->section == "awards") return;
  const std::vector<Token>& there = claim.cited.front()->facts.tokens;
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (lists().match("limits", there, i) == 0) continue;
    for (const std::string_view kept : {"limits", "stand_in", "participation_kept", "not_won", "in_progress"}) {
      if (lists().contains(kept, claim.facts.tokens)) return;
    }
    return verdicts.violation("scope", there[i].folded, "the evidence limits it, and the text doesn't");
  }
}

/// "14 minutes of planned downtime": what a limit stands before is all that it limits.
bool limits_another(const FactClaim& claim, const std::vector<Token>& there, std::size_t behind) {
  if (claim.facts.language != "en" || behind >= there.size() || there[behind - 1].ends_sentence ||
      is_stop_word(there[behind].folded))
    return false;
  for (std::size_t k = behind; k < std::min(behind + 3, there.size()) && !is_stop_word(there[k].folded); ++k) {
    const bool said = std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(), [&](const Token& token) {
      return EnglishWords::get().alike(token.stem, there[k].stem);
    });
    if (said) return false;
    if (there[k].ends_sentence) break;
  }
  return true;
}

/// A limit of the evidence that the text leaves out: a pilot, a prototype, "reportable".
void check_limits(const FactClaim& claim, FactVerdicts& verdicts) {
  // A summary speaks of whole jobs, not of one thing in them.
  if (claim.letter || claim.about_person) return;
  if (claim.foreign) return check_foreign_limits(claim, verdicts);
  for (const FactSource* source : claim.cited) {
    if (source->pointer.ends_with("/position") || source->section == "awards") continue;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::size_t length = lists().match("limits", tokens, i);
      if (length == 0) continue;
      // Only what the text speaks of: the words around the limit are in it too.
      std::size_t shared = 0;
      for (std::size_t k = i > 3 ? i - 3 : 0; k < std::min(i + 4, tokens.size()); ++k) {
        if (k == i || tokens[k].folded.size() < 3 || is_stop_word(tokens[k].folded)) continue;
        shared += std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                              [&](const Token& token) { return token.stem == tokens[k].stem; })
                      ? 1
                      : 0;
      }
      const bool kept =
          std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                      [&](const Token& token) { return token.stem == tokens[i + length - 1].stem; }) ||
          lists().contains("limits", claim.facts.tokens) ||
          (lists().match("stand_in", tokens, i) > 0 && lists().contains("stand_in", claim.facts.tokens)) ||
          (lists().match("tentative", tokens, i) > 0 && lists().contains("tried", claim.facts.tokens));
      if (shared > 0 && !kept &&
          !(lists().match("adjective_limit", tokens, i) > 0 && limits_another(claim, tokens, i + length))) {
        const std::string limit = source->text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
        return verdicts.violation("scope", limit,
                                  fmt::format("the evidence says \"{}\", which the text leaves out", limit));
      }
    }
  }
}

/// "daily" where the evidence says "weekly".
void check_periods(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    const bool adverb =
        word.ends_with("ly") || word.ends_with("lich") || word.ends_with("liche") || word.ends_with("lichen");
    const std::string_view period =
        period_of(word.ends_with("liche") ? std::string_view(word).substr(0, word.size() - 1) : std::string_view(word));
    constexpr std::string_view romance[] = {"hebdomad", "mensu", "semanal",  "quotid",  "diari",
                                            "annuel",   "anual", "trimestr", "journal", "bimens"};
    const bool adjective = (claim.facts.language == "fr" || claim.facts.language == "es") &&
                           std::any_of(std::begin(romance), std::end(romance),
                                       [&](std::string_view start) { return word.starts_with(start); });
    const bool arabic = claim.facts.tokens[i].script == Script::arabic &&
                        (word.ends_with("يا") || word.ends_with("ي") || word.ends_with("يه"));
    if (period.empty() || (!adverb && !adjective && !arabic)) continue;
    // "سنويا" behind a number worked out for the year: how often is that number's check.
    const bool counted = arabic && std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                               [&](const Quantity& quantity) { return quantity.rate == period; });
    if (counted) continue;
    // "1 500 € mensuels" of 18 000 € a year: another period of what is told by the period.
    const bool converted =
        std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& said) {
          return said.rate == period &&
                 std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
                   return std::any_of(
                       source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& known) {
                         return !known.rate.empty() && known.rate != period && known.dimension == said.dimension;
                       });
                 });
        });
    if (converted) continue;
    const auto says = [&](const FactSource* source, bool any) {
      const bool in_words =
          std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
            const std::string_view there = period_of(token.folded);
            return !there.empty() && (any || there == period);
          });
      return in_words || (!any && has_rate_word(source->facts, period)) ||
             std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                         [&](const Quantity& quantity) {
                           if (!any && is_every(quantity, period)) return true;
                           return any ? !quantity.rate.empty() : quantity.rate == period || is_times(quantity, period);
                         });
    };
    const bool same = std::any_of(claim.cited.begin(), claim.cited.end(),
                                  [&](const FactSource* source) { return says(source, false); });
    if (!same) verdicts.violation("number", word, "the evidence doesn't say how often, or says otherwise");
  }
}

/// The period of "a week", "pro Monat" or "par an" at a token; empty when there is none.
std::string_view period_at(const FactText& facts, std::size_t token) {
  constexpr std::string_view per[] = {"a",  "an",    "per",  "every", "each",   "im",   "pro", "je",
                                      "al", "jeden", "jede", "jedes", "chaque", "cada", "par", "por"};
  const bool tells = token + 1 < facts.tokens.size() &&
                     std::find(std::begin(per), std::end(per), facts.tokens[token].folded) != std::end(per);
  return tells ? period_of(facts.tokens[token + 1].folded) : std::string_view();
}

/// The first period that is told behind a token.
std::string_view period_behind(const FactText& facts, std::size_t token) {
  for (std::size_t k = token + 1; k < std::min(token + 5, facts.tokens.size()); ++k) {
    if (facts.tokens[k].ends_sentence || facts.tokens[k].has_digit) return {};
    if (const std::string_view period = period_at(facts, k); !period.empty()) return period;
  }
  return {};
}

bool tells_period(const FactText& facts) {
  for (std::size_t i = 0; i < facts.tokens.size(); ++i) {
    if (!period_at(facts, i).empty()) return true;
  }
  return false;
}

/// "620 tunings a month" of 620 a year, "once a week" of once a fortnight: the same number in another time.
void check_rates(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || !tells_period(claim.facts)) return;
  const auto tokens_of = [](const FactText& facts, double value) {
    std::vector<std::size_t> tokens;
    for (const Quantity& quantity : facts.quantities) {
      if (quantity.dimension == Dimension::count && near(quantity.value, value)) tokens.push_back(quantity.first);
    }
    for (std::size_t i = 0; i < facts.tokens.size(); ++i) {
      const std::string& word = facts.tokens[i].folded;
      const double times = word == "once" || word == "einmal" ? 1 : word == "twice" || word == "zweimal" ? 2 : 0;
      if (times > 0 && near(times, value)) tokens.push_back(i);
    }
    return tokens;
  };
  std::vector<double> values = {1, 2};
  for (const Quantity& quantity : claim.facts.quantities) values.push_back(quantity.value);
  for (const double value : values) {
    for (const std::size_t at : tokens_of(claim.facts, value)) {
      const std::string_view said = period_behind(claim.facts, at);
      if (said.empty()) continue;
      bool same = false;
      bool other = false;
      for (const FactSource* source : claim.cited) {
        for (const std::size_t there : tokens_of(source->facts, value)) {
          const std::string_view known = period_behind(source->facts, there);
          if (known.empty()) continue;
          (known == said ? same : other) = true;
        }
      }
      if (other && !same)
        return verdicts.violation("number", claim.words(at, at), "the evidence gives that number for another time");
    }
  }
}

/// "the state's guide" for what the evidence has of a district.
void check_wider_owner(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "en" || claim.foreign) return;
  constexpr auto wide = std::to_array<std::string_view>({"state", "nation", "country", "county", "city", "government",
                                                         "industry", "ministry", "region", "continent", "world",
                                                         "hospital", "university", "council"});
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    if (token.end - token.begin <= token.folded.size() ||
        std::find(wide.begin(), wide.end(), token.folded) == wide.end())
      continue;
    const bool known = std::any_of(claim.around.begin(), claim.around.end(),
                                   [&](const FactSource* source) { return source->stems.contains(token.stem); });
    if (!known) return verdicts.violation("scope", claim.words(i, i), "the evidence doesn't speak of one");
  }
}

/// "the unit's" for what the evidence calls "my".
void check_owner(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "en" || claim.foreign) return;
  const bool own = std::any_of(claim.cited.begin(), claim.cited.end(),
                               [](const FactSource* source) { return source->words.contains("my"); });
  if (!own) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    const std::string raw = claim.words(i, i);
    const bool possessive = raw.ends_with("'s") || raw.ends_with("\xE2\x80\x99s");
    if (!possessive && token.folded != "our") continue;
    const std::string_view kind = WordLists::nouns().list_of(claim.facts.tokens, i);
    if (token.folded != "our" && kind != "team" && kind != "site" && token.folded != "unit" &&
        token.folded != "company")
      continue;
    const bool known = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      // "Team's" at the start, of "my team"
      return source->text.find(raw) != std::string::npos ||
             (i == 0 && source->text.find("my " + token.folded) != std::string::npos);
    });
    if (!known) verdicts.violation("scope", raw, "the evidence says \"my\"");
  }
}

}  // namespace

void check_scope(const FactClaim& claim, FactVerdicts& verdicts) {
  check_limits(claim, verdicts);
  check_periods(claim, verdicts);
  check_rates(claim, verdicts);
  check_owner(claim, verdicts);
  check_wider_owner(claim, verdicts);
  check_today(claim, verdicts);
}

}  // namespace bespoke
