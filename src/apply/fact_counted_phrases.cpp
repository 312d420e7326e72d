#include "apply/fact_claim.hpp"
#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>
#include <vector>

// What stands around a number that is right: which kind of thing it counts, since when, how often.

namespace bespoke {
namespace {

/// The words between a number and the end of the phrase that it counts, the counted noun last.
std::vector<std::size_t> phrase_behind(const FactText& facts, const Quantity& quantity) {
  std::vector<std::size_t> words;
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 5, facts.tokens.size()); ++k) {
    const std::string_view gap =
        facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
    if (facts.tokens[k - 1].ends_sentence || facts.tokens[k].has_digit || is_stop_word(facts.tokens[k].folded) ||
        gap.find_first_of(",;:()/") != std::string_view::npos)
      break;
    words.push_back(k);
  }
  return words;
}

bool has_alike(const std::vector<Token>& tokens, const std::string& stem) {
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return EnglishWords::get().alike(token.stem, stem); });
}

/// "12 long-haul flights" of 12 charter flights: the same number of the same thing, of another kind.
void check_kinds(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person || claim.facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const Quantity& said : claim.facts.quantities) {
    if (said.dimension != Dimension::count || said.label || said.ordinal) continue;
    const std::vector<std::size_t> phrase = phrase_behind(claim.facts, said);
    if (phrase.size() < 2) continue;
    for (const FactSource* source : claim.cited) {
      for (const Quantity& known : source->facts.quantities) {
        if (known.dimension != Dimension::count || !near(known.value, said.value)) continue;
        const std::vector<std::size_t> there = phrase_behind(source->facts, known);
        if (there.size() < 2 || source->facts.tokens[there.back()].stem != tokens[phrase.back()].stem) continue;
        const bool dropped = std::none_of(there.begin(), there.end() - 1, [&](std::size_t k) {
          return has_alike(tokens, source->facts.tokens[k].stem);
        });
        bool unknown = false;
        bool known_kind = false;
        for (std::size_t k = 0; k + 1 < phrase.size(); ++k) {
          const Token& kind = tokens[phrase[k]];
          const bool there_too = std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* one) {
            return has_alike(one->facts.tokens, kind.stem);
          });
          known_kind = known_kind || there_too;
          unknown = unknown || (!there_too && !EnglishWords::get().is_light(kind.stem, kind.folded));
        }
        unknown = unknown && !known_kind;
        if (dropped && unknown)
          return verdicts.violation("claim", claim.words(phrase.front(), phrase.back()),
                                    "the evidence counts those of another kind");
      }
    }
  }
}

/// "Seit neun Jahren unfallfrei" of "unfallfrei seit 2019": since when something is so, the evidence says itself.
void check_since_of(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  constexpr double year_seconds = 365.25 * 86'400;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactSource* source : claim.cited) {
    for (const DateMention& date : source->facts.dates) {
      // The word before "since".
      if (!date.since || date.first < 2) continue;
      const Token& state = source->facts.tokens[date.first - 2];
      if (state.folded.size() < 5 || is_stop_word(state.folded) || state.number) continue;
      const double years = claim.today.year - date.year + (claim.today.month - std::max(date.month, 1)) / 12.0;
      for (const Quantity& said : claim.facts.quantities) {
        if (said.dimension != Dimension::time || said.unit != "year" || !said.rate.empty()) continue;
        // "unfallfrei seit neun Jahren", "seit neun Jahren unfallfrei"
        constexpr std::string_view since[] = {"seit", "for", "since", "depuis", "desde", "منذ"};
        const bool ahead =
            said.first > 1 && tokens[said.first - 2].stem == state.stem &&
            std::find(std::begin(since), std::end(since), tokens[said.first - 1].folded) != std::end(since);
        const bool behind = said.last + 1 < tokens.size() && tokens[said.last + 1].stem == state.stem;
        const bool of_state = ahead || behind;
        if (of_state && said.value / year_seconds > years + 1)
          return verdicts.violation("date", claim.words(said.first, said.last), "the evidence says since when");
      }
    }
  }
}

/// "every week" of one week in four.
void check_every(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  constexpr std::string_view every[] = {"every", "each", "jede", "jeden", "jedes", "chaque", "cada", "كل"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (std::find(std::begin(every), std::end(every), tokens[i].folded) == std::end(every)) continue;
    const std::string_view period = period_of(tokens[i + 1].folded);
    if (period.empty()) continue;
    const bool some = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      const std::vector<Token>& there = source->facts.tokens;
      return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& of) {
        if (of.first < 3 || of.dimension != Dimension::count || of.value < 2) return false;
        const std::string& joiner = there[of.first - 1].folded;
        const std::string& one = there[of.first - 3].folded;
        return (joiner == "in" || joiner == "von" || joiner == "sur" || joiner == "de" || joiner == "of") &&
               (one == "one" || one == "eine" || one == "une" || one == "una" || one == "un") &&
               period_of(there[of.first - 2].folded) == period;
      });
    });
    if (some) return verdicts.violation("number", claim.words(i, i + 1), "the evidence says one of several");
  }
}

}  // namespace

void check_counted_phrases(const FactClaim& claim, FactVerdicts& verdicts) {
  check_kinds(claim, verdicts);
  check_since_of(claim, verdicts);
  check_every(claim, verdicts);
}

}  // namespace bespoke
