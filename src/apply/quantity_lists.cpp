#include "apply/quantity_match.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

// Numbers that count what a text lists: "three countries" of Spain, Portugal and France.

namespace bespoke {
namespace {

constexpr std::string_view joiners[] = {" and ", " & ", " und ", " et ", " y ", " e ", " sowie ", " plus ", " و", "和"};

std::size_t count_of(std::string_view text, std::string_view mark) {
  std::size_t count = 0;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + mark.size())) ++count;
  return count;
}

/// How many things a clause lists: between commas, the last one behind "and"; 1 where it lists nothing.
std::size_t listed_in(std::string_view clause) {
  const std::size_t commas = count_of(clause, ", ") + count_of(clause, "، ") + count_of(clause, "、");
  std::size_t last = std::min(clause.rfind(','), clause.size());
  if (const std::size_t arabic = clause.rfind("،"); arabic != std::string_view::npos) last = arabic;
  const std::string_view tail = clause.substr(last == clause.size() ? 0 : last);
  const bool joined = std::any_of(std::begin(joiners), std::end(joiners), [&](std::string_view joiner) {
    const std::size_t at = tail.find(joiner);
    // "A, B, and C" has its last comma and the word for one thing.
    return at != std::string_view::npos && tail.find_first_not_of(", ") < at;
  });
  return commas + 1 + (joined ? 1 : 0);
}

bool is_small_count(const Quantity& claim) {
  return claim.dimension == Dimension::count && !claim.label && !claim.ratio && !claim.vague && claim.value >= 2 &&
         claim.value <= 12 && claim.bound == Bound::exact;
}

}  // namespace

bool counts_own_list(const FactText& text, const Quantity& claim) {
  if (!is_small_count(claim)) return false;
  // "A, B and C; I am signed off for all three", "the first two are my daily work"
  constexpr std::string_view back[] = {"all",    "these",     "those",    "first",    "last",    "other",
                                       "alle",   "allen",     "les",      "ces",      "los",     "las",
                                       "ersten", "premieres", "premiers", "primeras", "primeros"};
  const bool bare =
      claim.noun_classes.empty() && std::find(std::begin(back), std::end(back), claim.before) != std::end(back);
  if (bare && claim.begin > 0) {
    const std::string_view ahead = text.text.substr(0, claim.begin);
    const std::string_view list = ahead.substr(0, std::min(ahead.find_first_of(";:."), ahead.size()));
    if (listed_in(list) >= static_cast<std::size_t>(claim.value) && listed_in(list) > 2) return true;
  }
  const std::size_t from = text.text.find_first_of("(:", claim.end);
  if (from == std::string_view::npos || from > claim.end + 40) return false;
  const std::size_t end =
      std::min(text.text.find_first_of(text.text[from] == '(' ? ")" : ".;", from), text.text.size());
  return static_cast<double>(listed_in(text.text.substr(from + 1, end - from - 1))) == claim.value;
}

bool counts_list_of(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (!is_small_count(claim) || claim.value < 3) return false;
  // What the evidence counts itself isn't counted anew.
  const bool counted =
      std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
        if (other.dimension != Dimension::count || other.label) return false;
        return text.foreign
                   ? other.value <= 20
                   : (!claim.noun_classes.empty() && !other.noun_classes.empty() && classes_agree(claim, other)) ||
                         counted_stem(text.facts, claim) == counted_stem(source.facts, other);
      });
  if (counted) return false;
  for (std::size_t at = 0; at < source.text.size();) {
    const std::size_t end = std::min(source.text.find_first_of(".;:()", at), source.text.size());
    if (static_cast<double>(listed_in(std::string_view(source.text).substr(at, end - at))) == claim.value) return true;
    at = end + 1;
  }
  return false;
}

bool counts_cited(const FactClaim& text, const Quantity& claim) {
  if (text.letter || text.about_person || !is_small_count(claim)) return false;
  std::set<std::string_view> entries;
  std::set<std::string_view> sections;
  for (const FactSource* source : text.cited) {
    sections.insert(source->section);
    entries.insert(source->pointer.find("/keywords/") != std::string::npos ? source->pointer : source->entry);
  }
  return sections.size() == 1 && static_cast<double>(entries.size()) == claim.value;
}

}  // namespace bespoke
