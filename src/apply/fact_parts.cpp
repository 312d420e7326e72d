#include "apply/fact_claim.hpp"

#include "apply/stop_words.hpp"
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

bool any_contains(const FactSources& sources, std::string_view list) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const FactSource* source) { return lists().contains(list, source->facts.tokens); });
}

/// "164 of its 190 employees", "three of five plants"
bool is_share(const FactSource& source) {
  const std::vector<Quantity>& quantities = source.facts.quantities;
  for (std::size_t i = 0; i + 1 < quantities.size(); ++i) {
    const std::size_t between = quantities[i + 1].first - quantities[i].last - 1;
    if (between >= 1 && between <= 2 && source.facts.tokens[quantities[i].last + 1].folded == "of" &&
        quantities[i].value < quantities[i + 1].value) {
      return true;
    }
  }
  return false;
}

/// The entries that a text cites, whole.
std::vector<std::string> entries_of(const FactClaim& claim) {
  std::vector<std::string> entries;
  for (const FactSource* source : claim.cited) {
    if (!source->entry.empty() && source->section != "skills")
      entries.push_back(source->section == "projects" ? source->entry : source->pointer);
  }
  return entries;
}

/// Whether a number is a count of times that makes that period: "four times a year".
bool is_times(const Quantity& quantity, std::string_view period) {
  return (quantity.noun == "times" && quantity.rate == "year" &&
          ((quantity.value == 4 && period == "quarter") || (quantity.value == 12 && period == "month")));
}

/// The positions of the entries that `sources` belong to: a manager's bullets needn't say that she led.
bool position_leads(const FactClaim& claim, const FactSources& sources) {
  for (const FactSource* source : claim.index->around(sources)) {
    if (source->pointer.ends_with("/position") && lists().contains("lead_support", source->facts.tokens)) return true;
  }
  return false;
}

/// Whether a text begins by saying that the person helped, took part or stood in.
bool took_part(const FactSource& source) {
  return lists().contains("participation", source.facts.tokens, 0, 4);
}

/// Whether any source bears out that the person led; one that only says that she took part doesn't.
bool says_led(const FactSources& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
    return !took_part(*source) && lists().contains("lead_support", source->facts.tokens);
  });
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
      if (kind != "staff" && kind != "team") continue;
      if (word == "lead" && !WordLists::titles().list_of(tokens, i + 1).empty()) break;  // "lead engineer" is a title
      hits.push_back({i, 1});
      break;
    }
  }
  for (const Hit& hit : hits) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    const std::string& word = tokens[hit.at].folded;
    const std::string next = hit.at + 1 < tokens.size() ? tokens[hit.at + 1].folded : "";
    // "led to": a consequence.
    if ((word == "led" || word == "leads") && (next == "to" || next == "me" || next == "by")) continue;
    // "leads" are prospects too.
    if (word == "leads" && hit.at > 0 && !tokens[hit.at].sentence_start && tokens[hit.at - 1].folded != "who" &&
        tokens[hit.at - 1].folded != "and") {
      continue;
    }
    FactSources sources = claim.letter ? closest(claim, hit.at) : claim.cited;
    if (claim.letter && claim.foreign) {
      // Words of another language align with nothing; the employer does.
      sources.clear();
      for (const FactSource* source : claim.index->all()) {
        const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
        if (claim.places[hit.at] == nullptr || (entry != nullptr && entry->name == claim.places[hit.at]->name))
          sources.push_back(source);
      }
    }
    if (sources.empty()) sources = claim.index->all();
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

/// Who helped or took part has helped or taken part.
void check_taking_part(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || lists().contains("participation_kept", claim.facts.tokens)) return;
  const FactSource* only = nullptr;
  bool more = false;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    // "helped raise $600K" doesn't become "raised".
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const std::string& word = tokens[i].folded;
      if (word != "helped" && word != "help" && word != "helping" && word != "assisted") continue;
      std::size_t verb = i + 1;
      if (tokens[verb].folded == "to" || tokens[verb].folded == "with" || tokens[verb].folded == "in") ++verb;
      if (verb >= tokens.size()) continue;
      for (const Token& token : claim.facts.tokens) {
        if (token.stem != tokens[verb].stem || claim.foreign) continue;
        return verdicts.violation("part", std::string(claim.facts.text.substr(token.begin, token.end - token.begin)),
                                  "the evidence says that the person helped");
      }
    }
    if (source->pointer.find("/highlights/") == std::string::npos &&
        source->pointer.find("/summary") == std::string::npos)
      continue;
    more = only != nullptr;
    only = source;
  }
  if (only == nullptr || more || !took_part(*only)) return;
  verdicts.violation(
      "part", std::string(claim.facts.text.substr(0, claim.facts.tokens.empty() ? 0 : claim.facts.tokens.front().end)),
      "the evidence says that the person helped or took part");
}

/// "internacionales" for "international"
bool has_cognate(const FactSource& source, const Token& token) {
  return token.folded.size() > 7 && std::any_of(source.words.begin(), source.words.end(), [&](const std::string& word) {
           return word.size() > 7 && word.compare(0, 7, token.folded, 0, 7) == 0;
         });
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
        all = all && (source->stems.contains(token.stem) || source->words.contains(token.folded) ||
                      (claim.foreign && has_cognate(*source, token)));
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
    if (2 * shared < source->stems.size() || (claim.letter && claim.speakers.front() != Speaker::person)) continue;
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
  if (award != nullptr && any_contains(sources, "team_prize") && !lists().contains("team_prize", claim.facts.tokens)) {
    return verdicts.violation("scope", words, "the evidence says that a team won");
  }
  if (any_contains(sources, "not_won") && !lists().contains("not_won", claim.facts.tokens)) {
    verdicts.violation("scope", words, "the evidence says nominated or finalist, and not won");
  } else if (award == nullptr && !any_contains(sources, "won")) {
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

/// "Advanced SQL" of who has its basics.
void check_levels(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const TermMatch& match : claim.facts.skills) {
    if (match.first == 0) continue;
    const std::size_t at = match.first - 1;
    if (lists().match("skill_level", tokens, at) == 0 || (claim.letter && !claim.claimed(at))) continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    if (!any_contains(sources, "skill_level") && !any_contains(sources, "expert_support")) {
      verdicts.violation("scope", claim.words(at, match.first), "the evidence gives no such level");
    }
  }
}

/// "alone" where the evidence speaks of others.
void check_alone(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (const Hit& hit : claimed_hits(claim, "alone")) {
    if (any_contains(claim.around, "sole_support") ||
        !any_contains(claim.index->below(entries_of(claim)), "others_there"))
      continue;
    verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of others");
  }
}

/// All of something, where the evidence has a part: "all its staff" of "164 of its 190 employees".
void check_whole(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const Hit& hit : claimed_hits(claim, "whole")) {
    if (claim.letter && tokens[hit.at].folded != "whole" && tokens[hit.at].folded != "entire") continue;
    const std::string next = hit.at + 1 < tokens.size() ? tokens[hit.at + 1].folded : "";
    if (tokens[hit.at].folded == "all" && (next == "but" || next == "in" || next == "of" || next == "without"))
      continue;
    // "every quarter", "each week": how often, which another check sees to.
    if (!period_of(next).empty() || !period_of(hit.at + 2 < tokens.size() ? tokens[hit.at + 2].folded : "").empty())
      continue;
    const FactSources sources = claim.letter ? closest(claim, hit.at) : claim.cited;
    bool partly = false;
    bool same = false;
    for (const FactSource* source : sources) {
      partly =
          partly || lists().contains("part_of_it", source->facts.tokens) || took_part(*source) || is_share(*source);
      same = same || lists().contains("whole", source->facts.tokens) || source->words.contains("no");
    }
    const std::string& word = tokens[hit.at].folded;
    const bool strong =
        !claim.letter && (word == "whole" || word == "entire" || word == "ganze" || word == "gesamte" ||
                          word == "entero" || word == "entera" || word == "entier" || word == "entiere");
    if ((partly || strong) && !same)
      verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of a part");
  }
}

/// "the most widely used", where the evidence ranks nothing.
void check_most(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (tokens[i].folded != "most" || (claim.letter && !claim.claimed(i))) continue;
    const std::string& before = tokens[i - 1].folded;
    if (before != "the" && before != "its" && before != "our" && before != "s" &&
        !tokens[i - 1].folded.ends_with("'s") && before != "their")
      continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    const bool ranked = std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
      return source->words.contains("most") || source->words.contains("best") || source->words.contains("top") ||
             source->words.contains("largest") || source->words.contains("highest");
    });
    if (!ranked) verdicts.violation("scope", claim.words(i, i + 1), "the evidence ranks nothing");
  }
}

/// "still in use today", where the evidence speaks of a time that is over.
void check_today(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.cited.empty()) return;
  const bool over = std::all_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    return entry != nullptr && entry->end_year > 0;
  });
  if (!over) return;
  for (const Hit& hit : claimed_hits(claim, "today")) {
    const bool now = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
      return lists().contains("today", source->facts.tokens) ||
             (source->words.contains("still") && source->facts.dates.empty());
    });
    if (!now)
      return verdicts.violation("date", claim.words(hit.at, hit.at + hit.count - 1),
                                "the evidence doesn't reach to today");
  }
}

/// A limit of the evidence that the text leaves out: a pilot, a prototype, "reportable".
void check_limits(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    if (source->pointer.ends_with("/position") || source->section == "awards") continue;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (lists().match("limits", tokens, i) == 0) continue;
      // Only what the text speaks of: the words around the limit are in it too.
      std::size_t shared = 0;
      for (std::size_t k = i > 3 ? i - 3 : 0; k < std::min(i + 4, tokens.size()); ++k) {
        if (k == i || tokens[k].folded.size() < 3 || is_stop_word(tokens[k].folded)) continue;
        shared += std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                              [&](const Token& token) { return token.stem == tokens[k].stem; })
                      ? 1
                      : 0;
      }
      const bool kept = std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                                    [&](const Token& token) { return token.stem == tokens[i].stem; }) ||
                        lists().contains("limits", claim.facts.tokens);
      if (shared > 0 && !kept) {
        const std::string limit = source->text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
        return verdicts.violation("scope", limit,
                                  fmt::format("the evidence says \"{}\", which the text leaves out", limit));
      }
    }
  }
}

/// What others did isn't the person's: "packaged by an outside contributor".
void check_others(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || lists().contains("others_kept", claim.facts.tokens)) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      if (lists().match("others_did", tokens, i) == 0) continue;
      for (std::size_t k = i > 4 ? i - 4 : 0; k < i; ++k) {
        if (!tokens[k].folded.ends_with("ed") && k != 0) continue;
        for (const Token& token : claim.facts.tokens) {
          if (token.stem.size() < 4 || (token.stem != tokens[k].stem && !tokens[k].stem.starts_with(token.stem) &&
                                        !token.stem.starts_with(tokens[k].stem)))
            continue;
          return verdicts.violation("part", std::string(claim.facts.text.substr(token.begin, token.end - token.begin)),
                                    "the evidence says that others did it");
        }
      }
    }
  }
}

/// "daily" where the evidence says "weekly".
void check_periods(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    const bool adverb =
        word.ends_with("ly") || word.ends_with("lich") || word.ends_with("liche") || word.ends_with("lichen");
    const std::string_view period =
        period_of(word.ends_with("liche") ? std::string_view(word).substr(0, word.size() - 1) : std::string_view(word));
    if (period.empty() || !adverb) continue;
    const auto says = [&](const FactSource* source, bool any) {
      const bool in_words =
          std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
            const std::string_view there = period_of(token.folded);
            return !there.empty() && (any || there == period);
          });
      return in_words || std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                                     [&](const Quantity& quantity) {
                                       return any ? !quantity.rate.empty()
                                                  : quantity.rate == period || is_times(quantity, period);
                                     });
    };
    const bool same = std::any_of(claim.cited.begin(), claim.cited.end(),
                                  [&](const FactSource* source) { return says(source, false); });
    if (!same) verdicts.violation("number", word, "the evidence doesn't say how often, or says otherwise");
  }
}

/// "the unit's" for what the evidence calls "my".
void check_owner(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "en" || claim.foreign) return;
  const bool own = std::any_of(claim.cited.begin(), claim.cited.end(),
                               [](const FactSource* source) { return source->words.contains("my"); });
  if (!own) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    const std::string raw = claim.words(i, i);
    const bool possessive = raw.ends_with("'s") || raw.ends_with("\xE2\x80\x99s");
    if (!possessive && token.folded != "our") continue;
    const std::string_view kind = WordLists::nouns().list_of(claim.facts.tokens, i);
    if (token.folded != "our" && kind != "team" && kind != "site" && token.folded != "unit" &&
        token.folded != "company")
      continue;
    const bool known = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      return source->text.find(raw) != std::string::npos;
    });
    if (!known) verdicts.violation("scope", raw, "the evidence says \"my\"");
  }
}

}  // namespace

void check_parts(const FactClaim& claim, FactVerdicts& verdicts) {
  check_leading(claim, verdicts);
  check_taking_part(claim, verdicts);
  check_strong_words(claim, verdicts, "sole", "sole_support", "the evidence doesn't say that the person did it alone");
  check_strong_words(claim, verdicts, "superlative", "", "the evidence doesn't say so");
  check_levels(claim, verdicts);
  check_strong_words(claim, verdicts, "expert", "expert_support", "the evidence doesn't speak of mastery");
  check_prizes(claim, verdicts);
  check_denials(claim, verdicts);
  check_opposites(claim, verdicts);
  check_alone(claim, verdicts);
  check_whole(claim, verdicts);
  check_limits(claim, verdicts);
  check_others(claim, verdicts);
  check_periods(claim, verdicts);
  check_owner(claim, verdicts);
  check_most(claim, verdicts);
  check_today(claim, verdicts);
}

}  // namespace bespoke
