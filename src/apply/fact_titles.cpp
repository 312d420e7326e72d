#include "apply/fact_hits.hpp"
#include "apply/fact_lowered_titles.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& titles() {
  return WordLists::titles();
}

bool is_rank(std::string_view list) {
  return list.starts_with("rank_");
}

bool is_trade(std::string_view list) {
  return list.starts_with("trade_");
}

/// Whether a text says what the person is, rather than whom the person works with.
bool is_own_title(const FactSource& source) {
  return source.pointer.ends_with("/position") || source.pointer.ends_with("/label") ||
         source.pointer.find("/roles/") != std::string::npos || source.pointer.ends_with("/studyType") ||
         source.pointer == "/basics/summary" || source.section == "certificates";
}

/// The source that has a word of that list; with `own`, only where it is the person's own title.
const FactSource* find_list(const FactSources& sources, std::string_view list, bool own = false) {
  for (const FactSource* source : sources) {
    if (own && !is_own_title(*source)) {
      // "Practice supervisor for 9 student nurses" begins with what the person is.
      if (titles().match(list, source->facts.tokens, 0) == 0 && titles().match(list, source->facts.tokens, 1) == 0)
        continue;
      if (!source->facts.tokens.empty() && is_stop_word(source->facts.tokens.front().folded)) continue;
    }
    if (titles().contains(list, source->facts.tokens)) return source;
  }
  return nullptr;
}

/// "interpreter" of who interpreted: the one who does what the evidence says.
const FactSource* find_doing(const FactSources& sources, const Token& title, bool rank) {
  for (const FactSource* source : sources) {
    // "as chair" of who chaired
    if (rank && source->words.contains(title.folded + "ed")) return source;
    for (const Token& token : source->facts.tokens) {
      const std::size_t size = token.stem.size();
      if (!rank && token.folded != title.folded && size >= 5 && title.folded.size() > size &&
          title.folded.size() <= size + 4 && title.folded.starts_with(token.stem))
        return source;
    }
  }
  return nullptr;
}

/// "the COO", "with a senior developer": somebody else's title, which any text of the evidence may name.
bool behind_article(const FactClaim& claim, std::size_t i) {
  if (i == 0) return false;
  constexpr auto words =
      std::to_array<std::string_view>({"des",   "the", "our", "their", "his", "her",   "with",  "to",    "for", "by",
                                       "other", "der", "dem", "den",   "die", "einem", "einer", "einen", "le",  "la",
                                       "du",    "au",  "el",  "al",    "del", "s",     "un",    "una",   "une"});
  const auto is_one = [&](std::size_t k) {
    return std::find(words.begin(), words.end(), claim.facts.tokens[k].folded) != words.end();
  };
  // "...; a senior developer reviewed the code"
  if (!claim.letter && !claim.about_person) {
    std::size_t article = i - 1;
    while (article > 0 && !titles().list_of(claim.facts.tokens, article).empty()) --article;
    const std::string& word = claim.facts.tokens[article].folded;
    const bool indefinite = word == "a" || word == "an" || word == "ein" || word == "eine";
    if (indefinite && article > 0 && claim.facts.tokens[article - 1].folded != "as" &&
        claim.facts.tokens[article - 1].folded != "als")
      return true;
  }
  // Arabic: "on behalf of", "in place of".
  constexpr auto arabic =
      std::to_array<std::string_view>({"عن", "محل", "مع", "مكان", "من", "لدي", "بدل", "غياب", "الي"});
  if (std::find(arabic.begin(), arabic.end(), claim.facts.tokens[i - 1].folded) != arabic.end()) return true;
  if (is_one(i - 1)) return true;
  // "durch einen erfahrenen Entwickler", "from an experienced developer"
  constexpr auto agents =
      std::to_array<std::string_view>({"durch", "von", "mit", "by", "from", "with", "par", "por", "con", "avec"});
  for (std::size_t k = i > 7 ? i - 7 : 0; k < i; ++k) {
    // "With six years as a manager, I ..." speaks of the applicant.
    if (claim.letter && claim.facts.tokens[k].sentence_start) continue;
    if (std::find(agents.begin(), agents.end(), claim.facts.tokens[k].folded) != agents.end()) return true;
  }
  // "to the front office manager"
  constexpr auto ahead = std::to_array<std::string_view>(
      {"to", "with", "from", "of", "for", "fur", "pour", "por", "para", "al", "con", "an", "von", "mit", "avec", "au"});
  for (std::size_t k = i > 3 ? i - 3 : 1; k + 1 < i; ++k) {
    if (is_one(k) && std::find(ahead.begin(), ahead.end(), claim.facts.tokens[k - 1].folded) != ahead.end())
      return true;
  }
  // "When the warehouse manager is on leave": of a letter's own title it says "as the".
  if (i > 2 && claim.facts.language == "en" && claim.facts.tokens[i - 2].folded == "the" &&
      !is_stop_word(claim.facts.tokens[i - 1].folded)) {
    constexpr auto own = std::to_array<std::string_view>({"as", "am", "was", "being", "became", "become", "i'm"});
    if (std::find(own.begin(), own.end(), claim.facts.tokens[i - 3].folded) == own.end()) return true;
  }
  return i > 1 &&
         (claim.facts.tokens[i - 1].folded == "a" || claim.facts.tokens[i - 1].folded == "an" ||
          !titles().list_of(claim.facts.tokens, i - 1).empty()) &&
         is_one(i - 2);
}

FactSources scope_of(const FactClaim& claim, std::size_t token, bool rank) {
  // A trade belongs to the person, a rank to a job.
  if (!claim.letter) return claim.about_person || !rank ? claim.index->all() : claim.around;
  const FactEntry* place = claim.places[token];
  if (place == nullptr) return claim.index->all();
  FactSources sources;
  for (const FactEntry& entry : claim.index->entries()) {
    if (entry.name == place->name) sources.insert(sources.end(), entry.sources.begin(), entry.sources.end());
  }
  return sources;
}

/// "my ward manager", but not "my manager role"
bool is_own_boss(const std::vector<Token>& tokens, std::size_t i) {
  constexpr auto own = std::to_array<std::string_view>({"my", "mein", "meine", "meinem", "meiner", "mon", "ma", "mi"});
  constexpr auto roles =
      std::to_array<std::string_view>({"role", "position", "job", "post", "title", "years", "work", "rolle", "stelle"});
  const bool role = i + 1 < tokens.size() && std::find(roles.begin(), roles.end(), tokens[i + 1].folded) != roles.end();
  return !role && std::any_of(tokens.begin() + static_cast<std::ptrdiff_t>(i > 2 ? i - 2 : 0),
                              tokens.begin() + static_cast<std::ptrdiff_t>(i), [&](const Token& token) {
                                return std::find(own.begin(), own.end(), token.folded) != own.end();
                              });
}

/// Titles of others, which a text may name: "reported to the ward manager", "Dear hiring manager".
bool of_others(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (i > 0 && (tokens[i - 1].folded == "hiring" || tokens[i - 1].folded == "recruiting")) return true;
  if (claim.letter && is_own_boss(tokens, i)) return true;
  const std::size_t from = i > 4 ? i - 4 : 0;
  for (std::size_t k = from; k < i; ++k) {
    const std::string& word = tokens[k].folded;
    if (word == "reporting" || word == "reported" || word == "reports" || word == "report" || word == "under" ||
        word == "dear")
      return true;
  }
  return false;
}

/// "coach one new colleague": the word is a verb before what it is done to.
bool is_deed(const FactClaim& claim, std::size_t i, std::size_t length) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::size_t next = i + length;
  const bool leads = i == 0 && !claim.letter;  // "Coach an apprentice"
  if (claim.facts.language != "en" || length > 1 || (tokens[i].capital && !leads) || next >= tokens.size() ||
      tokens[i].ends_sentence)
    return false;
  constexpr auto objects = std::to_array<std::string_view>(
      {"a", "an", "the", "one", "our", "my", "their", "his", "her", "its", "new", "each", "every", "other"});
  const bool counted = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                   [&](const Quantity& quantity) { return quantity.first == next; });
  return counted || std::find(objects.begin(), objects.end(), tokens[next].folded) != objects.end();
}

/// Whether a number above one stands right before the title.
bool counted(const FactClaim& claim, std::size_t i) {
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& quantity) {
    return quantity.dimension == Dimension::count && quantity.value > 1 && !quantity.ordinal && quantity.last < i &&
           quantity.last + 3 > i;
  });
}

/// A source that has the token with the two behind it, or with the one before it.
const FactSource* find_row(const FactSources& sources, const std::vector<Token>& tokens, std::size_t i, bool rank) {
  for (const FactSource* source : sources) {
    const std::vector<Token>& there = source->facts.tokens;
    for (std::size_t k = 0; k < there.size(); ++k) {
      if (there[k].folded != tokens[i].folded) continue;
      // "deputy of the head of section": the head is another.
      if (rank && k > 1 &&
          (there[k - 1].folded == "du" || there[k - 1].folded == "the" || there[k - 1].folded == "del"))
        continue;
      if (i > 0 && k > 0 && tokens[i].begin - tokens[i - 1].end <= 1 && there[k - 1].folded == tokens[i - 1].folded &&
          !is_stop_word(tokens[i - 1].folded) &&
          (tokens[i].script != Script::han ||
           (k + 1 < there.size() && i + 1 < tokens.size() && there[k + 1].folded == tokens[i + 1].folded)))
        return source;
      if (k + 2 < there.size() && i + 2 < tokens.size() && there[k + 1].folded == tokens[i + 1].folded &&
          there[k + 2].folded == tokens[i + 2].folded)
        return source;
    }
  }
  return nullptr;
}

/// German titles in one word that no list can hold: "Bauleiter", "Elektromeister".
void check_compound(const FactClaim& claim, FactVerdicts& verdicts, std::size_t i) {
  const Token& token = claim.facts.tokens[i];
  if (claim.facts.language != "de" || !token.capital || (claim.letter && !claim.claimed(i)) || behind_article(claim, i))
    return;
  constexpr auto endings =
      std::to_array<std::string_view>({"leiter", "leiterin", "vorsteher", "vorsteherin", "verwalter", "verwalterin",
                                       "meister", "meisterin", "chef", "chefin", "direktor", "direktorin"});
  const bool title = std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return token.folded.size() > ending.size() + 1 && token.folded.ends_with(ending);
  });
  if (!title) return;
  const FactSources scope = scope_of(claim, i, true);
  for (const FactSource* source : scope) {
    if (is_own_title(*source) && source->words.contains(token.folded))
      return verdicts.supported("title", claim.words(i, i), source->pointer);
  }
  verdicts.violation("title", claim.words(i, i), "that is no title of the evidence");
}

}  // namespace

void check_titles(const FactClaim& claim, FactVerdicts& verdicts) {
  check_lowered(claim, verdicts);
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view list = titles().list_of(tokens, i);
    if (list.empty()) {
      check_compound(claim, verdicts, i);
      continue;
    }
    const std::size_t length = std::max<std::size_t>(1, titles().match(list, tokens, i));
    // "ingeniería" and "ingénierie" are fields.
    if (tokens[i].folded.ends_with("eria") || tokens[i].folded.ends_with("erie")) continue;
    const std::string words = claim.words(i, i + length - 1);
    // Several people aren't the applicant: "two directors", "zwei Junior-Entwickler".
    if (is_plural(tokens[i + length - 1], claim.facts.language) || counted(claim, i)) continue;
    if (of_others(claim, i) || is_deed(claim, i, length)) continue;
    // "the COO's chair" is a seat.
    if (list == "rank_chair" && i > 0 && tokens[i - 1].end - tokens[i - 1].begin > tokens[i - 1].folded.size())
      continue;
    // "two junior developers" are others.
    if (is_rank(list) && i + length < tokens.size() && is_trade(titles().list_of(tokens, i + length)) &&
        is_plural(tokens[i + length], claim.facts.language)) {
      continue;
    }
    // "lead" and "head" are verbs too; as titles they stand before a trade, or behind "as", "team" and the like.
    if (list == "rank_lead" && length == 1 && tokens[i].folded == "lead") {
      const bool title =
          (i + 1 < tokens.size() && is_trade(titles().list_of(tokens, i + 1))) ||
          (i > 0 && (tokens[i - 1].folded == "as" || tokens[i - 1].folded == "tech" || tokens[i - 1].folded == "team" ||
                     tokens[i - 1].folded == "technical" || tokens[i - 1].folded == "shift")) ||
          (tokens[i].capital && !tokens[i].sentence_start);
      if (!title) continue;
    }
    if (claim.letter && !claim.claimed(i)) {
      i += length - 1;
      continue;
    }
    const FactSources scope = scope_of(claim, i, is_rank(list));
    const bool others = behind_article(claim, i);
    // A text that begins with a trade says that the person is one.
    const bool heads =
        i == 0 && is_trade(list) && !claim.letter && !claim.foreign && !claim.about_person && tokens[i].capital;
    // Ranks make a person more than before; trades are told from any text ("Registered Nurse" of a certificate).
    const FactSource* source = find_list(scope, list, (is_rank(list) || heads) && !others);
    // The lists are coarse; the words themselves may stand in the evidence.
    if (source == nullptr && (others || is_trade(list))) {
      for (const FactSource* candidate : scope) {
        bool all = true;
        for (std::size_t k = i; k < i + length; ++k) all = all && candidate->words.contains(tokens[k].folded);
        if (source == nullptr && all && !heads) source = candidate;
      }
    }
    if (source == nullptr && claim.letter && claim.speakers[i] == Speaker::nobody &&
        find_list({&claim.index->posting()}, list) != nullptr) {
      source = &claim.index->posting();
    }
    if (source == nullptr && !claim.about_person)
      source = find_doing(claim.letter ? scope : claim.cited, tokens[i + length - 1], is_rank(list));
    // The same words in a row, such as the name of a prize or of a course of study.
    if (source == nullptr) source = find_row(claim.letter ? scope : claim.cited, tokens, i, is_rank(list) && !others);
    // Whom the person stands in for goes by any name in another language.
    if (source == nullptr && others && claim.foreign && !claim.letter && claim.cited.size() == 1) {
      const std::vector<Token>& cited = claim.cited.front()->facts.tokens;
      if (WordLists::facts().contains("participation", cited) || WordLists::facts().contains("stand_in", cited))
        source = claim.cited.front();
    }
    // "die Leiterin der Backstube" is the Backstubenleiterin.
    if (source == nullptr && others && claim.facts.language == "de" && !claim.foreign) {
      for (const FactSource* candidate : scope) {
        const bool ends = std::any_of(candidate->words.begin(), candidate->words.end(), [&](const std::string& word) {
          return word.size() > tokens[i].folded.size() + 3 && word.ends_with(tokens[i].folded);
        });
        if (source == nullptr && ends) source = candidate;
      }
    }
    // "with the head sommelier" of the "chef sommelier": with whom the evidence speaks of by a title, too.
    if (source == nullptr && others && claim.foreign && !claim.letter) {
      for (const FactSource* candidate : claim.cited) {
        const bool names =
            candidate->pointer.find("/highlights/") != std::string::npos && keeps_part(candidate->facts.tokens);
        if (source == nullptr && names) source = candidate;
      }
    }
    // Somebody else's rank goes by other names in another language.
    if (source == nullptr && others && claim.foreign && is_rank(list)) {
      for (const FactSource* candidate : scope) {
        for (std::size_t k = 0; source == nullptr && k < candidate->facts.tokens.size(); ++k) {
          if (is_rank(titles().list_of(candidate->facts.tokens, k))) source = candidate;
        }
      }
    }
    std::string missing;
    if (source == nullptr) {
      if (is_rank(list) || claim.places[i] != nullptr || !claim.letter ||
          find_list(claim.index->all(), list) == nullptr) {
        verdicts.violation("title", words, fmt::format("\"{}\" is no title of the evidence", words));
      }
    } else if (!others && is_trade(list) && i < 3 && (!claim.letter || claim.places[i] != nullptr) &&
               only_trainee(claim, list, claim.letter ? scope : claim.around)) {
      verdicts.violation("title", words, "the evidence says trainee or intern of that time");
    } else if (!others && qualifies_dropped(claim, i, scope, list, missing)) {
      verdicts.violation("title", words, fmt::format("the evidence says \"{}\" of that title", missing));
    } else {
      verdicts.supported("title", words, source->pointer);
    }
    i += length - 1;
  }
}

}  // namespace bespoke
