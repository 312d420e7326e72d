#include "apply/fact_letter_numbers.hpp"

#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

bool is_denied(const FactClaim& claim, const Quantity& quantity) {
  if (!claim.letter || claim.speakers[quantity.first] != Speaker::denied) return false;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (lists.contains("negation", tokens, quantity.first > 3 ? quantity.first - 3 : 0, quantity.first)) return true;
  // "III/2 is still ahead of me"
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 4, tokens.size()); ++k) {
    if (claim.facts.text.substr(tokens[k - 1].end, 1) == ",") return false;
    if (lists.match("negation", tokens, k) > 0) return true;
  }
  return false;
}

bool says_goal(const FactClaim& claim) {
  constexpr std::string_view own[] = {"my", "our", "mein", "meine", "mon", "mes", "mi", "mis", "unser", "unsere"};
  return WordLists::facts().contains("goal", claim.facts.tokens) &&
         std::none_of(claim.facts.tokens.begin(), claim.facts.tokens.end(), [&](const Token& token) {
           return std::find(std::begin(own), std::end(own), token.folded) != std::end(own);
         });
}

bool is_wished_with(const FactClaim& claim, const Quantity& quantity) {
  if (quantity.dimension != Dimension::count || quantity.first != 1 || claim.facts.tokens.size() < 4) return false;
  const WordLists& speakers = WordLists::speakers(claim.facts.language);
  return std::any_of(claim.speakers.begin(), claim.speakers.end(),
                     [](Speaker speaker) { return speaker == Speaker::wish; }) &&
         !speakers.contains("assertion", claim.facts.tokens);
}

bool stands_in_posting(const FactClaim& claim, const Quantity& quantity) {
  const FactSource& posting = claim.index->posting();
  // A count goes with the words behind it, other figures with those before them too.
  const std::size_t back = quantity.dimension == Dimension::count ? 0 : 4;
  const auto stems_around = [back](const FactText& facts, const Quantity& number) {
    std::vector<std::string_view> stems;
    for (std::size_t k = number.first > back ? number.first - back : 0;
         k < std::min(number.last + 5, facts.tokens.size()); ++k) {
      const Token& token = facts.tokens[k];
      if (k < number.first || k > number.last) {
        if (k > number.last && token.has_digit) break;
        if (token.folded.size() > 3 && !is_stop_word(token.folded)) stems.push_back(token.stem);
      }
      if (k > number.last && token.ends_sentence) break;
    }
    return stems;
  };
  const std::vector<std::string_view> said = stems_around(claim.facts, quantity);
  return std::any_of(posting.facts.quantities.begin(), posting.facts.quantities.end(), [&](const Quantity& other) {
    if (!near(quantity.value, other.value) || !units_agree(quantity, other) || !classes_agree(quantity, other))
      return false;
    const std::vector<std::string_view> known = stems_around(posting.facts, other);
    return std::find_first_of(said.begin(), said.end(), known.begin(), known.end()) != said.end();
  });
}

bool miscounts_company(const FactClaim& claim, const Quantity& quantity) {
  if (quantity.dimension != Dimension::count || quantity.label || quantity.value < 3) return false;
  const FactText& posting = claim.index->posting().facts;
  const std::string_view counted = counted_stem(claim.facts, quantity);
  if (counted.size() < 5 || posting.language != claim.facts.language) return false;
  bool other = false;
  for (const Quantity& known : posting.quantities) {
    if (near(known.value, quantity.value)) return false;
    other = other || (known.dimension == Dimension::count && !known.label && counted_stem(posting, known) == counted);
  }
  constexpr std::string_view all[] = {"all",   "alle",  "allen", "tous", "toutes",
                                      "todos", "todas", "your",  "ihre", "vos"};
  const bool of_company =
      quantity.first > 0 &&
      std::find(std::begin(all), std::end(all), claim.facts.tokens[quantity.first - 1].folded) != std::end(all);
  return other && (of_company || !claim.index->has_stem(std::string(counted)));
}

namespace {

/// "by four o'clock" in a letter is a manner of speaking.
bool is_time_of_day(const FactClaim& claim, const Quantity& quantity) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (!claim.letter || quantity.dimension != Dimension::count || quantity.last + 1 >= tokens.size()) return false;
  const std::string& next = tokens[quantity.last + 1].folded;
  return next == "o'clock" || next == "uhr" || next == "heures";
}

/// "I was pleased for a week": a letter's way of saying some time.
bool is_some_time(const FactClaim& claim, const Quantity& quantity) {
  constexpr std::string_view units[] = {"hour", "day", "week"};
  constexpr std::string_view ahead[] = {"for", "pendant", "durante"};
  constexpr std::string_view one[] = {"a", "an", "une", "un", "una"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  // "a notice period of eight weeks", "ab März verfügbar"
  if (claim.letter && quantity.dimension == Dimension::time &&
      WordLists::facts().contains("notice", claim.facts.tokens))
    return true;
  return claim.letter && quantity.first > 0 && quantity.dimension == Dimension::time && quantity.rate.empty() &&
         std::find(std::begin(one), std::end(one), tokens[quantity.first].folded) != std::end(one) &&
         std::find(std::begin(units), std::end(units), quantity.unit) != std::end(units) &&
         near(quantity.value, unit_factor(quantity)) &&
         std::find(std::begin(ahead), std::end(ahead), tokens[quantity.first - 1].folded) != std::end(ahead);
}

}  // namespace

bool is_manner_of_speaking(const FactClaim& claim, const Quantity& quantity) {
  return is_time_of_day(claim, quantity) || is_some_time(claim, quantity);
}

}  // namespace bespoke
