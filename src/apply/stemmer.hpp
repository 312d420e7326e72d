#pragma once

#include "apply/tokens.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// Snowball stems of one language ("en", "de", "fr", "es", "ar"; others are left whole). Without libstemmer only common
/// English endings are cut. Remembers what it has seen. Not thread-safe: every user makes an own one.
class Stemmer {
 public:
  explicit Stemmer(std::string_view language);
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  /// The stem of a folded word. Words with digits or signs ("c++20", "node.js") stay whole.
  const std::string& stem(const std::string& folded);

  /// The tokens of `text` with their stems.
  std::vector<Token> analyse(std::string_view text) { return analyse(tokenize(text)); }
  std::vector<Token> analyse(std::vector<Token> tokens);

 private:
  std::string cut(const std::string& folded) const;

  struct Snowball;
  std::unique_ptr<Snowball> snowball_;
  bool english_;
  std::unordered_map<std::string, std::string> seen_;
};

}  // namespace bespoke
