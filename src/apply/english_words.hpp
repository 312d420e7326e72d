#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace bespoke {

/// What the fact guard knows of English words, by their stems: data/words_en.txt. Immutable; safe to share.
class EnglishWords {
 public:
  explicit EnglishWords(std::string_view file);

  /// Lives as long as the process.
  static const EnglishWords& get();

  /// Whether the word claims nothing by itself: a usual verb, adverb or adjective, or a very general noun.
  bool is_free(std::string_view stem) const { return free_.contains(stem); }

  /// The same with what English makes of such words: "jointly", "reimplemented", "modernise".
  bool is_light(std::string_view stem, std::string_view folded) const;

  /// Whether the word is a verb too: "ported" claims nothing, "a port" may.
  bool is_verb(std::string_view stem) const { return verbs_.contains(stem); }

  /// Whether one noun may stand for the other: they share a meaning, or one is a kind of the other.
  bool related(std::string_view stem, std::string_view other) const;

  /// Whether two stems are of one family: "photo" and "photograph", "rehab" and "rehabilit", "microservic" and
  /// "servic".
  static bool same_root(std::string_view one, std::string_view other);

  bool alike(std::string_view one, std::string_view other) const {
    return one == other || related(one, other) || same_root(one, other);
  }

 private:
  struct Noun {
    std::vector<int> own;    ///< meanings
    std::vector<int> above;  ///< what these are kinds of
  };

  std::unordered_set<std::string_view> free_;
  std::unordered_set<std::string_view> verbs_;
  std::unordered_map<std::string_view, Noun> nouns_;
};

}  // namespace bespoke
