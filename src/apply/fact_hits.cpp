#include "apply/fact_hits.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

}  // namespace

std::vector<Hit> claimed_hits(const FactClaim& claim, std::string_view list) {
  std::vector<Hit> hits;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t count = lists().match(list, tokens, i);
    if (count == 0) continue;
    if (!claim.letter || claim.claimed(i)) hits.push_back({i, count});
    i += count - 1;
  }
  return hits;
}

bool any_contains(const FactSources& sources, std::string_view list) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const FactSource* source) { return lists().contains(list, source->facts.tokens); });
}

FactSources closest(const FactClaim& claim, std::size_t at) {
  FactSources best;
  std::size_t most = 1;
  for (const FactSource* source : claim.index->all()) {
    if (source->section == "skills" || source->pointer.ends_with("/position")) continue;
    if (claim.places[at] != nullptr) {
      const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
      if (entry == nullptr || entry->name != claim.places[at]->name) continue;
    }
    std::size_t shared = 0;
    for (const Token& token : claim.facts.tokens) {
      if (token.folded.size() > 2 && source->stems.contains(token.stem)) ++shared;
    }
    if (shared > most) {
      most = shared;
      best.clear();
    }
    if (shared == most && shared > 1) best.push_back(source);
  }
  return best;
}

bool keeps_part(const std::vector<Token>& tokens) {
  if (lists().contains("participation_kept", tokens)) return true;
  // Arabic writes "and" with the next word.
  for (const Token& token : tokens) {
    if (token.script != Script::arabic || !token.folded.starts_with("و") || token.folded.size() < 8) continue;
    Token bare = token;
    bare.folded.erase(0, 2);
    if (lists().contains("participation_kept", {bare})) return true;
  }
  // "with the registrar", "mit zwei Kolleginnen": people, and not what a thing has
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string& word = tokens[i].folded;
    if (word != "with" && word != "mit" && word != "avec" && word != "con" && word != "مع") continue;
    for (std::size_t k = i + 1; k < std::min(i + 4, tokens.size()); ++k) {
      const std::string_view kind = WordLists::nouns().list_of(tokens, k);
      if (kind == "staff" || kind == "team" || kind == "customer" || kind == "learner" ||
          !WordLists::titles().list_of(tokens, k).empty() || tokens[k].folded == "others" || word == "مع")
        return true;
      if (tokens[k].ends_sentence) break;
    }
  }
  return false;
}

bool took_part(const FactSource& source) {
  return lists().contains("participation", source.facts.tokens, 0, 4);
}

}  // namespace bespoke
