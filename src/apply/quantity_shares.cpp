#include "apply/quantity_context.hpp"
#include "apply/quantity_match.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

// Parts of a whole, said as a number, as a percentage or in words.

namespace bespoke {
namespace {

bool says_one(const Token& token) {
  constexpr std::string_view words[] = {"one", "einer", "eine", "ein", "un", "une", "uno", "una"};
  return std::find(std::begin(words), std::end(words), token.folded) != std::end(words);
}

/// The shares that a text gives as "1 in 8", as parts of one.
std::vector<double> shares_of(const FactSource& source) {
  const std::vector<Quantity>& known = source.facts.quantities;
  std::vector<double> shares;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    if (known[i].dimension != Dimension::count || known[i + 1].dimension != Dimension::count ||
        known[i].value >= known[i + 1].value || known[i + 1].first != known[i].last + 2)
      continue;
    const std::string& joiner = source.facts.tokens[known[i].last + 1].folded;
    if (joiner == "in" || joiner == "von" || joiner == "sur" || joiner == "de")
      shares.push_back(known[i].value / known[i + 1].value);
  }
  // "one in twenty": the one is no number where numbers are looked for
  for (const Quantity& whole : known) {
    if (whole.dimension != Dimension::count || whole.value < 2 || whole.first < 2 || whole.label) continue;
    const std::string& joiner = source.facts.tokens[whole.first - 1].folded;
    // "one in eight", "one night in eight"
    const bool one = says_one(source.facts.tokens[whole.first - 2]) ||
                     (whole.first > 2 && says_one(source.facts.tokens[whole.first - 3]));
    if (one && (joiner == "in" || joiner == "von" || joiner == "sur" || joiner == "de"))
      shares.push_back(1 / whole.value);
  }
  return shares;
}

/// "5%" of one in twenty.
bool is_share_in_percent(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::percent) return false;
  const std::vector<double> shares = shares_of(source);
  return std::any_of(shares.begin(), shares.end(),
                     [&](double share) { return std::abs(claim.value - 100 * share) < 0.5 + 1e-9; });
}

/// "more than halved" of what fell from 1 in 8 to 1 in 20.
bool follows_from_shares(const Quantity& claim, const FactSource& source) {
  if (!claim.ratio) return false;
  const std::vector<double> shares = shares_of(source);
  if (shares.size() != 2) return false;
  const double ratio = claim.value < 1 ? shares[1] / shares[0] : std::max(shares[1] / shares[0], shares[0] / shares[1]);
  if (claim.bound == Bound::over)
    return claim.value < 1 ? ratio < claim.value && ratio > 0.5 * claim.value
                           : ratio > claim.value && ratio < claim.value + 1;
  return near(ratio, claim.value, 0.06);
}

/// "all but 26 of its 190" of "164 of its 190".
bool is_rest(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  const std::vector<Token>& tokens = text.facts.tokens;
  if (claim.dimension != Dimension::count || claim.first < 2 || tokens[claim.first - 1].folded != "but" ||
      tokens[claim.first - 2].folded != "all")
    return false;
  const std::vector<Quantity>& known = source.facts.quantities;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    if (known[i].dimension == Dimension::count && known[i + 1].dimension == Dimension::count &&
        known[i + 1].first <= known[i].last + 3 && near(known[i + 1].value - known[i].value, claim.value))
      return true;
  }
  return false;
}

/// "about 16 of whom" of 48 women, a third of them; "one in eleven" of 310, 27 of them.
bool follows_from_part(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.ratio) return false;
  const std::vector<Token>& there = source.facts.tokens;
  for (const Quantity& whole : source.facts.quantities) {
    if (whole.dimension != Dimension::count) continue;
    for (const Quantity& part : source.facts.quantities) {
      if (part.first <= whole.last) continue;
      constexpr std::string_view behind[] = {"of", "davon", "dont", "de"};
      constexpr std::string_view including[] = {"including",  "darunter",  "davon",    "dont",
                                                "incluyendo", "incluidos", "incluidas"};
      // "dont la moitié"
      const std::string& ahead = part.first > 1 ? there[part.first - 2].folded : part.before;
      const bool of_them = std::find(std::begin(including), std::end(including), part.before) != std::end(including) ||
                           std::find(std::begin(including), std::end(including), ahead) != std::end(including) ||
                           (part.last + 2 < there.size() && std::find(std::begin(behind), std::end(behind),
                                                                      there[part.last + 1].folded) != std::end(behind));
      const bool said = std::any_of(text.facts.quantities.begin(), text.facts.quantities.end(),
                                    [&](const Quantity& other) { return near(other.value, whole.value); });
      if (!of_them || !said) continue;
      if (part.dimension == Dimension::percent && std::abs(claim.value - part.value / 100 * whole.value) < 0.5)
        return true;
      if (part.dimension == Dimension::count && part.value > 0 &&
          (claim.before == "in" || claim.before == "sur" || claim.before == "de" || claim.before == "von") &&
          std::abs(claim.value - whole.value / part.value) < 0.5 + 1e-9)
        return true;
    }
  }
  return false;
}

/// "fewer than one in ten" of 27 out of 310: one in so many, with what bounds it before the one.
bool is_one_in_so_many(const FactText& said, const Quantity& claim, const FactSource& source) {
  const std::vector<Token>& tokens = said.tokens;
  if (claim.dimension != Dimension::count || claim.first < 2 || claim.value < 2 || claim.value > 100) return false;
  constexpr std::string_view ones[] = {"one", "einer", "eine", "eines", "un", "une", "uno", "una"};
  constexpr std::string_view joiners[] = {"in", "von", "sur", "de"};
  const bool one =
      std::find(std::begin(ones), std::end(ones), tokens[claim.first - 2].folded) != std::end(ones) &&
      std::find(std::begin(joiners), std::end(joiners), tokens[claim.first - 1].folded) != std::end(joiners);
  if (!one) return false;
  Quantity share;
  share.value = 100 / claim.value;
  share.first = share.last = claim.first - 2;
  read_bound({said.text, tokens, said.language}, share);
  if (share.bound == Bound::exact) return false;
  const std::vector<Quantity>& known = source.facts.quantities;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    if (known[i].dimension != Dimension::count || known[i + 1].dimension != Dimension::count) continue;
    Quantity part;
    part.value = 100 * std::min(known[i].value, known[i + 1].value) / std::max(known[i].value, known[i + 1].value);
    if (value_holds(share, part)) return true;
  }
  return false;
}

/// "19 out of 20" of 95%.
bool is_share_in_numbers(const FactText& said, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count) return false;
  for (std::size_t i = 0; i + 1 < said.quantities.size(); ++i) {
    const Quantity& part = said.quantities[i];
    const Quantity& whole = said.quantities[i + 1];
    if ((part.first != claim.first && whole.first != claim.first) || part.value >= whole.value ||
        whole.first > part.last + 3 || whole.first < part.last + 2)
      continue;
    const std::size_t article = said.tokens[whole.first - 1].folded == "a" ? 2 : 1;
    const std::string& joiner = said.tokens[whole.first - article].folded;
    const bool rest = part.before == "only" || part.before == "just" || part.bound == Bound::about;
    if (joiner != "of" && joiner != "in" && joiner != "von" && joiner != "sur" && joiner != "de") continue;
    return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& share) {
      if (share.dimension != Dimension::percent) return false;
      Quantity told = part;
      told.value = 100 * part.value / whole.value;
      return value_holds(told, share) || near(told.value, share.value, 0.005) ||
             (rest && near(told.value, 100 - share.value, 0.01));
    });
  }
  return false;
}

/// "by half" where the evidence says "by 50%", and the other way round.
bool is_factor_as_share(const Quantity& claim, const FactSource& source) {
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    if (claim.ratio == other.ratio) return false;
    const Quantity& factor = claim.ratio ? claim : other;
    const Quantity& share = claim.ratio ? other : claim;
    return share.dimension == Dimension::percent && factor.value < 1 &&
           near(share.value, 100 * (1 - factor.value), 0.01);
  });
}

}  // namespace

bool follows_from_share(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  return is_factor_as_share(claim, source) || is_share_in_percent(claim, source) ||
         follows_from_shares(claim, source) || is_rest(text, claim, source) || follows_from_part(text, claim, source) ||
         is_one_in_so_many(text.facts, claim, source) || is_share_in_numbers(text.facts, claim, source);
}

}  // namespace bespoke
