#include "apply/fact_claim.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// A row of things drawn from a row of the evidence, with one of them exchanged.

namespace bespoke {
namespace {

/// The telling words of one thing in a row.
using Item = std::vector<std::size_t>;

bool joins(const std::string& word) {
  constexpr std::string_view words[] = {"and", "und", "et", "y", "e", "sowie", "&"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// The things between commas and the last "and" of a text; none where it has no row of three.
std::vector<Item> items_of(const FactText& facts) {
  std::vector<Item> items(1);
  std::size_t commas = 0;
  for (std::size_t i = 0; i < facts.tokens.size(); ++i) {
    const std::string_view gap =
        i == 0 ? std::string_view()
               : facts.text.substr(facts.tokens[i - 1].end, facts.tokens[i].begin - facts.tokens[i - 1].end);
    if (gap.find_first_of(";:.()") != std::string_view::npos) return {};
    const bool comma = gap.find(',') != std::string_view::npos || gap.find("،") != std::string_view::npos;
    commas += comma ? 1 : 0;
    if (comma || (commas > 0 && joins(facts.tokens[i].folded))) items.emplace_back();
    const bool telling = !is_stop_word(facts.tokens[i].folded) && facts.tokens[i].folded.size() > 3;
    if (telling || facts.tokens[i].has_digit) items.back().push_back(i);
  }
  std::erase_if(items, [](const Item& item) { return item.empty(); });
  return items.size() < 3 ? std::vector<Item>() : items;
}

bool shares_word(const FactText& one, const Item& item, const FactText& other, const Item& there) {
  return std::any_of(item.begin(), item.end(), [&](std::size_t i) {
    return std::any_of(there.begin(), there.end(), [&](std::size_t k) {
      const Token& said = one.tokens[i];
      const Token& known = other.tokens[k];
      return said.stem == known.stem || EnglishWords::get().alike(said.stem, known.stem) ||
             said.folded.compare(0, 5, known.folded, 0, 5) == 0;
    });
  });
}

bool is_known_there(const FactClaim& claim, const Item& item) {
  return std::any_of(item.begin(), item.end(), [&](std::size_t i) {
    return claim.facts.tokens[i].has_digit || find_word(claim.index->all(), claim.facts.tokens[i]) != nullptr;
  });
}

}  // namespace

void check_list_items(const FactClaim& claim, FactVerdicts& verdicts) {
  // Only in English is it known which words mean the like.
  if (claim.letter || claim.foreign || claim.about_person || claim.facts.language != "en") return;
  const std::vector<Item> said = items_of(claim.facts);
  if (said.empty()) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Item> known = items_of(source->facts);
    if (known.size() != said.size()) continue;
    const Item* exchanged = nullptr;
    std::size_t matched = 0;
    std::size_t unmatched = 0;
    for (const Item& item : said) {
      const bool same = std::any_of(known.begin(), known.end(), [&](const Item& there) {
        return shares_word(claim.facts, item, source->facts, there);
      });
      ++(same ? matched : unmatched);
      if (!same) exchanged = &item;
    }
    if (unmatched != 1 || matched < 2 || exchanged->size() > 3 || is_known_there(claim, *exchanged)) continue;
    return verdicts.violation("claim", claim.words(exchanged->front(), exchanged->back()),
                              "the evidence has something else in that row");
  }
}

}  // namespace bespoke
