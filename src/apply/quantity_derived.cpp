#include "apply/quantity_match.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace bespoke {

bool counts_points(const FactClaim& text, const Quantity& claim) {
  const auto is_point = [](const std::string& word) {
    return word.starts_with("point") || word.starts_with("punkt") || word.starts_with("punto") || word == "نقطه" ||
           word == "نقاط" || word == "pts";
  };
  const std::vector<Token>& tokens = text.facts.tokens;
  return is_point(claim.noun) || (claim.last + 1 < tokens.size() && is_point(tokens[claim.last + 1].folded));
}

namespace {

/// Differences, percentages and factors that follow from one movement of the evidence: "by 87%", "more than tripled",
/// "13 points up"; and what is left of a whole: "all but 0.3%".
bool follows_from_movement(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  for (const Movement& movement : source.facts.movements) {
    const double from = movement.from->value;
    const double to = movement.to->value;
    if (from <= 0 || to <= 0) continue;
    if (claim.ratio) {
      const double ratio = claim.value < 1 ? to / from : std::max(to / from, from / to);
      if (claim.bound == Bound::over) {
        if (claim.value < 1 ? ratio < claim.value && ratio > 0.5 * claim.value
                            : ratio > claim.value && ratio < claim.value + 1)
          return true;
      } else if (claim.bound == Bound::nearly) {
        if (near(ratio, claim.value, 0.15) && (claim.value < 1 ? ratio > claim.value : ratio < claim.value))
          return true;
      } else if (near(ratio, claim.value, claim.bound == Bound::about ? 0.15 : 0.06)) {
        return true;
      }
      continue;
    }
    Quantity difference = *movement.from;
    difference.value = std::abs(to - from);
    difference.decimals = 0;
    const bool in_points = movement.from->dimension == Dimension::percent &&
                           (counts_points(text, claim) || claim.noun == "pp" || claim.noun == "percentage" ||
                            claim.dimension == Dimension::percent);
    // "by 46", "46 more": the difference and not a level.
    const std::vector<Token>& tokens = text.facts.tokens;
    const std::string next = claim.last + 1 < tokens.size() ? tokens[claim.last + 1].folded : "";
    const bool is_difference = claim.before == "by" || claim.before == "another" || claim.before == "up" ||
                               claim.before == "down" || claim.before == "um" || claim.before == "de" ||
                               claim.before == "en" || next == "more" || next == "fewer" || next == "less" ||
                               next == "extra" || next == "mehr" || next == "weniger" || in_points ||
                               says_difference(text, claim);
    if (!is_difference) {
      if (claim.dimension != Dimension::percent) continue;
    }
    const bool same_thing = is_difference && claim.dimension == movement.from->dimension &&
                            classes_agree(claim, *movement.from) &&
                            (claim.rate.empty() || claim.rate == movement.from->rate);
    if ((in_points || same_thing) && value_holds(claim, difference)) return true;
    // "to a third of what it was"
    if (claim.dimension == Dimension::percent && claim.spelled) {
      Quantity left;
      left.value = 100 * to / from;
      if (near(claim.value, left.value, 0.03) || (claim.bound != Bound::exact && value_holds(claim, left))) return true;
    }
    if (claim.dimension == Dimension::percent) {
      Quantity change;
      change.value = 100 * std::abs(to - from) / from;
      change.decimals = 0.01;
      // "two thirds" of 67.9%
      if (std::abs(claim.value - change.value) < (claim.spelled ? 2 : 0.5) ||
          (claim.bound != Bound::exact && value_holds(claim, change)))
        return true;
    }
  }
  // "eight years, four of them leading" where the evidence has "half of them"
  const std::vector<Token>& said = text.facts.tokens;
  if (claim.last + 2 < said.size() && said[claim.last + 1].folded == "of" &&
      (said[claim.last + 2].folded == "them" || said[claim.last + 2].folded == "which")) {
    for (const Quantity& share : source.facts.quantities) {
      for (const Quantity& whole : source.facts.quantities) {
        const double count = whole.value / unit_factor(whole);
        if (share.dimension == Dimension::percent && whole.dimension != Dimension::percent &&
            near(claim.value, share.value / 100 * count))
          return true;
      }
    }
  }
  // "86%" of "164 of its 190"
  if (claim.dimension == Dimension::percent) {
    const std::vector<Quantity>& known = source.facts.quantities;
    for (std::size_t i = 0; i + 1 < known.size(); ++i) {
      if (known[i].dimension != Dimension::count || known[i + 1].dimension != Dimension::count ||
          known[i + 1].value <= known[i].value || known[i + 1].first > known[i].last + 3)
        continue;
      const std::string& joiner = source.facts.tokens[known[i].last + 1].folded;
      const bool share = joiner == "of" || joiner == "von" || joiner == "der" || joiner == "de" || joiner == "sur" ||
                         joiner == "out" || joiner == "in";
      if (share &&
          std::abs(claim.value - 100 * known[i].value / known[i + 1].value) < (claim.bound == Bound::about ? 2.5 : 0.6))
        return true;
    }
  }
  // "half of the six courses" where the evidence has three of six
  if (claim.dimension == Dimension::percent && claim.spelled) {
    const std::vector<Quantity>& known = source.facts.quantities;
    for (std::size_t i = 0; i + 1 < known.size(); ++i) {
      if (known[i + 1].value > 0 && known[i].dimension == Dimension::count &&
          near(100 * known[i].value / known[i + 1].value, claim.value, 0.02))
        return true;
    }
  }
  if (claim.dimension == Dimension::percent && claim.first >= 2) {
    const std::vector<Token>& tokens = text.facts.tokens;
    const std::string& before = tokens[claim.first - 1].folded;
    const bool rest = (before == "but" && tokens[claim.first - 2].folded == "all") || before == "only" ||
                      before == "just" || before == "remaining";
    for (const Quantity& other : source.facts.quantities) {
      if (rest && other.dimension == Dimension::percent && near(claim.value, 100 - other.value, 1e-4)) return true;
    }
  }
  return false;
}

/// "by 70 litres, from 190 to 120": bare numbers that go the way of those of the evidence, which have the unit.
bool is_bare_movement(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || !claim.noun_classes.empty() || claim.label) return false;
  return std::any_of(text.facts.movements.begin(), text.facts.movements.end(), [&](const Movement& said) {
    if ((said.from->first != claim.first && said.to->first != claim.first) || said.to->dimension != Dimension::count)
      return false;
    return std::any_of(source.facts.movements.begin(), source.facts.movements.end(), [&](const Movement& known) {
      const bool other_rate = !said.to->rate.empty() && !known.to->rate.empty() && said.to->rate != known.to->rate;
      return !other_rate && near(said.from->value * known.from->scale, known.from->value) &&
             near(said.to->value * known.to->scale, known.to->value);
    });
  });
}

/// "a team of three" of "with two technicians".
bool is_team_of_others(const FactText& said, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.first < 2) return false;
  const std::string_view kind = WordLists::nouns().list_of(said.tokens, claim.first - 2);
  const bool team = (claim.before == "of" || claim.before == "von" || claim.before == "de") && kind == "team";
  const std::string& behind = said.tokens[std::min(claim.last + 1, said.tokens.size() - 1)].folded;
  // "a three-strong crew", "as one of three"
  const bool one_of = claim.before == "of" && said.tokens[claim.first - 2].folded == "one";
  const bool strong = behind == "strong" || behind == "person" || behind == "member" || behind == "man";
  if (!team && !one_of && !strong && said.tokens[claim.first].folded.find("kopfig") == std::string::npos) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& others) {
    constexpr std::string_view with[] = {"with", "mit", "avec", "con"};
    constexpr std::string_view further[] = {"otros", "otras", "other", "autres", "weiteren", "further"};
    const bool more = std::find(std::begin(further), std::end(further), others.before) != std::end(further);
    // "junto a cuatro compañeras"
    const bool beside = others.before == "a" && source.words.contains("junto");
    return others.dimension == Dimension::count && near(others.value, claim.value - 1) &&
           (more || beside || std::find(std::begin(with), std::end(with), others.before) != std::end(with)) &&
           (more || (!others.noun_classes.empty() && others.noun_classes.front() == "staff"));
  });
}

/// "it once took 95" minutes: the unit stands with another number of the text.
bool has_unit_of_neighbour(const FactClaim& text, const Quantity& claim, const Quantity& other) {
  if (claim.dimension != Dimension::count || !claim.noun_classes.empty() || claim.label ||
      other.dimension == Dimension::count)
    return false;
  return std::any_of(text.facts.quantities.begin(), text.facts.quantities.end(), [&](const Quantity& neighbour) {
    if (neighbour.dimension != other.dimension || neighbour.unit != other.unit) return false;
    const double factor = other.decimals > 0 && neighbour.decimals > 0 ? unit_factor(other) : 0;
    return factor > 0 && near(claim.value * factor, other.value);
  });
}

/// "35 hectares" where the evidence has "120 hectares, of which 35".
bool has_unit_in_source(const Quantity& claim, const Quantity& other, const FactSource& source) {
  // "8% from 12 growers" is no 12%.
  if (other.dimension != Dimension::count || other.label || other.ratio || claim.dimension == Dimension::count ||
      claim.dimension == Dimension::percent)
    return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& neighbour) {
    return neighbour.dimension == claim.dimension && neighbour.unit == claim.unit && neighbour.first < other.first &&
           other.noun_classes.empty() && near(other.value * unit_factor(claim), claim.value);
  });
}

/// "with three colleagues" of a rota of four, "two others" of "one of three".
bool is_the_others(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.ratio || claim.vague) return false;
  const auto is_colleague = [](const std::string& noun) {
    return noun.starts_with("colleague") || noun == "others" || noun == "other" || noun == "autres" ||
           noun == "otros" || noun == "otras" || noun == "andere" || noun == "anderen" || noun.starts_with("kolleg") ||
           noun.starts_with("teammate") || noun == "fellow" || noun == "peers" || noun.starts_with("classmate") ||
           noun.starts_with("camarade") || noun.starts_with("companer");
  };
  // "one of three" where the evidence has "with two colleagues"
  const bool one_of = claim.before == "of";
  const std::vector<Token>& tokens = text.facts.tokens;
  const bool fellows = claim.last + 1 < tokens.size() &&
                       (tokens[claim.last + 1].folded == "fellow" || tokens[claim.last + 1].folded == "other");
  if (!is_colleague(claim.noun) && !one_of && !fellows) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    if (other.dimension != Dimension::count) return false;
    if (one_of) return near(other.value, claim.value - 1) && is_colleague(other.noun);
    return near(other.value, claim.value + 1) &&
           (other.noun_classes.empty() || other.noun_classes.front() == "staff" ||
            other.noun_classes.front() == "learner" || other.noun_classes.front() == "team");
  });
}

}  // namespace

bool follows_from_evidence(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  return follows_from_movement(text, claim, source) || follows_from_share(text, claim, source) ||
         follows_from_rhythm(text, claim, source) || is_the_others(text, claim, source) ||
         is_bare_movement(text, claim, source) || is_team_of_others(text.facts, claim, source) ||
         is_implied(text, claim, source) || (!text.letter && counts_list_of(text, claim, source)) ||
         follows_from_pair(text, claim, source) ||
         std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
           return has_unit_of_neighbour(text, claim, other) || has_unit_in_source(claim, other, source);
         });
}

}  // namespace bespoke
