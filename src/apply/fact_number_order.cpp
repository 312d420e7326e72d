#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace bespoke {
namespace {

/// How many telling words stand around a number in both texts, up to the next number.
std::size_t shared_around(const FactText& one, const Quantity& a, const FactText& other, const Quantity& b) {
  const auto around = [](const FactText& facts, const Quantity& quantity) {
    std::unordered_set<std::string_view> stems;
    for (std::size_t k = quantity.first; k-- > 0 && quantity.first - k <= 6;) {
      if (facts.tokens[k].has_digit) break;
      if (!is_stop_word(facts.tokens[k].folded)) stems.insert(facts.tokens[k].stem);
    }
    for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 4, facts.tokens.size()); ++k) {
      const std::string_view gap =
          facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
      if (facts.tokens[k].has_digit || gap.find_first_of(",;") != std::string_view::npos) break;
      if (!is_stop_word(facts.tokens[k].folded)) stems.insert(facts.tokens[k].stem);
    }
    return stems;
  };
  const auto first = around(one, a);
  const auto second = around(other, b);
  return static_cast<std::size_t>(
      std::count_if(first.begin(), first.end(), [&](std::string_view stem) { return second.contains(stem); }));
}

/// Whether the phrase behind a number has that stem, what is counted or a word of it.
bool counts(const FactText& facts, const Quantity& quantity, std::string_view stem) {
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 5, facts.tokens.size()); ++k) {
    if (facts.tokens[k].has_digit) return false;
    if (!stem.empty() && facts.tokens[k].stem == stem) return true;
  }
  return false;
}

/// Two right numbers, each where the evidence has the other: "cost down 9% when diesel rose 6%".
void check_exchanged(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign || claim.facts.language != "en") return;
  const std::vector<Quantity>& said = claim.facts.quantities;
  for (std::size_t i = 0; i < said.size(); ++i) {
    for (std::size_t j = i + 1; j < said.size(); ++j) {
      if (said[i].dimension != said[j].dimension || near(said[i].value, said[j].value)) continue;
      for (const FactSource* source : claim.cited) {
        const Quantity* one = nullptr;
        const Quantity* two = nullptr;
        for (const Quantity& known : source->facts.quantities) {
          if (known.dimension != said[i].dimension) continue;
          if (near(known.value, said[i].value)) one = &known;
          if (near(known.value, said[j].value)) two = &known;
        }
        if (one == nullptr || two == nullptr) continue;
        // "a 900-runner 10K": one belongs to the other, in either order.
        if (std::max(one->first, two->first) <= std::min(one->last, two->last) + 2) continue;
        // Both count what they count in the evidence.
        const std::string_view first = counted_stem(claim.facts, said[i]);
        const std::string_view second = counted_stem(claim.facts, said[j]);
        if (!first.empty() && !second.empty() && counts(claim.facts, said[i], counted_stem(source->facts, *one)) &&
            counts(claim.facts, said[j], counted_stem(source->facts, *two)))
          continue;
        const std::size_t right = shared_around(claim.facts, said[i], source->facts, *one) +
                                  shared_around(claim.facts, said[j], source->facts, *two);
        const std::size_t wrong = shared_around(claim.facts, said[i], source->facts, *two) +
                                  shared_around(claim.facts, said[j], source->facts, *one);
        const bool moves =
            std::any_of(source->facts.movements.begin(), source->facts.movements.end(), [&](const Movement& movement) {
              return (movement.from == one && movement.to == two) || (movement.from == two && movement.to == one);
            });
        if (!moves && wrong >= right + 2) {
          return verdicts.violation("number", claim.words(said[i].first, said[j].last),
                                    "the evidence has these two numbers the other way round");
        }
      }
    }
  }
}

/// 1 for words of rising, -1 for falling, 0 for neither or both.
int direction_of(const FactText& facts) {
  const bool up = WordLists::facts().contains("up", facts.tokens);
  const bool down = WordLists::facts().contains("down", facts.tokens);
  return up == down ? 0 : up ? 1 : -1;
}

/// "Raised 30 pages to 9" and "from 64,000 to 18,000": the numbers are right and the story isn't.
void check_direction(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Movement& said : claim.facts.movements) {
    for (const FactSource* source : claim.cited) {
      for (const Movement& known : source->facts.movements) {
        if (near(said.from->value, known.to->value) && near(said.to->value, known.from->value) &&
            units_agree(*said.from, *known.from)) {
          verdicts.violation("number", claim.words(said.from->first, said.to->last),
                             "the evidence has it the other way round");
          return;
        }
      }
    }
  }
  if (claim.letter || claim.facts.quantities.empty() || claim.cited.size() != 1) return;
  const FactText& source = claim.cited.front()->facts;
  int known = direction_of(source);
  if (source.movements.size() == 1) {
    known = source.movements.front().to->value > source.movements.front().from->value ? 1 : -1;
  }
  const int said = direction_of(claim.facts);
  if (known != 0 && said == -known && source.movements.size() == 1) {
    verdicts.violation("number", std::string(claim.facts.text.substr(0, 60)),
                       "the evidence says that it went the other way");
  }
}

/// "fell from 11 to 1" of what fell from 11 to 4: the same start with another end, however often that end stands
/// elsewhere.
void check_ends(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Movement& said : claim.facts.movements) {
    if (claim.letter && !claim.claimed(said.from->first)) continue;
    bool same = false;
    bool other = false;
    for (const FactSource* source : claim.cited) {
      for (const Movement& known : source->facts.movements) {
        if (!near(said.from->value, known.from->value) || !units_agree(*said.from, *known.from)) continue;
        const bool has = std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                                     [&](const Quantity& one) { return near(one.value, said.to->value); });
        (has || value_holds(*said.to, *known.to) ? same : other) = true;
      }
    }
    if (other && !same)
      return verdicts.violation("number", claim.words(said.from->first, said.to->last),
                                "the evidence has another end of that");
  }
}

/// Another rank in a row than the evidence has: "level three" for "level two".
void check_ordinals(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    int said = ordinal_of(claim.facts.tokens[i].folded);
    for (const Quantity& quantity : claim.facts.quantities) {
      if (quantity.ordinal && quantity.first == i && quantity.value < 32) said = static_cast<int>(quantity.value);
    }
    if (said == 0) continue;
    bool other = false;
    bool same = false;
    for (const FactSource* source : claim.cited) {
      for (const Token& token : source->facts.tokens) {
        const int known = ordinal_of(token.folded);
        same = same || known == said;
        other = other || (known != 0 && known != said);
      }
      for (const Quantity& quantity : source->facts.quantities) {
        constexpr std::string_view ranks[] = {"level",  "band",  "grade", "step",  "stage",   "class", "year",
                                              "niveau", "stufe", "grad",  "nivel", "المستوي", "مستوي"};
        const bool rank =
            std::find(std::begin(ranks), std::end(ranks), std::string_view(quantity.before)) != std::end(ranks);
        const bool counts = quantity.ordinal || (quantity.label && rank);
        same = same || (counts && near(quantity.value, said));
        other = other || (counts && !near(quantity.value, said));
      }
    }
    if (other && !same) verdicts.violation("number", claim.words(i, i), "the evidence has another rank");
  }
}

/// "on a single host" of two hosts: one of what the evidence has more of.
void check_single(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  constexpr std::string_view ones[] = {"single", "one",  "einzige", "einziger", "einziges", "einzigen",
                                       "einem",  "seul", "seule",   "solo",     "sola",     "unico",
                                       "unica",  "واحد", "واحده",   "einzelne", "einzelnen"};
  const auto is_one = [&](const Token& token) {
    return std::find(std::begin(ones), std::end(ones), token.folded) != std::end(ones);
  };
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const Token& thing = tokens[i + 1];
    if (!is_one(tokens[i]) || tokens[i].ends_sentence || thing.has_digit || is_stop_word(thing.folded)) continue;
    // "one unit of three"
    const bool part = i + 3 < tokens.size() && (tokens[i + 2].folded == "of" || tokens[i + 2].folded == "von" ||
                                                tokens[i + 2].folded == "de" || tokens[i + 2].folded == "sur");
    if (part) continue;
    // "more than one campaign"
    if (i > 0 && (tokens[i - 1].folded == "than" || tokens[i - 1].folded == "least" || tokens[i - 1].folded == "als"))
      continue;
    bool several = false;
    bool one = false;
    for (const FactSource* source : claim.cited) {
      one = one || std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), is_one);
      several =
          several ||
          std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& known) {
            return known.dimension == Dimension::count && known.value >= 2 && !known.label && !known.ratio &&
                   !known.ordinal && counted_stem(source->facts, known) == thing.stem;
          });
    }
    if (several && !one)
      return verdicts.violation("number", claim.words(i, i + 1), "the evidence has more than one of them");
  }
}

/// "ورديتين": Arabic has a form of its own for two, which the evidence has in the singular alone.
void check_dual(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "ar" || claim.foreign) return;
  constexpr std::string_view endings[] = {"تين", "تان"};
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    for (const std::string_view ending : endings) {
      if (!word.ends_with(ending) || word.size() < ending.size() + 6) continue;
      const std::string stem = word.substr(0, word.size() - ending.size());
      const auto has = [&](const std::string& form) {
        return std::any_of(claim.cited.begin(), claim.cited.end(),
                           [&](const FactSource* source) { return source->words.contains(form); });
      };
      const bool two = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
        return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                           [](const Quantity& known) { return known.value == 2; });
      });
      if (has(stem + "ه") && !has(stem + "تين") && !has(stem + "تان") && !two)
        verdicts.violation("number", claim.words(i, i), "the evidence has one of them");
    }
  }
}

/// The index of the number that stands behind "of", "out of" or "von" after another; 0 when there is none.
std::size_t whole_behind(const FactText& facts, std::size_t i) {
  if (i + 1 >= facts.quantities.size()) return 0;
  const Quantity& part = facts.quantities[i];
  const Quantity& whole = facts.quantities[i + 1];
  // "7.8/10"
  if (part.dimension == whole.dimension && whole.first == part.last + 1 &&
      facts.text.substr(part.end, whole.begin - part.end) == "/")
    return i + 1;
  if (part.dimension != whole.dimension || whole.first <= part.last + 1 || whole.first > part.last + 3) return 0;
  const std::string& joiner = facts.tokens[whole.first - 1].folded;
  return joiner == "of" || joiner == "von" || joiner == "sur" || joiner == "sobre" || joiner == "من" ? i + 1 : 0;
}

/// "10 of 10" of 9 out of 10: the same whole with another part.
void check_parts_of_whole(const FactClaim& claim, FactVerdicts& verdicts) {
  for (std::size_t i = 0; i < claim.facts.quantities.size(); ++i) {
    const std::size_t whole = whole_behind(claim.facts, i);
    if (whole == 0 || (claim.letter && !claim.claimed(claim.facts.quantities[i].first))) continue;
    bool other = false;
    bool same = false;
    for (const FactSource* source : claim.cited) {
      for (std::size_t k = 0; k < source->facts.quantities.size(); ++k) {
        const std::size_t known = whole_behind(source->facts, k);
        if (known == 0 || !near(source->facts.quantities[known].value, claim.facts.quantities[whole].value)) continue;
        (near(source->facts.quantities[k].value, claim.facts.quantities[i].value) ? same : other) = true;
      }
    }
    if (other && !same)
      return verdicts.violation("number",
                                claim.words(claim.facts.quantities[i].first, claim.facts.quantities[whole].last),
                                "the evidence has another part of that");
  }
}

}  // namespace

void check_number_order(const FactClaim& claim, FactVerdicts& verdicts) {
  check_direction(claim, verdicts);
  check_exchanged(claim, verdicts);
  check_ends(claim, verdicts);
  check_ordinals(claim, verdicts);
  check_single(claim, verdicts);
  check_dual(claim, verdicts);
  check_parts_of_whole(claim, verdicts);
}

}  // namespace bespoke
