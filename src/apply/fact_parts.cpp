#include "apply/fact_alignment.hpp"
#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/quantity_context.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// The positions of the entries that `sources` belong to: a manager's bullets needn't say that she led.
bool position_leads(const FactClaim& claim, const FactSources& sources) {
  for (const FactSource* source : claim.index->around(sources)) {
    if (!source->pointer.ends_with("/position")) continue;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      // Who coordinates needn't lead.
      if (lists().match("lead_support", tokens, i) > 0 && tokens[i].folded.find("oordin") == std::string::npos)
        return true;
    }
  }
  return false;
}

/// "together with the site manager": a title behind an article, inside a sentence, is another's.
bool is_somebody_else(const FactSource& source, std::size_t i) {
  const std::vector<Token>& tokens = source.facts.tokens;
  if (i < 2 || source.pointer.find("/highlights/") == std::string::npos ||
      WordLists::titles().list_of(tokens, i).empty())
    return false;
  constexpr std::string_view articles[] = {"the", "el",  "la",  "le", "du",  "del", "al",  "dem",
                                           "der", "den", "our", "au", "his", "her", "une", "un"};
  for (std::size_t k = i > 3 ? i - 3 : 0; k < i; ++k) {
    if (std::find(std::begin(articles), std::end(articles), tokens[k].folded) != std::end(articles)) return true;
  }
  return false;
}

/// Whether any source bears out that the person led; one that only says that she took part doesn't.
bool says_led(const FactSources& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
    if (took_part(*source) || source->section == "awards") return false;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (lists().match("lead_support", tokens, i) > 0 && !is_somebody_else(*source, i)) return true;
    }
    return false;
  });
}

/// "leite zwei Auszubildende an": the verb is "anleiten", of which German sets the first part at the end.
bool is_guiding(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.facts.language != "de" || !tokens[i].folded.starts_with("leite")) return false;
  for (std::size_t k = i + 1; k < std::min(i + 14, tokens.size()); ++k) {
    const std::string_view behind = claim.facts.text.substr(tokens[k].end, 1);
    const bool ends = k + 1 == tokens.size() || behind.find_first_of(",;.") != std::string_view::npos ||
                      tokens[k + 1].folded == "und";
    if (tokens[k].folded == "an" && ends) return true;
    if (tokens[k].ends_sentence) return false;
  }
  return false;
}

/// "In charge of the instrument store" of who keeps it: a thing, and no people.
bool keeps_thing(const FactClaim& claim, std::size_t at) {
  for (std::size_t k = at; k < std::min(at + 8, claim.facts.tokens.size()); ++k) {
    const std::string_view kind = WordLists::nouns().list_of(claim.facts.tokens, k);
    if (kind == "staff" || kind == "team" || kind == "learner") return false;
  }
  return std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
    return lists().contains("keeps", source->facts.tokens, 0, std::min<std::size_t>(3, source->facts.tokens.size()));
  });
}

/// Whether a learner of the evidence stands behind the verb, whom the evidence says to be taught.
bool guides_learner(const FactClaim& claim, std::size_t at) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t k = at + 1; k < std::min(at + 5, tokens.size()) && !tokens[k - 1].ends_sentence; ++k) {
    if (WordLists::nouns().list_of(tokens, k) != "learner") continue;
    return std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      return source->stems.contains(tokens[k].stem) && lists().contains("instruct_support", source->facts.tokens);
    });
  }
  return false;
}

/// Whether lessons, tours or meetings of the evidence stand behind the verb, and no people.
bool holds_meeting(const FactClaim& claim, std::size_t at) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t k = at + 1; k < std::min(at + 5, tokens.size()) && !tokens[k - 1].ends_sentence; ++k) {
    const std::string_view kind = WordLists::nouns().list_of(tokens, k);
    if (kind == "staff" || kind == "team") return false;
    if (kind != "meeting" && !tokens[k].folded.starts_with("tour")) continue;
    return std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      return !took_part(*source) && source->stems.contains(tokens[k].stem);
    });
  }
  return false;
}

void check_leading(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::vector<Hit> hits = claimed_hits(claim, "lead");
  // "leading small teams", "manage people"
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string& word = tokens[i].folded;
    if (word != "leading" && word != "lead" && word != "managing" && word != "manage" && word != "manages" &&
        word != "managed")
      continue;
    if (lists().match("lead", tokens, i) > 0 || (claim.letter && !claim.claimed(i))) continue;
    for (std::size_t k = i + 1; k < std::min(i + 5, tokens.size()); ++k) {
      const std::string_view kind = WordLists::nouns().list_of(tokens, k);
      const bool managed = word.starts_with("manag");
      if (kind != "staff" && kind != "team" && !(managed && kind == "project")) continue;
      if (word == "lead" && !WordLists::titles().list_of(tokens, i + 1).empty()) break;  // "lead engineer" is a title
      hits.push_back({i, 1});
      break;
    }
  }
  for (const Hit& hit : hits) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    const std::string& word = tokens[hit.at].folded;
    if (is_guiding(claim, hit.at) && any_contains(claim.letter ? claim.index->all() : claim.around, "instruct_support"))
      continue;
    const std::string next = hit.at + 1 < tokens.size() ? tokens[hit.at + 1].folded : "";
    // "led to": a consequence.
    if ((word == "led" || word == "leads") && (next == "to" || next == "me" || next == "by")) continue;
    // "twelve chairs" are seats.
    const bool counted =
        std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& quantity) {
          return quantity.dimension == Dimension::count && quantity.last < hit.at && quantity.last + 7 > hit.at &&
                 std::none_of(tokens.begin() + static_cast<std::ptrdiff_t>(quantity.last + 1),
                              tokens.begin() + static_cast<std::ptrdiff_t>(hit.at),
                              [](const Token& token) { return ends_phrase(token.folded); });
        });
    if (word == "chairs" && counted) continue;
    if (!claim.letter && lists().match("in_charge", tokens, hit.at) > 0 && keeps_thing(claim, hit.at)) continue;
    // "Supervised an MSW student" of who instructed one.
    if (!claim.letter && (word.starts_with("supervis") || word.starts_with("encadr")) && hit.count == 1 &&
        guides_learner(claim, hit.at))
      continue;
    // "led conversation classes": held them, as the evidence says.
    if (!claim.letter && word.starts_with("le") && hit.count == 1 && holds_meeting(claim, hit.at)) continue;
    // "leads" are prospects too.
    if (word == "leads" && hit.at > 0 && !tokens[hit.at].sentence_start && tokens[hit.at - 1].folded != "who" &&
        tokens[hit.at - 1].folded != "and") {
      continue;
    }
    FactSources sources = claim.letter ? closest(claim, hit.at) : claim.cited;
    if (claim.letter && (claim.foreign || (sources.empty() && claim.places[hit.at] != nullptr))) {
      // Words of another language align with nothing; the employer does.
      sources.clear();
      for (const FactSource* source : claim.index->all()) {
        const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
        if (claim.places[hit.at] == nullptr || (entry != nullptr && entry->name == claim.places[hit.at]->name))
          sources.push_back(source);
      }
    }
    if (sources.empty()) sources = claim.index->all();
    // The very word stands in the evidence, as in "counts chairs"; or the person alone was there to answer for it.
    const bool said =
        !claim.letter && hit.count == 1 && std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
          return source->words.contains(word) && !took_part(*source);
        });
    const bool alone = hit.count > 1 && words.find("responsible") != std::string::npos && !claim.foreign &&
                       any_contains(sources, "sole_support");
    if (said || alone) {
      verdicts.supported("part", words, sources.front()->pointer);
      continue;
    }
    const bool all_took_part =
        std::all_of(sources.begin(), sources.end(), [](const FactSource* source) { return took_part(*source); });
    const bool kept = all_took_part && lists().contains("participation", tokens);
    if (kept || (!all_took_part && (says_led(sources) || position_leads(claim, sources)))) {
      verdicts.supported("part", words, sources.front()->pointer);
    } else {
      verdicts.violation("part", words, "the evidence doesn't say that the person led");
    }
  }
}

/// "helped raise $600K" doesn't become "raised".
bool check_helped(const FactClaim& claim, const FactSource& source, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string& word = tokens[i].folded;
    if (word != "helped" && word != "help" && word != "helping" && word != "assisted") continue;
    std::size_t verb = i + 1;
    if (tokens[verb].folded == "to" || tokens[verb].folded == "with" || tokens[verb].folded == "in") ++verb;
    if (verb >= tokens.size()) continue;
    for (const Token& token : claim.facts.tokens) {
      if (token.stem != tokens[verb].stem || claim.foreign) continue;
      verdicts.violation("part", std::string(claim.facts.text.substr(token.begin, token.end - token.begin)),
                         "the evidence says that the person helped");
      return true;
    }
  }
  return false;
}

/// The bullets that a CV's text is drawn from: the one that it cites, or of several the one that it mostly speaks of.
FactSources drawn_from(const FactClaim& claim) {
  FactSources told;
  for (const FactSource* source : claim.cited) {
    if (source->pointer.find("/highlights/") != std::string::npos ||
        source->pointer.find("/summary") != std::string::npos)
      told.push_back(source);
  }
  if (told.size() < 2 || claim.foreign || claim.about_person) return told.size() == 1 ? told : FactSources{};
  const FactSpan all{0, claim.facts.tokens.size()};
  FactAlignment best = align(claim, all, told);
  if (!best.is_close()) return {};
  FactSources others;
  for (const FactSource* source : told) {
    if (std::find(best.sources.begin(), best.sources.end(), source) == best.sources.end()) others.push_back(source);
  }
  return align(claim, all, others).weight < 0.5 * best.weight ? best.sources : FactSources{};
}

/// "Served as second engineer" of who stood in for the second engineer: the rank is another's, and keeps no part.
bool keeps_rank_alone(const FactClaim& claim) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  bool rank = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (lists().match("participation_kept", tokens, i) == 0) continue;
    const bool others = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      return source->words.contains(tokens[i].folded) && lists().contains("stand_in", source->facts.tokens, 0, 4);
    });
    if (ordinal_of(tokens[i].folded) == 0 || !others) return false;
    rank = true;
  }
  return rank;
}

/// "Wrote two object texts" of "contributed two object texts to the exhibition": what was given is the person's own.
bool tells_own_share(const FactClaim& claim, const FactSource& source) {
  const std::vector<Token>& tokens = source.facts.tokens;
  if (claim.foreign || tokens.size() < 3 || tokens[0].folded != "contributed" || tokens[1].folded == "to") return false;
  for (std::size_t i = 1; i < std::min<std::size_t>(6, tokens.size()) && tokens[i].folded != "to"; ++i) {
    if (is_stop_word(tokens[i].folded)) continue;
    const bool said = std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                                  [&](const Token& token) { return token.stem == tokens[i].stem; });
    if (!said) return false;
  }
  return true;
}

/// Who helped or took part has helped or taken part.
void check_taking_part(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || (keeps_part(claim.facts.tokens) && !keeps_rank_alone(claim))) return;
  for (const FactSource* source : claim.cited) {
    if (check_helped(claim, *source, verdicts)) return;
  }
  const FactSources sources = drawn_from(claim);
  if (sources.empty() || !std::all_of(sources.begin(), sources.end(), [&](const FactSource* source) {
        return took_part(*source) && !tells_own_share(claim, *source);
      }))
    return;
  verdicts.violation(
      "part", std::string(claim.facts.text.substr(0, claim.facts.tokens.empty() ? 0 : claim.facts.tokens.front().end)),
      "the evidence says that the person helped or took part");
}

}  // namespace

void check_parts(const FactClaim& claim, FactVerdicts& verdicts) {
  check_leading(claim, verdicts);
  check_taking_part(claim, verdicts);
}

}  // namespace bespoke
