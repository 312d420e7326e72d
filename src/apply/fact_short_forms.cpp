#include "apply/fact_short_forms.hpp"

#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace bespoke {
namespace {

/// Whether the words from `k` on begin with the letters of `initials`.
bool has_initials(const std::vector<Token>& words, std::size_t k, const std::string& initials) {
  // Three letters and more are hardly met by chance; of two, both stand for words that are written large or are long.
  const bool strict = initials.size() < 3;
  for (std::size_t c = 0; c < initials.size(); ++c, ++k) {
    while (c > 0 && k < words.size() && is_stop_word(words[k].folded) && !words[k].folded.starts_with(initials[c])) ++k;
    if (k >= words.size() || !words[k].folded.starts_with(initials[c]) || (c > 0 && words[k - 1].ends_sentence))
      return false;
    if (strict && !words[k].capital && words[k].folded.size() < 6) return false;
  }
  return true;
}

/// "hons" of "honours", "dept" of "department": first and last letter, and those between in their order.
bool is_contraction(const std::string& written, const std::string& whole) {
  if (written.size() < 3 || whole.size() < written.size() + 2 || written.front() != whole.front()) return false;
  if (whole.starts_with(written)) return true;
  if (written.back() != whole.back()) return false;
  std::size_t at = 0;
  for (const char letter : whole) {
    if (at < written.size() && written[at] == letter) ++at;
  }
  return at == written.size();
}

}  // namespace

const FactSource* find_initials(const FactClaim& claim, std::size_t i, const FactSources& sources) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const Token& token = tokens[i];
  if (token.inner_capital && !token.has_digit && token.folded.size() >= 2 && token.folded.size() <= 6) {
    for (const FactSource* source : sources) {
      for (std::size_t k = 0; k < source->facts.tokens.size(); ++k) {
        if (has_initials(source->facts.tokens, k, token.folded)) return source;
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

const FactSource* find_contraction(const FactClaim& claim, const Token& token, const FactSources& sources) {
  for (const FactSource* source : sources) {
    for (const Token& there : source->facts.tokens) {
      if (there.number || there.script != Script::latin) continue;
      if (there.folded.size() < 6 && is_contraction(there.folded, token.folded)) return source;
      if (claim.foreign && token.folded.size() < 5 && there.folded.size() > 6 && token.folded.size() > 2 &&
          there.folded.starts_with(token.folded))
        return source;
    }
  }
  return nullptr;
}

}  // namespace bespoke
