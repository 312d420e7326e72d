#include "apply/fact_claim.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

struct Hit {
  std::size_t at = 0;
  std::size_t count = 0;
};

/// The claimed words of a list; those that the evidence needn't bear out are left out.
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

/// The sources that speak of the same thing as a letter's sentence: those that share most words with it.
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

FactSources evidence_for(const FactClaim& claim, std::size_t at) {
  if (!claim.letter) return claim.about_person ? claim.index->all() : claim.cited;
  if (claim.foreign) return claim.index->all();
  const FactSources best = closest(claim, at);
  return best.empty() ? claim.index->all() : claim.index->around(best);
}

bool any_contains(const FactSources& sources, std::string_view list) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const FactSource* source) { return lists().contains(list, source->facts.tokens); });
}

/// The positions of the entries that `sources` belong to: a manager's bullets needn't say that she led.
bool position_leads(const FactClaim& claim, const FactSources& sources) {
  for (const FactSource* source : claim.index->around(sources)) {
    if (source->pointer.ends_with("/position") && lists().contains("lead_support", source->facts.tokens)) return true;
  }
  return false;
}

void check_leading(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Hit& hit : claimed_hits(claim, "lead")) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    const std::vector<Token>& tokens = claim.facts.tokens;
    // "leads to", "led to": a consequence.
    if ((tokens[hit.at].folded == "led" || tokens[hit.at].folded == "leads") && hit.at + 1 < tokens.size() &&
        (tokens[hit.at + 1].folded == "to" || tokens[hit.at + 1].folded == "me" || tokens[hit.at + 1].folded == "by")) {
      continue;
    }
    if (tokens[hit.at].folded == "leads" && hit.at > 0 && !tokens[hit.at - 1].sentence_start &&
        tokens[hit.at - 1].folded != "who" && tokens[hit.at - 1].folded != "and") {
      continue;
    }
    const FactSources sources = evidence_for(claim, hit.at);
    const bool took_part =
        !sources.empty() && std::all_of(sources.begin(), sources.end(), [](const FactSource* source) {
          return lists().contains("participation", source->facts.tokens, 0, 6);
        });
    if (!took_part && (any_contains(sources, "lead_support") || position_leads(claim, sources))) {
      verdicts.supported("part", words, sources.empty() ? "" : sources.front()->pointer);
    } else if (claim.foreign && claim.letter) {
      continue;
    } else {
      verdicts.violation("part", words, "the evidence doesn't say that the person led");
    }
  }
}

/// Who helped or took part has helped or taken part.
void check_taking_part(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  const FactSource* only = nullptr;
  for (const FactSource* source : claim.cited) {
    if (source->pointer.find("/highlights/") == std::string::npos &&
        source->pointer.find("/summary") == std::string::npos)
      continue;
    if (only != nullptr) return;
    only = source;
  }
  if (only == nullptr || !lists().contains("participation", only->facts.tokens, 0, 4)) return;
  if (lists().contains("participation_kept", claim.facts.tokens)) return;
  verdicts.violation("part",
                     std::string(claim.facts.text.substr(0, std::min<std::size_t>(claim.facts.text.size(), 40))),
                     "the evidence says that the person helped or took part");
}

/// The same word in the evidence, or its like from `support`.
void check_strong_words(const FactClaim& claim, FactVerdicts& verdicts, std::string_view list, std::string_view support,
                        std::string_view note) {
  for (const Hit& hit : claimed_hits(claim, list)) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    FactSources sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    bool same = false;
    for (const FactSource* source : sources) {
      bool all = true;
      for (std::size_t i = hit.at; i < hit.at + hit.count; ++i) {
        const Token& token = claim.facts.tokens[i];
        all = all && (source->stems.contains(token.stem) || source->words.contains(token.folded));
      }
      same = same || all;
    }
    if (same || (!support.empty() && any_contains(sources, support))) continue;
    verdicts.violation("scope", words, std::string(note));
  }
}

/// "Executive of the Year" alone, where the evidence says finalist.
void check_bare_prize(const FactClaim& claim, FactVerdicts& verdicts) {
  if (lists().contains("not_won", claim.facts.tokens) || claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    if (source->section != "awards" || !source->pointer.ends_with("/title")) continue;
    if (!lists().contains("not_won", source->facts.tokens)) continue;
    std::size_t shared = 0;
    for (const Token& token : claim.facts.tokens)
      shared += token.folded.size() > 2 && source->stems.contains(token.stem) ? 1 : 0;
    if (2 * shared < source->stems.size() || (claim.letter && !claim.claimed(0))) continue;
    verdicts.violation("scope", source->text, "the evidence says nominated or finalist");
    return;
  }
}

/// "two weeks late" doesn't become "two weeks early".
void check_opposites(const FactClaim& claim, FactVerdicts& verdicts) {
  struct Opposites {
    std::string_view one;
    std::string_view other;
  };
  constexpr Opposites opposites[] = {{"late", "early"},     {"under", "over"},    {"below", "above"},
                                     {"slower", "faster"},  {"worse", "better"},  {"least", "most"},
                                     {"lost", "won"},       {"failed", "passed"}, {"closed", "opened"},
                                     {"lowest", "highest"}, {"spat", "fruh"},     {"part-time", "full-time"},
                                     {"unpaid", "paid"},    {"before", "after"}};
  if (claim.letter) return;
  const auto has = [](const FactSources& sources, std::string_view word) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const FactSource* source) { return source->words.contains(std::string(word)); });
  };
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    for (const Opposites& pair : opposites) {
      for (const auto& [said, known] : {std::pair{pair.one, pair.other}, std::pair{pair.other, pair.one}}) {
        if (word != said || !has(claim.cited, known) || has(claim.cited, said)) continue;
        // "over" and "under" bound numbers too; only "under budget" and the like are facts.
        const bool budget = i + 1 < claim.facts.tokens.size() && claim.facts.tokens[i + 1].folded == "budget";
        if ((said == "over" || said == "under" || said == "before" || said == "after" || said == "above" ||
             said == "below") &&
            !budget)
          continue;
        verdicts.violation("scope", claim.words(i, i), fmt::format("the evidence says \"{}\"", known));
      }
    }
  }
}

void check_prizes(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Hit> hits = claimed_hits(claim, "won");
  if (hits.empty()) return check_bare_prize(claim, verdicts);
  FactSources sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  // Of the award that the text is about, if it names one.
  const FactSource* award = nullptr;
  std::size_t most = 0;
  for (const FactSource* source : claim.index->all()) {
    if (source->section != "awards") continue;
    std::size_t shared = 0;
    for (const Token& token : claim.facts.tokens) {
      if (token.folded.size() > 2 && source->stems.contains(token.stem)) ++shared;
    }
    if (shared > most) {
      most = shared;
      award = source;
    }
  }
  if (award != nullptr) sources = claim.index->around({award});
  const std::string words = claim.words(hits.front().at, hits.front().at + hits.front().count - 1);
  if (any_contains(sources, "not_won") && !lists().contains("not_won", claim.facts.tokens)) {
    verdicts.violation("scope", words, "the evidence says nominated or finalist, and not won");
  } else if (award == nullptr && !any_contains(sources, "won") && !any_contains(sources, "superlative")) {
    verdicts.violation("scope", words, "the evidence has no prize");
  }
}

/// What the evidence says of a thing that didn't happen: "never shipped" doesn't become "shipped".
void check_denials(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const std::string& word = tokens[i].folded;
      if (word != "never" && word != "not" && word != "didn't" && word != "nie" && word != "nicht" &&
          word != "jamais" && word != "nunca")
        continue;
      // The word that is denied: the next one with a meaning.
      std::size_t k = i + 1;
      while (k < std::min(i + 4, tokens.size()) &&
             (tokens[k].folded == "yet" || tokens[k].folded == "been" || tokens[k].folded == "was"))
        ++k;
      if (k >= tokens.size() || tokens[k].folded.size() < 3) continue;
      for (std::size_t c = 0; c < claim.facts.tokens.size(); ++c) {
        if (claim.facts.tokens[c].stem != tokens[k].stem || !claim.claimed(c)) continue;
        if (claim.letter && std::find(claim.cited.begin(), claim.cited.end(), source) != claim.cited.end()) {
          // In a letter only when the sentence is about the same thing.
          std::size_t shared = 0;
          for (const Token& token : claim.facts.tokens)
            shared += token.folded.size() > 2 && source->stems.contains(token.stem) ? 1 : 0;
          if (shared < 3) continue;
        }
        if (lists().contains("negation", claim.facts.tokens) || lists().contains("not_done", claim.facts.tokens))
          continue;
        verdicts.violation("scope", claim.words(c, c),
                           fmt::format("the evidence says \"{} {}\"", word, tokens[k].folded));
        return;
      }
    }
  }
}

}  // namespace

void check_parts(const FactClaim& claim, FactVerdicts& verdicts) {
  check_leading(claim, verdicts);
  check_taking_part(claim, verdicts);
  check_strong_words(claim, verdicts, "sole", "sole_support", "the evidence doesn't say that the person did it alone");
  check_strong_words(claim, verdicts, "superlative", "", "the evidence doesn't say so");
  check_strong_words(claim, verdicts, "expert", "expert_support", "the evidence doesn't speak of mastery");
  check_prizes(claim, verdicts);
  check_denials(claim, verdicts);
  check_opposites(claim, verdicts);
}

}  // namespace bespoke
