#include "apply/fact_company.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

bool is_telling(const Token& token) {
  return !token.number && !token.has_digit && token.folded.size() > 2 && !is_stop_word(token.folded);
}

bool posting_has(const FactClaim& claim, const Token& token) {
  const FactSource& posting = claim.index->posting();
  if (posting.stems.contains(token.stem) || posting.words.contains(token.folded)) return true;
  // "owners" of what is owned
  for (const std::string_view agent : {"er", "ers"}) {
    if (token.folded.size() > agent.size() + 2 && token.folded.ends_with(agent) &&
        posting.stems.contains(token.folded.substr(0, token.folded.size() - agent.size())))
      return true;
  }
  return claim.facts.language == "en" &&
         std::any_of(posting.stems.begin(), posting.stems.end(),
                     [&](const std::string& stem) { return EnglishWords::get().alike(stem, token.stem); });
}

/// Whether a source has the word or one of its family, whole words that German builds on included.
bool is_in(const FactSource& source, const Token& token) {
  return source.words.contains(token.folded) || source.stems.contains(token.stem) ||
         std::any_of(source.stems.begin(), source.stems.end(),
                     [&](const std::string& stem) { return EnglishWords::same_root(stem, token.stem); });
}

/// "won", "opened", "has grown": English verbs that tell what came to pass.
bool tells_event(const std::vector<Token>& tokens, std::size_t i) {
  if (lists().match("came_to_pass", tokens, i) > 0) return true;
  constexpr std::string_view perfect[] = {"has", "have", "had", "was", "were", "been", "just", "you", "it", "which"};
  const bool behind =
      i > 0 && std::find(std::begin(perfect), std::end(perfect), tokens[i - 1].folded) != std::end(perfect);
  return tokens[i].folded.size() > 4 && tokens[i].folded.ends_with("ed") && !tokens[i].capital &&
         (behind || EnglishWords::get().is_verb(tokens[i].stem));
}

/// Whether a figure or date stands between the same commas as a token: then the fact is its own, and checked as such.
bool has_figure(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto parted = [&](std::size_t k) {
    const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
    return claim.boundaries[k] || gap.find(',') != std::string_view::npos;
  };
  std::size_t begin = i;
  while (begin > 0 && !parted(begin)) --begin;
  std::size_t end = i + 1;
  while (end < tokens.size() && !parted(end)) ++end;
  const auto inside = [&](const auto& figure) { return begin <= figure.first && figure.last < end; };
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), inside) ||
         std::any_of(claim.facts.dates.begin(), claim.facts.dates.end(), inside);
}

/// What another check judges, or what says nothing new: figures, names, titles, "a G1 grade".
bool is_judged_elsewhere(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto counted = [&](const Quantity& quantity) { return quantity.first <= i && i <= quantity.last; };
  return tokens[i].capital || !WordLists::titles().list_of(tokens, i).empty() ||
         lists().match("of_letters", tokens, i) > 0 || lists().match("general", tokens, i) > 0 ||
         (i > 0 && (tokens[i - 1].inner_capital || tokens[i - 1].has_digit)) ||
         (i + 1 < tokens.size() && tokens[i + 1].folded == "than") ||
         std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), counted);
}

/// "opened last spring", "entirely": when it was, and how far it goes.
bool check_lately(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSource& posting = claim.index->posting();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t length = told[i] ? lists().match("lately", tokens, i) : 0;
    if (length == 0) continue;
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(i);
    const bool known = std::all_of(begin, begin + static_cast<std::ptrdiff_t>(length),
                                   [&](const Token& token) { return posting.words.contains(token.folded); });
    if (known) continue;
    verdicts.violation("company", claim.words(i, i + length - 1), "the posting doesn't say when or how far");
    return true;
  }
  return false;
}

/// Words of English that the posting has in no form.
void check_unknown_words(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  if (claim.facts.language != "en" || claim.index->posting().facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& speakers = WordLists::speakers("en");
  bool begun = false;  // a word of the posting or the company stands before: no greeting
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (!is_telling(token)) {
      begun = begun || speakers.match("company", tokens, i) > 0;
      continue;
    }
    if (!begun) begun = speakers.match("company", tokens, i) > 0 || posting_has(claim, token);
    if (!begun || !told[i] || is_judged_elsewhere(claim, i) || claim.index->has_stem(token.stem) ||
        claim.index->has_word(token.folded))
      continue;
    const bool heavy = !EnglishWords::get().is_light(token.stem, token.folded);
    const bool event = tells_event(tokens, i) && !has_figure(claim, i);
    if ((!event && (!heavy || claim.speakers[i] != Speaker::company)) || posting_has(claim, token)) continue;
    return verdicts.violation("company", claim.words(i, i), "the posting speaks of no such thing");
  }
}

/// Whether the posting says that something isn't so, and has a word of the claim's beside it.
bool denies_alike(const FactClaim& claim) {
  const FactText& posting = claim.index->posting().facts;
  const WordLists& speakers = WordLists::speakers(posting.language);
  for (std::size_t i = 0; i < posting.tokens.size(); ++i) {
    if (speakers.match("negation", posting.tokens, i) == 0) continue;
    for (std::size_t k = i > 6 ? i - 6 : 0; k < std::min(i + 8, posting.tokens.size()); ++k) {
      const bool shared = is_telling(posting.tokens[k]) &&
                          std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                                      [&](const Token& token) { return token.stem == posting.tokens[k].stem; });
      if (shared) return true;
    }
  }
  return false;
}

/// "You have never had a data breach": that the company had none of something is in the posting.
void check_absences(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& speakers = WordLists::speakers(claim.facts.language);
  if (claim.index->posting().facts.language != claim.facts.language) return;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (lists().match("never", tokens, i) == 0) continue;
    std::size_t subject = i;
    while (subject > 0 && i - subject < 5 && !claim.boundaries[subject] &&
           speakers.match("company", tokens, subject) == 0 && speakers.match("candidate", tokens, subject) == 0)
      --subject;
    if (speakers.match("company", tokens, subject) > 0 && !denies_alike(claim))
      return verdicts.violation("company", claim.words(subject, i), "the posting doesn't say that there was none");
  }
}

/// Whether a word ends as participles do in German, French or Spanish.
bool looks_like_participle(const std::string& language, const std::string& word) {
  const auto ends = [&](std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return word.ends_with(ending); });
  };
  if (word.size() < 5) return false;
  if (language == "es") return ends({"ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas"});
  if (language == "fr") return ends({"e", "ee", "es", "ees", "i", "ie", "is", "ies", "u", "ue", "us", "ues"});
  return language == "de" && word.find("ge") <= 4 && ends({"t", "en"});
}

/// "recibió el sello por haber terminado el paso a LED", "Ihre Werkstatt hat ... gewonnen": what the company has done,
/// in a verb that the posting hasn't.
void check_perfect(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const std::string& language = claim.facts.language;
  if (language == "en" || claim.index->posting().facts.language != language) return;
  const FactSource& posting = claim.index->posting();
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr std::string_view to_me[] = {"m", "me", "mich", "mir", "nous", "nos", "uns"};
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    // "m'ont appris", "hat mich beeindruckt": done to the applicant
    const bool own = std::any_of(std::begin(to_me), std::end(to_me), [&](std::string_view me) {
      return tokens[i - 1].folded == me || (i + 1 < tokens.size() && tokens[i + 1].folded == me);
    });
    if (!told[i] || own || lists().match("has_done", tokens, i) == 0) continue;
    const std::size_t reach = language == "de" ? 12 : 3;  // German sets the participle at the end
    for (std::size_t k = i + 1; k < std::min(i + reach, tokens.size()) && !tokens[k - 1].ends_sentence; ++k) {
      const Token& token = tokens[k];
      if (!told[k] || claim.boundaries[k]) break;
      if (token.capital || !looks_like_participle(language, token.folded) || is_stop_word(token.folded) ||
          lists().match("of_letters", tokens, k) > 0)
        continue;
      const bool known = posting.words.contains(token.folded) ||
                         std::any_of(posting.stems.begin(), posting.stems.end(), [&](const std::string& stem) {
                           return EnglishWords::same_root(stem, token.stem);
                         });
      if (!known) return verdicts.violation("company", claim.words(i, k), "the posting doesn't say that it has");
      break;
    }
  }
}

/// "avec", or "et" before an article: what follows is a thing, and no deed such as "et vous remercie".
bool adds_thing(const std::string& word, const std::string& next) {
  constexpr std::string_view with[] = {"mit", "samt", "avec", "con"};
  constexpr std::string_view joining[] = {"y", "et", "und"};
  constexpr std::string_view articles[] = {"un", "une", "des", "una", "ein", "eine", "einen", "einem", "einer"};
  const auto is_one_of = [](const auto& words, const std::string& one) {
    return std::find(std::begin(words), std::end(words), one) != std::end(words);
  };
  return is_one_of(with, word) || (is_one_of(joining, word) && is_one_of(articles, next));
}

/// "avec sa terrasse sur les remparts": in German, French and Spanish a phrase of two nouns that is added with "with",
/// and neither document has a word of it.
void check_added_phrases(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const std::string& language = claim.facts.language;
  if ((language != "de" && language != "fr" && language != "es") || claim.index->posting().facts.language != language)
    return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i + 2 < tokens.size(); ++i) {
    if (!told[i] || !adds_thing(tokens[i].folded, tokens[i + 1].folded)) continue;
    std::size_t unknown = 0;
    bool known = false;
    std::size_t k = i + 1;
    for (; k < std::min(i + 7, tokens.size()) && told[k]; ++k) {
      const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
      if (tokens[k - 1].ends_sentence || gap.find_first_of(",;:(") != std::string_view::npos ||
          tokens[k].folded == "me" || tokens[k].folded == "m" || tokens[k].folded == "mich")
        break;
      known = known || tokens[k].has_digit || tokens[k].number;
      const bool noun = tokens[k].folded.size() > 4 && !is_stop_word(tokens[k].folded) &&
                        (language != "de" || tokens[k].capital) && lists().match("of_letters", tokens, k) == 0;
      if (!noun) continue;
      const bool there = is_in(claim.index->posting(), tokens[k]) ||
                         std::any_of(claim.index->all().begin(), claim.index->all().end(),
                                     [&](const FactSource* source) { return is_in(*source, tokens[k]); });
      known = known || there;
      unknown += there ? 0 : 1;
    }
    if (unknown > 1 && !known)
      return verdicts.violation("company", claim.words(i, k - 1), "the posting speaks of no such thing");
  }
}

/// Whether a sentence of the posting has both words.
bool stand_together(const FactClaim& claim, const Token& one, const Token& other) {
  const FactText& text = claim.index->posting().facts;
  bool first = false;
  bool second = false;
  for (const Token& token : text.tokens) {
    first = first || token.stem == one.stem || token.folded == one.folded;
    second = second || token.stem == other.stem || token.folded == other.folded;
    if (first && second) return true;
    // "PostgreSQL: partitioning, replication" goes on.
    if (token.ends_sentence && text.text.substr(token.end, 1) != ":") first = second = false;
  }
  return false;
}

/// "a Hamburg pension fund": two telling words of the posting side by side, which it has in no sentence together.
void check_new_pairs(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.facts.language != "en" || claim.index->posting().facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSource& posting = claim.index->posting();
  const auto counts = [&](std::size_t i) {
    const Token& token = tokens[i];
    return claim.speakers[i] == Speaker::company && is_telling(token) && token.folded.size() > 3 &&
           (posting.stems.contains(token.stem) || posting.words.contains(token.folded)) &&
           !EnglishWords::get().is_light(token.stem, token.folded) && WordLists::titles().list_of(tokens, i).empty();
  };
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].ends_sentence || tokens[i + 1].begin - tokens[i].end != 1 || !counts(i) || !counts(i + 1)) continue;
    if (!stand_together(claim, tokens[i], tokens[i + 1]))
      return verdicts.violation("company", claim.words(i, i + 1), "the posting doesn't join these two");
  }
}

}  // namespace

std::vector<bool> told_of_company(const FactClaim& claim) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& speakers = WordLists::speakers(claim.facts.language);
  std::vector<bool> told(tokens.size(), false);
  bool own = false;      // the applicant has been spoken of
  bool offered = false;  // something of the posting has
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool liking = i < 3 && lists().contains("attraction", tokens, i, std::min(i + 3, tokens.size()));
    own = own || (!liking && speakers.match("candidate", tokens, i) > 0 && tokens[i].folded != "me");
    const bool of_posting = is_telling(tokens[i]) && claim.index->posting().stems.contains(tokens[i].stem) &&
                            !claim.index->has_stem(tokens[i].stem);
    offered = offered || of_posting;
    const bool unsaid = claim.speakers[i] == Speaker::wish || claim.speakers[i] == Speaker::nobody;
    told[i] = claim.speakers[i] == Speaker::company || (unsaid && !own && offered);
  }
  return told;
}

void check_company_words(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  if (check_lately(claim, told, verdicts)) return;
  check_unknown_words(claim, told, verdicts);
  check_new_pairs(claim, verdicts);
  check_perfect(claim, told, verdicts);
  check_absences(claim, verdicts);
  check_added_phrases(claim, told, verdicts);
}

}  // namespace bespoke
