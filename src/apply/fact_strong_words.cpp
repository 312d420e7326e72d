#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
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

/// "internacionales" for "international"
bool has_cognate(const FactSource& source, const Token& token) {
  return token.folded.size() > 7 && std::any_of(source.words.begin(), source.words.end(), [&](const std::string& word) {
           return word.size() > 7 && word.compare(0, 7, token.folded, 0, 7) == 0;
         });
}

/// "second best", wherever the text says "best"
bool is_only_second(const FactSource& source) {
  bool second = false;
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (tokens[k].folded != "best") continue;
    if (k == 0 ||
        (tokens[k - 1].folded != "second" && tokens[k - 1].folded != "third" && tokens[k - 1].folded != "next"))
      return false;
    second = true;
  }
  return second;
}

/// Whether the evidence has another word for the same superlative: "biggest" and "largest".
bool has_like(const FactSources& sources, const std::string& word) {
  constexpr std::string_view alike[][3] = {{"biggest", "largest", "greatest"},
                                           {"fastest", "quickest", "shortest"},
                                           {"top", "best", "leading"},
                                           {"highest", "top", "best"},
                                           {"longest", "longest", "oldest"}};
  return std::any_of(std::begin(alike), std::end(alike), [&](const auto& words) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words) &&
           std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
             return std::any_of(std::begin(words), std::end(words), [&](std::string_view like) {
               return source->words.contains(std::string(like)) && !is_only_second(*source);
             });
           });
  });
}

/// "das beliebteste" of the most watched: a superlative goes by other words in another language.
bool ranks(const FactClaim& claim, const FactSources& sources, std::size_t at) {
  const std::string& word = claim.facts.tokens[at].folded;
  const bool superlative = word == "el" || word == "la" || word == "le" || word == "top" || word.ends_with("ste") ||
                           word.ends_with("sten") || word.ends_with("ster") || word.ends_with("stes") ||
                           word.ends_with("est");
  return superlative && std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
           return source->pointer.find("/highlights/") != std::string::npos &&
                  std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [](const Token& token) {
                    return token.folded == "most" || token.folded == "best" || token.folded == "mejor" ||
                           (token.folded.size() > 6 && token.folded.ends_with("est"));
                  });
         });
}

/// The same word in the evidence, or its like from `support`.
void check_list(const FactClaim& claim, FactVerdicts& verdicts, std::string_view list, std::string_view support,
                std::string_view note) {
  for (const Hit& hit : claimed_hits(claim, list)) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    FactSources sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    bool same = false;
    for (const FactSource* source : sources) {
      bool all = true;
      for (std::size_t i = hit.at; i < hit.at + hit.count; ++i) {
        const Token& token = claim.facts.tokens[i];
        // The second best is not the best.
        if (token.folded == "best" && is_only_second(*source)) all = false;
        all = all && (source->stems.contains(token.stem) || source->words.contains(token.folded) ||
                      (claim.foreign && has_cognate(*source, token)));
      }
      same = same || all;
    }
    if (same || (!support.empty() && any_contains(sources, support))) continue;
    // "A boutique with patent cases": said of nobody, and the posting's word
    if (claim.letter && claim.speakers[hit.at] == Speaker::nobody &&
        claim.index->posting().stems.contains(claim.facts.tokens[hit.at].stem))
      continue;
    // "Best regards", "the glass I like best"
    const std::size_t next = hit.at + hit.count;
    const bool greets = next < claim.facts.tokens.size() &&
                        (claim.facts.tokens[next].folded == "regards" || claim.facts.tokens[next].folded == "wishes");
    if (claim.letter && greets) continue;
    if (claim.letter && hit.at > 0 && WordLists::facts().match("liking", claim.facts.tokens, hit.at - 1) > 0) continue;
    // "second-best": the rank is another check's.
    if (hit.at > 0 && ordinal_of(claim.facts.tokens[hit.at - 1].folded) > 1) continue;
    if (has_like(sources, claim.facts.tokens[hit.at].folded)) continue;
    // "the top one" of the most watched
    if (!claim.letter && claim.facts.tokens[hit.at].folded == "top" && ranks(claim, sources, hit.at)) continue;
    // "My nomination for the award", by who was nominated and says so
    const bool nominated = lists().contains("not_won", claim.facts.tokens) &&
                           lists().match("prize", claim.facts.tokens, hit.at) > 0 && any_contains(sources, "not_won");
    if (nominated) continue;
    if (claim.foreign && list == "superlative" && ranks(claim, sources, hit.at)) continue;
    verdicts.violation("scope", words, std::string(note));
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

/// "Kotlin expert" of who has "a little Kotlin".
void check_beginners(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr std::string_view little[] = {"little",   "basic",           "basics",  "beginner", "some",
                                         "learning", "grundkenntnisse", "notions", "nociones", "basico",
                                         "bases",    "familiar",        "exposure"};
  const auto is_little = [&](const Token& token) {
    return std::find(std::begin(little), std::end(little), token.folded) != std::end(little);
  };
  if (std::any_of(tokens.begin(), tokens.end(), is_little)) return;
  for (const TermMatch& match : claim.facts.skills) {
    bool strong = false;
    for (std::size_t k = match.first > 4 ? match.first - 4 : 0; k < std::min(match.first + 6, tokens.size()); ++k)
      strong = strong || lists().match("expert", tokens, k) > 0 || lists().match("skill_level", tokens, k) > 0;
    if (!strong || (claim.letter && !claim.claimed(match.first))) continue;
    for (const FactSource* source : claim.index->all()) {
      if (source->section != "skills" || find_term({source}, *match.term) == nullptr) continue;
      if (std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), is_little))
        return verdicts.violation("scope", claim.words(match.first, match.first + match.count - 1),
                                  "the evidence has only a little of it");
    }
  }
}

/// "a team of assistants" of one assistant.
void check_team(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string& word = tokens[i].folded;
    const std::string& next = tokens[i + 1].folded;
    if (word != "team" && word != "crew" && word != "squad" && word != "equipe" && word != "equipo" && word != "teams")
      continue;
    constexpr std::string_view leads[] = {"lead",  "leads",   "led",   "manage", "manages", "managed", "run",   "head",
                                          "leite", "leitete", "fuhre", "dirige", "encadre", "lidero",  "dirijo"};
    const bool led = i > 1 &&
                     (tokens[i - 1].folded == "a" || tokens[i - 1].folded == "ein" || tokens[i - 1].folded == "une" ||
                      tokens[i - 1].folded == "un") &&
                     std::find(std::begin(leads), std::end(leads), tokens[i - 2].folded) != std::end(leads);
    if (!led && next != "of" && next != "von" && next != "aus" && next != "de" && next != "d") continue;
    const FactSources& sources = claim.about_person ? claim.index->all() : claim.around;
    const bool several = std::any_of(sources.begin(), sources.end(), [led](const FactSource* source) {
      if (source->pointer.ends_with("Date")) return false;
      const std::vector<Token>& there = source->facts.tokens;
      for (std::size_t k = 0; k < there.size(); ++k) {
        const std::string_view kind = WordLists::nouns().list_of(there, k);
        if (kind == "team" || (kind == "staff" && there[k].folded.ends_with('s'))) return true;
        if (there[k].script != Script::latin && !there[k].has_digit) return true;
      }
      // Whom one leads isn't counted in tenancies.
      if (led) return false;
      return std::any_of(
          source->facts.quantities.begin(), source->facts.quantities.end(),
          [](const Quantity& quantity) { return quantity.dimension == Dimension::count && quantity.value > 1; });
    });
    if (!several) return verdicts.violation("scope", claim.words(i, i + 1), "the evidence speaks of no team");
  }
}

/// "alone" where the evidence speaks of others.
void check_alone(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (const Hit& hit : claimed_hits(claim, "alone")) {
    // "une seule casse" counts one.
    const std::vector<Token>& tokens = claim.facts.tokens;
    const bool counts = hit.at > 0 && (tokens[hit.at - 1].folded == "un" || tokens[hit.at - 1].folded == "une" ||
                                       tokens[hit.at - 1].folded == "una");
    if (counts) continue;
    if (any_contains(claim.around, "sole_support") ||
        !any_contains(claim.index->below(entries_of(claim)), "others_there"))
      continue;
    verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of others");
  }
}

/// "the most widely used", where the evidence ranks nothing.
void check_most(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].folded != "most" || (claim.letter && (i == 0 || !claim.claimed(i)))) continue;
    // "Most thorough assessments", but not "most of them" and "most weeks"
    const bool leads = i == 0 && tokens[1].folded != "of" && !tokens[1].folded.ends_with('s');
    const std::string& before = tokens[i == 0 ? 0 : i - 1].folded;
    if (i == 0 && !leads) continue;
    // "for the most part"
    if (tokens[i + 1].folded == "part") continue;
    if (i > 0 && before != "the" && before != "its" && before != "our" && before != "s" &&
        tokens[i - 1].end - tokens[i - 1].begin == before.size() && before != "their")
      continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    const bool ranked = std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
      return source->words.contains("most") || source->words.contains("best") || source->words.contains("top") ||
             source->words.contains("largest") || source->words.contains("highest");
    });
    if (!ranked) {
      verdicts.violation("scope", claim.words(i, i + 1), "the evidence ranks nothing");
      continue;
    }
    // "the most watched in the district" of the most watched
    for (std::size_t k = i + 2; k + 2 < std::min(i + 7, tokens.size()); ++k) {
      if ((tokens[k].folded != "in" && tokens[k].folded != "of") || tokens[k + 1].folded != "the") continue;
      if (find_word(sources, tokens[k + 2]) == nullptr)
        verdicts.violation("scope", claim.words(i, k + 2), "the evidence ranks it among less");
      break;
    }
  }
}

/// "la plus grande", "las mermas más bajas": French and Spanish build them of two words.
void check_superlatives(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::string& language = claim.facts.language;
  if (language != "fr" && language != "es") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr std::string_view articles[] = {"le", "la", "les", "el", "los", "las"};
  const bool best = !tokens.empty() && (tokens.front().folded == "meilleur" || tokens.front().folded == "meilleure" ||
                                        tokens.front().folded == "mejor");
  if (best && !claim.letter && std::none_of(claim.around.begin(), claim.around.end(), [&](const FactSource* source) {
        return source->words.contains(tokens.front().folded);
      }))
    verdicts.violation("scope", claim.words(0, 0), "the evidence ranks nothing");
  // "El hotel con menos quejas de la cadena"
  for (std::size_t i = 1; language == "es" && i + 3 < tokens.size(); ++i) {
    const bool fewest = tokens[i - 1].folded == "con" && (tokens[i].folded == "menos" || tokens[i].folded == "mas");
    if (!fewest || (tokens[i + 2].folded != "del" && tokens[i + 2].folded != "de") ||
        (claim.letter && !claim.claimed(i)))
      continue;
    const bool known = std::any_of(claim.around.begin(), claim.around.end(),
                                   [&](const FactSource* source) { return source->words.contains(tokens[i].folded); });
    if (!known) verdicts.violation("scope", claim.words(i - 1, i + 2), "the evidence ranks nothing");
  }
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].folded != (language == "fr" ? "plus" : "mas") || (claim.letter && !claim.claimed(i))) continue;
    const std::string& next = tokens[i + 1].folded;
    if (next == "de" || next == "d" || next == "que" || tokens[i + 1].has_digit || tokens[i].ends_sentence) continue;
    // "Plus grand club de la ville"
    bool article = i == 0 && !claim.letter && !tokens[1].has_digit;
    // Spanish has the noun between: "las mermas más bajas".
    for (std::size_t k = i; k-- > 0 && i - k <= (language == "es" ? 3 : 1);)
      article = article || std::find(std::begin(articles), std::end(articles), tokens[k].folded) != std::end(articles);
    if (!article) continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    const bool known = std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
      return source->words.contains(tokens[i].folded) || source->stems.contains(tokens[i + 1].stem);
    });
    if (!known) verdicts.violation("scope", claim.words(i, i + 1), "the evidence ranks nothing");
  }
}

}  // namespace

void check_strong_words(const FactClaim& claim, FactVerdicts& verdicts) {
  check_list(claim, verdicts, "sole", "sole_support", "the evidence doesn't say that the person did it alone");
  check_list(claim, verdicts, "superlative", "", "the evidence doesn't say so");
  check_list(claim, verdicts, "origin", "origin_support", "the evidence doesn't say that the person began it");
  check_list(claim, verdicts, "instruct", "instruct_support", "the evidence speaks of nobody guided");
  check_list(claim, verdicts, "expert", "expert_support", "the evidence doesn't speak of mastery");
  check_levels(claim, verdicts);
  check_beginners(claim, verdicts);
  check_team(claim, verdicts);
  check_alone(claim, verdicts);
  check_most(claim, verdicts);
  check_superlatives(claim, verdicts);
}

}  // namespace bespoke
