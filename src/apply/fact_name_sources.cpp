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

}  // namespace bespoke
