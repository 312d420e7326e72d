#include "apply/fact_looking_back.hpp"
#include "apply/fact_places.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>

namespace bespoke {
namespace {

bool find_boundary(const FactClaim& claim, std::size_t i) {
  // Between token i - 1 and token i.
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::string_view gap = claim.facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
  if (gap.find(';') != std::string_view::npos || gap.find(':') != std::string_view::npos ||
      gap.find("\xE2\x80\x94") != std::string_view::npos || gap.find(" \xE2\x80\x93 ") != std::string_view::npos ||
      gap.find("\xEF\xBC\x9B") != std::string_view::npos) {
    return true;
  }
  const std::string& word = tokens[i].folded;
  const bool but = word == "but" || word == "however" || word == "though" || word == "although" || word == "while" ||
                   word == "whereas" || word == "aber" || word == "doch" || word == "jedoch" || word == "mais" ||
                   word == "pero" || word == "aunque" || word == "لكن" || word == "但";
  if (but) return true;
  const bool comma = gap.find(',') != std::string_view::npos || gap.find("\xEF\xBC\x8C") != std::string_view::npos ||
                     gap.find("\xD8\x8C") != std::string_view::npos;
  if (!comma) return false;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  if (lists.match("candidate", tokens, i) > 0 || lists.match("company", tokens, i) > 0) return true;
  if (word == "sodass" || word == "weil" || word == "denn" || word == "because") return true;
  if (word != "and" && word != "so" && word != "und" && word != "et" && word != "y") return false;
  // "..., und nun möchte ich"
  const std::size_t reach = claim.facts.language == "de" ? 4 : 2;
  for (std::size_t k = i + 1; k < std::min(i + reach, tokens.size()); ++k) {
    if (lists.match("candidate", tokens, k) > 0 || lists.match("company", tokens, k) > 0) return true;
  }
  return false;
}

bool starts_clause(const FactClaim& claim, std::size_t i) {
  return claim.boundaries[i];
}

/// Spanish says "I" by the ending of its verb: "Negocio con", "Dirigí un". Told at the start of a sentence alone, where
/// a noun hardly stands without an article.
bool starts_with_spanish_i(const FactClaim& claim) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.facts.language != "es" || tokens.size() < 2 || is_stop_word(tokens.front().folded) ||
      tokens.front().folded.size() < 5)
    return false;
  const std::string first = claim.words(0, 0);
  return first.ends_with('o') || first.ends_with("\xC3\xA9") || first.ends_with("\xC3\xAD");
}

/// "programo la mesa", "أنسق": a verb that says "I" by its ending alone, told by a bullet of the profile that begins
/// with it, or in Spanish by its accent.
bool is_verb_of_applicant(const FactClaim& claim, std::size_t i) {
  const std::string& language = claim.facts.language;
  const Token& token = claim.facts.tokens[i];
  if (language != "es" && language != "ar") return false;
  constexpr std::string_view ahead[] = {"un",   "el",   "su",  "mi",      "del",     "al",    "de",
                                        "cada", "este", "ese", "otro",    "nuestro", "en",    "con",
                                        "por",  "para", "sin", "segundo", "primer",  "tercer"};
  const bool noun =
      i > 0 && std::find(std::begin(ahead), std::end(ahead), claim.facts.tokens[i - 1].folded) != std::end(ahead);
  if (!claim.foreign && !noun && claim.index->begins_bullet(token.folded))
    return language == "ar" ||
           (token.folded.size() > 4 && std::string_view("oei").find(token.folded.back()) != std::string_view::npos);
  constexpr std::string_view others[] = {"tambien", "despues", "ademas", "porque", "aunque", "comite", "cafe", "bebe"};
  const std::string written = claim.words(i, i);
  return language == "es" && token.folded.size() > 4 &&
         (written.ends_with("\xC3\xA9") || written.ends_with("\xC3\xAD")) &&
         std::find(std::begin(others), std::end(others), token.folded) == std::end(others);
}

/// "wurde" and "konnte" tell what was; only "würde" and "könnte" wish, and folding hides which it is.
bool is_indicative(const FactClaim& claim, std::size_t i) {
  constexpr std::string_view forms[] = {"wurde", "wurden", "konnte", "konnten", "ware", "waren"};
  constexpr std::string_view umlauts[] = {"\xC3\xBC", "\xC3\xB6", "\xC3\xA4"};
  const std::string written = claim.words(i, i);
  return claim.facts.language == "de" &&
         std::find(std::begin(forms), std::end(forms), claim.facts.tokens[i].folded) != std::end(forms) &&
         std::none_of(std::begin(umlauts), std::end(umlauts),
                      [&](std::string_view umlaut) { return written.find(umlaut) != std::string::npos; });
}

/// "je commencerais", "me apuntaría": French and Spanish wish by the ending of the verb.
bool is_conditional(const FactClaim& claim, std::size_t i) {
  if (i == 0 || claim.facts.tokens[i].folded.size() < 7) return false;
  const std::string& before = claim.facts.tokens[i - 1].folded;
  constexpr std::string_view french[] = {"je", "j", "me", "m", "y", "en"};
  constexpr std::string_view spanish[] = {"me", "se", "lo", "la", "nos", "no", "que", "ya", "yo"};
  if (claim.facts.language == "fr")
    return claim.facts.tokens[i].folded.ends_with("rais") &&
           std::find(std::begin(french), std::end(french), before) != std::end(french);
  return claim.facts.language == "es" &&
         claim.words(i, i).ends_with(
             "r\xC3\xAD"
             "a") &&
         std::find(std::begin(spanish), std::end(spanish), before) != std::end(spanish);
}

/// Whether tokens from `begin` to before `end` wish for what follows, and don't claim it after all: "happy to say".
bool wishes(const FactClaim& claim, std::size_t begin, std::size_t end) {
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  const std::vector<Token>& tokens = claim.facts.tokens;
  bool wish = false;
  for (std::size_t i = begin; i < std::min(end, tokens.size()); ++i) {
    // "TVO Learn" is a name.
    const bool name = claim.facts.language == "en" && tokens[i].capital && !tokens[i].sentence_start;
    wish =
        wish || (lists.match("wish", tokens, i) > 0 && !name && !is_indicative(claim, i)) || is_conditional(claim, i);
  }
  return wish && !lists.contains("assertion", tokens, begin > 2 ? begin - 2 : 0, end);
}

/// Whether a clause begins with a word that names what somebody has: "with", "as", "after".
bool brings(const Token& token) {
  constexpr std::string_view words[] = {
      "with", "as",   "after", "having", "mit", "als", "nach",   "dank", "avec",  "en",   "apres",  "fort",  "forte",
      "con",  "como", "tras",  "bei",    "in",  "at",  "during", "chez", "since", "seit", "depuis", "desde", "through"};
  return std::find(std::begin(words), std::end(words), token.folded) != std::end(words);
}

/// Whether the applicant is named next, before the clause ends.
bool next_is_applicant(const FactClaim& claim, std::size_t i, const std::vector<int>& markers) {
  for (std::size_t k = i + 1; k < markers.size() && !starts_clause(claim, k); ++k) {
    if (markers[k] != 0) return markers[k] > 0;
  }
  return false;
}

Speaker speaker_of(const FactClaim& claim, std::size_t i, const std::vector<int>& markers) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  // Where the clause of the token starts.
  std::size_t clause = i;
  while (clause > 0 && !starts_clause(claim, clause)) --clause;
  bool negated = false;
  for (std::size_t k = clause; k <= i; ++k) {
    if (const std::size_t length = lists.match("not_negation", tokens, k); length > 0) {
      k += length - 1;
    } else if (lists.match("negation", tokens, k) > 0) {
      // "Beyond IV therapy I am confident with ..." adds to it.
      negated = negated || tokens[k].folded != "beyond" || !tokens[k].sentence_start;
    }
  }
  if (negated || denied_behind(claim, i)) return Speaker::denied;
  if (asked_behind(tokens, i, markers) && !claimed_behind(claim, i)) return Speaker::company;

  std::size_t marker = i + 1;
  for (std::size_t k = i + 1; k-- > 0;) {
    if (markers[k] != 0) {
      marker = k;
      break;
    }
  }
  if (marker > i) {
    // Nothing before: what comes first behind it in its clause decides.
    std::size_t end = i + 1;
    while (end < tokens.size() && !starts_clause(claim, end)) ++end;
    bool comma = false;
    for (std::size_t k = i + 1; k < end; ++k) {
      const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
      comma = comma || gap.find(',') != std::string_view::npos;
      if (markers[k] == 0) continue;
      if (markers[k] < 0) return claimed_behind(claim, i) ? Speaker::person : Speaker::company;
      if (wishes(claim, 0, i)) return Speaker::wish;
      // "Leading a crew of four would be a step up for me"; "with ten years of it I would like" claims the years.
      if (!brings(tokens[clause]) && wishes(claim, i + 1, end)) {
        const bool asked =
            claim.index->posting().words.contains(tokens[i].folded) || !tokens[i].capital || tokens[i].sentence_start;
        return asked ? Speaker::wish : Speaker::nobody;
      }
      if (is_familiar(claim, i)) return Speaker::person;
      // What stands before a comma or far from "I" is rather what the applicant speaks of.
      return !brings(tokens[clause]) && (comma || k > i + 5) ? Speaker::nobody : Speaker::person;
    }
    if (claimed_behind(claim, i)) return Speaker::person;
    // "As a certified welder, I ..."
    const bool years =
        brings(tokens[clause]) &&
        std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& quantity) {
          return quantity.first == clause + 1 && quantity.dimension == Dimension::time;
        });
    // "Infirmière depuis dix ans, je ..."
    const bool title = !WordLists::titles().list_of(tokens, clause).empty();
    if ((years || title || is_of_himself(tokens[clause])) && end < tokens.size() && markers[end] > 0 &&
        !wishes(claim, 0, i))
      return Speaker::person;
    return wishes(claim, 0, i) || wishes(claim, clause, end) ? Speaker::wish : Speaker::nobody;
  }
  // German puts the verb before the pronoun: "würde ich gern".
  if (claim.facts.language == "de") {
    // "... habe ich bearbeitet und traue mir gern zu": another verb begins behind "und".
    const auto joins_verb = [&](std::size_t k) {
      return tokens[k].folded == "und" && k + 1 < tokens.size() && !tokens[k + 1].capital && !tokens[k + 1].has_digit &&
             !is_stop_word(tokens[k + 1].folded);
    };
    std::size_t end = i + 1;
    while (end < tokens.size() && !starts_clause(claim, end) && !joins_verb(end)) ++end;
    if (wishes(claim, clause, end)) return Speaker::wish;
  }
  if (marker < clause) {
    // The pronoun stands in a clause before: what this one wishes for, it says anywhere.
    std::size_t end = i + 1;
    while (end < tokens.size() && !starts_clause(claim, end)) ++end;
    if (wishes(claim, clause, end)) return Speaker::wish;
  }
  if (markers[marker] > 0 && wishes(claim, marker, i)) return Speaker::wish;
  // "You want union experience: in 2022 I negotiated ..."
  if (marker < clause && markers[marker] < 0 && next_is_applicant(claim, i, markers))
    return wishes(claim, clause, i) ? Speaker::wish : Speaker::person;
  if (markers[marker] < 0) return claimed_behind(claim, i) ? Speaker::person : Speaker::company;
  return Speaker::person;
}

/// "Your unit is larger than mine": what the company is compared with says nothing new of the applicant.
bool is_compared(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr std::string_view own[] = {"mine", "ours", "meine", "meiner", "meines", "mien", "mienne", "mio", "mia"};
  constexpr std::string_view than[] = {"than", "as", "like", "from", "to", "als", "wie", "que", "comme", "como"};
  return i > 0 && std::find(std::begin(own), std::end(own), tokens[i].folded) != std::end(own) &&
         std::find(std::begin(than), std::end(than), tokens[i - 1].folded) != std::end(than) &&
         (i + 1 == tokens.size() || tokens[i].ends_sentence || claim.facts.text.substr(tokens[i].end, 1) != " ");
}

}  // namespace

void attribute(FactClaim& claim) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  claim.speakers.assign(tokens.size(), Speaker::person);
  claim.places.assign(tokens.size(), nullptr);
  if (!claim.letter) return;

  const WordLists& lists = WordLists::speakers(claim.facts.language);
  claim.boundaries.assign(tokens.size(), false);
  for (std::size_t i = 1; i < tokens.size(); ++i) claim.boundaries[i] = find_boundary(claim, i);
  std::vector<int> markers(tokens.size(), 0);  // 1: the applicant, -1: the company
  const std::vector<std::string>& company = claim.index->company();
  const auto telling = std::find_if(company.begin(), company.end(), [](const std::string& word) {
    return word.size() > 2 && !is_generic_name_word(word);
  });
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (const std::size_t length = lists.match("company", tokens, i); length > 0) {
      // German "sie" and "ihr" speak of others too; only the polite form is written large.
      const bool polite =
          tokens[i].folded != "sie" && !tokens[i].folded.starts_with("ihr") && tokens[i].folded != "position";
      if (polite || (tokens[i].capital && (!tokens[i].sentence_start || claim.facts.language == "de"))) {
        for (std::size_t k = i; k < i + length; ++k) markers[k] = -1;
      }
    } else if (is_compared(claim, i)) {
      continue;
    } else if (const std::size_t own =
                   std::max(lists.match("candidate", tokens, i), lists.match("familiar", tokens, i));
               own > 0) {
      for (std::size_t k = i; k < i + own; ++k) markers[k] = 1;
    } else if (is_verb_of_applicant(claim, i) || says_familiar_apart(claim, i)) {
      markers[i] = 1;
    }
    if (telling != company.end() && tokens[i].folded == *telling &&
        (tokens[i].capital || tokens[i].script != Script::latin))
      markers[i] = -1;
  }
  if (starts_with_spanish_i(claim) && markers.front() == 0) markers.front() = 1;
  claim.says_i = std::find(markers.begin(), markers.end(), 1) != markers.end();
  for (std::size_t i = 0; i < tokens.size(); ++i) claim.speakers[i] = speaker_of(claim, i, markers);

  find_places(claim);
}

void FactVerdicts::supported(std::string_view kind, std::string text, std::string evidence) {
  checks_.push_back({std::string(kind), std::move(text), true, {std::move(evidence)}, ""});
}

void FactVerdicts::violation(std::string_view kind, std::string text, std::string note) {
  checks_.push_back({std::string(kind), std::move(text), false, {}, std::move(note)});
}

}  // namespace bespoke
