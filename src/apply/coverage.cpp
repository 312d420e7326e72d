#include "apply/coverage.hpp"

#include "apply/stop_words.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace bespoke {
namespace {

std::string_view bucket_of(const KeywordPlaces& before, const KeywordPlaces& after) {
  if (!after.shown.empty()) return before.shown.empty() ? "surfaced" : "covered";
  if (!before.shown.empty() || !before.held.empty() || !after.held.empty()) return "hidden";
  return "gap";
}

}  // namespace

std::vector<AnalysedText> analyse_items(const std::vector<Item>& items, Stemmer& stemmer) {
  std::vector<AnalysedText> texts;
  texts.reserve(items.size());
  for (const Item& item : items) texts.push_back(analyse(stemmer, item.text));
  return texts;
}

KeywordTable match_items(const std::vector<Keyword>& keywords, const std::vector<AnalysedText>& texts) {
  const KeywordIndex index(keywords);
  KeywordTable table;
  table.reserve(texts.size());
  for (const AnalysedText& text : texts) table.push_back(index.match(text));
  return table;
}

std::vector<KeywordPlaces> find_keywords(const std::vector<Keyword>& keywords, const std::vector<Item>& items,
                                         const KeywordTable& matches) {
  std::vector<KeywordPlaces> places(keywords.size());
  for (std::size_t item = 0; item < items.size(); ++item) {
    for (std::size_t i = 0; i < keywords.size(); ++i) {
      if (matches[item][i] == KeywordMatch::literal) places[i].shown.push_back(items[item].id);
      if (matches[item][i] == KeywordMatch::alias) places[i].held.push_back(items[item].id);
    }
  }
  return places;
}

std::vector<KeywordPlaces> find_keywords(const std::vector<Keyword>& keywords, const std::vector<Item>& items,
                                         Stemmer& stemmer) {
  return find_keywords(keywords, items, match_items(keywords, analyse_items(items, stemmer)));
}

JsonTree coverage_json(const std::vector<Keyword>& keywords, const std::vector<KeywordPlaces>& before,
                       const std::vector<KeywordPlaces>& after) {
  JsonTree list = JsonTree::array();
  int covered_before = 0;
  int covered_after = 0;
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    if (!before[i].shown.empty()) ++covered_before;
    if (!after[i].shown.empty()) ++covered_after;
    const std::vector<std::string>& where = !after[i].shown.empty()    ? after[i].shown
                                            : !after[i].held.empty()   ? after[i].held
                                            : !before[i].shown.empty() ? before[i].shown
                                                                       : before[i].held;
    list.push_back({{"keyword", keywords[i].text},
                    {"required", keywords[i].required},
                    {"bucket", bucket_of(before[i], after[i])},
                    {"where", where}});
  }
  return {{"before", {{"covered", covered_before}, {"total", keywords.size()}}},
          {"after", {{"covered", covered_after}, {"total", keywords.size()}}},
          {"keywords", std::move(list)}};
}

JsonTree score_json(const std::vector<Keyword>& keywords, const std::vector<KeywordPlaces>& before,
                    const std::vector<KeywordPlaces>& after) {
  int points_before = 0;
  int points_after = 0;
  int most = 0;
  JsonTree lines = JsonTree::array();
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    const int weight = keywords[i].weight();
    most += weight;
    if (!before[i].shown.empty()) points_before += weight;
    const int points = after[i].shown.empty() ? 0 : weight;
    points_after += points;
    const std::string_view bucket = bucket_of(before[i], after[i]);
    const std::string_view kind = keywords[i].required ? "required" : "preferred";
    std::string explanation;
    if (bucket == "covered" || bucket == "surfaced") {
      explanation =
          fmt::format("{}, {} in {}", kind, bucket == "covered" ? "found" : "now shown", after[i].shown.front());
    } else if (bucket == "hidden") {
      const std::string& where = !after[i].held.empty()     ? after[i].held.front()
                                 : !before[i].shown.empty() ? before[i].shown.front()
                                                            : before[i].held.front();
      explanation = fmt::format("{}, in the profile ({}) but not shown in these words", kind, where);
    } else {
      explanation = fmt::format("{}, not in the profile", kind);
    }
    lines.push_back({{"keyword", keywords[i].text},
                     {"weight", weight},
                     {"points", points},
                     {"explanation", std::move(explanation)}});
  }
  return {{"before", points_before}, {"after", points_after}, {"max", most}, {"lines", std::move(lines)}};
}

std::vector<ItemRank> rank_items(const std::vector<Keyword>& keywords, const std::vector<AnalysedText>& texts,
                                 const KeywordTable& matches, const Posting& posting, Stemmer& stemmer) {
  std::unordered_set<std::string> asked;
  for (const Token& token : stemmer.analyse(posting.title + "\n" + posting.description)) {
    if (!token.number && token.folded.size() > 2 && !is_stop_word(token.folded) && !is_posting_filler(token.folded)) {
      asked.insert(token.stem);
    }
  }
  std::vector<ItemRank> ranks;
  ranks.reserve(texts.size());
  for (std::size_t item = 0; item < texts.size(); ++item) {
    ItemRank rank;
    for (std::size_t i = 0; i < keywords.size(); ++i) {
      if (matches[item][i] == KeywordMatch::none) continue;
      rank.score += keywords[i].weight();
      rank.keywords.push_back(keywords[i].text);
    }
    // Words shared with the posting decide between items with the same keywords.
    std::unordered_set<std::string> shared;
    for (const Token& token : texts[item].tokens) {
      if (asked.contains(token.stem)) shared.insert(token.stem);
    }
    rank.score += std::min(0.9, 0.1 * static_cast<double>(shared.size()));
    ranks.push_back(std::move(rank));
  }
  return ranks;
}

}  // namespace bespoke
