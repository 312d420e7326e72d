#include "apply/fact_name_words.hpp"
#include "apply/transliteration.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace bespoke {

bool sounds_like(const FactClaim& claim, const Token& token, const FactSources& sources) {
  const std::string sound = consonants(claim.facts.text.substr(token.begin, token.end - token.begin));
  if (sound.size() < 3) return false;
  for (const FactSource* source : sources) {
    for (const Token& other : source->facts.tokens) {
      if (other.script != token.script && other.script != Script::other &&
          consonants(source->text.substr(other.begin, other.end - other.begin)) == sound)
        return true;
    }
  }
  return false;
}

bool is_in_compound(const FactClaim& claim, const TermMatch& match, const FactSources& sources) {
  constexpr std::size_t ending = 4;
  std::string joined;
  for (std::size_t i = match.first; i < match.first + match.count; ++i) joined += claim.facts.tokens[i].folded;
  if (match.count < 2 || joined.size() < 10 + ending) return false;
  joined.resize(joined.size() - ending);
  const auto sound = [](std::string word) {
    std::replace(word.begin(), word.end(), 'k', 'c');
    return word;
  };
  const std::string beginning = sound(joined);
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    return std::any_of(source->words.begin(), source->words.end(),
                       [&](const std::string& word) { return sound(word).starts_with(beginning); });
  });
}

const FactSource* find_initials(const FactClaim& claim, std::size_t i, const FactSources& sources) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const Token& token = tokens[i];
  if (token.inner_capital && !token.has_digit && token.folded.size() >= 2 && token.folded.size() <= 6) {
    for (const FactSource* source : sources) {
      const std::vector<Token>& words = source->facts.tokens;
      for (std::size_t k = 0; k + token.folded.size() <= words.size(); ++k) {
        bool fits = true;
        for (std::size_t c = 0; fits && c < token.folded.size(); ++c) {
          // Three letters and more are hardly met by chance, so small words will do.
          fits = (words[k + c].capital || token.folded.size() > 2) && words[k + c].folded.starts_with(token.folded[c]);
        }
        if (fits) return source;
      }
    }
  }
  // The run of capitalised words around it.
  std::size_t begin = i;
  while (begin > 0 && tokens[begin - 1].capital && !tokens[begin - 1].ends_sentence) --begin;
  std::size_t end = i + 1;
  while (end < tokens.size() && tokens[end].capital && !tokens[end - 1].ends_sentence) ++end;
  for (std::size_t from = begin; from <= i; ++from) {
    std::string initials;
    for (std::size_t k = from; k < end; ++k) {
      initials += tokens[k].folded.front();
      if (k < i || initials.size() < 2) continue;
      for (const FactSource* source : sources) {
        const bool as_word =
            std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(),
                        [&](const Token& word) { return word.folded == initials && word.inner_capital; });
        if (as_word) return source;
      }
    }
  }
  return nullptr;
}

}  // namespace bespoke
