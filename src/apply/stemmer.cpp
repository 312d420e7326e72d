#include "apply/stemmer.hpp"

#include <algorithm>

#if BESPOKE_HAVE_STEMMER
#include <libstemmer.h>
#endif

namespace bespoke {

#if BESPOKE_HAVE_STEMMER
struct Stemmer::Snowball {
  sb_stemmer* handle = nullptr;
  explicit Snowball(const char* algorithm) : handle(sb_stemmer_new(algorithm, "UTF_8")) {}
  ~Snowball() { sb_stemmer_delete(handle); }
  Snowball(const Snowball&) = delete;
  Snowball& operator=(const Snowball&) = delete;
};
#else
struct Stemmer::Snowball {};
#endif

Stemmer::Stemmer(std::string_view language) : english_(language == "en") {
#if BESPOKE_HAVE_STEMMER
  const char* algorithm = language == "en"   ? "english"
                          : language == "de" ? "german"
                          : language == "fr" ? "french"
                          : language == "es" ? "spanish"
                          : language == "ar" ? "arabic"
                                             : nullptr;
  if (algorithm != nullptr) snowball_ = std::make_unique<Snowball>(algorithm);
#endif
}

Stemmer::~Stemmer() = default;

const std::string& Stemmer::stem(const std::string& folded) {
  const auto found = seen_.find(folded);
  if (found != seen_.end()) return found->second;
  return seen_.emplace(folded, cut(folded)).first->second;
}

std::string Stemmer::cut(const std::string& folded) const {
  const bool plain = std::none_of(folded.begin(), folded.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '+' || c == '#' || c == '.' || c == '_';
  });
  if (!plain || folded.size() < 3) return folded;
#if BESPOKE_HAVE_STEMMER
  if (snowball_ && snowball_->handle != nullptr) {
    const auto* bytes = reinterpret_cast<const sb_symbol*>(folded.data());
    const sb_symbol* stem = sb_stemmer_stem(snowball_->handle, bytes, static_cast<int>(folded.size()));
    if (stem != nullptr) {
      return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(snowball_->handle))};
    }
  }
#endif
  if (!english_) return folded;
  std::string stem = folded;
  for (const std::string_view ending : {"ing", "ed", "es", "s"}) {
    if (stem.size() > ending.size() + 3 && stem.ends_with(ending) && !stem.ends_with("ss")) {
      stem.resize(stem.size() - ending.size());
      break;
    }
  }
  if (stem.size() > 4 && stem.back() == 'e') stem.pop_back();
  return stem;
}

std::vector<Token> Stemmer::analyse(std::vector<Token> tokens) {
  for (Token& token : tokens) token.stem = stem(token.folded);
  return tokens;
}

}  // namespace bespoke
