#pragma once

#include "apply/items.hpp"
#include "apply/keywords.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <vector>

namespace bespoke {

/// Where one profile has each keyword of a posting.
struct KeywordPlaces {
  std::vector<std::string> shown;  ///< items that say it in the posting's own words
  std::vector<std::string> held;   ///< items that say it by another name
};

/// Which keywords each item has, and how: `matches[item][keyword]`. `stemmer` must speak the keywords' language.
using KeywordTable = std::vector<std::vector<KeywordMatch>>;

/// `texts` are those of the items.
KeywordTable match_items(const std::vector<Keyword>& keywords, const std::vector<AnalysedText>& texts);

/// The texts of items, analysed. Refer to them.
std::vector<AnalysedText> analyse_items(const std::vector<Item>& items, Stemmer& stemmer);

/// For each keyword, in order, by what `match_items` found.
std::vector<KeywordPlaces> find_keywords(const std::vector<Keyword>& keywords, const std::vector<Item>& items,
                                         const KeywordTable& matches);
std::vector<KeywordPlaces> find_keywords(const std::vector<Keyword>& keywords, const std::vector<Item>& items,
                                         Stemmer& stemmer);

/// {"before": {covered, total}, "after": {...}, "keywords": [{keyword, required, bucket, where}]}. Buckets: "covered"
/// (shown before and after), "surfaced" (shown only after), "hidden" (had, but not shown after), "gap". `before` and
/// `after` are from `find_keywords` of the original and of the tailored profile.
JsonTree coverage_json(const std::vector<Keyword>& keywords, const std::vector<KeywordPlaces>& before,
                       const std::vector<KeywordPlaces>& after);

/// {"before", "after", "max", "lines": [{keyword, weight, points, explanation}]}: required keywords count 2, preferred
/// ones 1, when they are shown. A measure of this posting against this CV, and nothing that a recruiter's system
/// computes.
JsonTree score_json(const std::vector<Keyword>& keywords, const std::vector<KeywordPlaces>& before,
                    const std::vector<KeywordPlaces>& after);

/// What each item weighs for the posting: the weights of the keywords that it has, and which these are.
struct ItemRank {
  double score = 0;
  std::vector<std::string> keywords;
};

std::vector<ItemRank> rank_items(const std::vector<Keyword>& keywords, const std::vector<AnalysedText>& texts,
                                 const KeywordTable& matches, const Posting& posting, Stemmer& stemmer);

}  // namespace bespoke
