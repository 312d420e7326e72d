#include "apply/fact_claim.hpp"
#include "apply/fact_name_words.hpp"
#include "apply/fact_short_forms.hpp"

#include "apply/abbreviations.hpp"
#include "apply/embedded_file.hpp"
#include "apply/german_nouns.hpp"
#include "apply/quantity_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/text_fold.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

const Lexicon& known_names() {
  // Never destroyed, so that a thread may still read it while the process exits.
  static const auto& names = *new Lexicon(apply_file("data/names.txt"));
  return names;
}

class NameCheck {
 public:
  NameCheck(const FactClaim& claim, FactVerdicts& verdicts)
      : claim_(claim),
        verdicts_(verdicts),
        tokens_(claim.facts.tokens),
        scope_(claim.about_person ? claim.index->all() : claim.around),
        done_(tokens_.size(), false) {}

  void run() {
    for (const DateMention& date : claim_.facts.dates) mark(date.first, date.last - date.first + 1);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      // Degrees, languages and titles are other checks'.
      for (const WordLists* lists : {&WordLists::degrees(), &WordLists::tongues(), &WordLists::titles()}) {
        const std::string_view list = lists->list_of(tokens_, i);
        // "Advanced" and "Professional" are levels of languages, and of much else.
        if (lists == &WordLists::tongues() && !list.starts_with("tongue_") && list != "native") continue;
        if (!list.empty()) mark(i, lists->match(list, tokens_, i));
      }
    }
    for (const TermMatch& match : claim_.facts.skills) skill(match);
    for (const TermMatch& match : Lexicon::places().find(claim_.facts.text, tokens_)) place(match);
    for (const TermMatch& match : known_names().find(claim_.facts.text, tokens_)) known_name(match);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (!done_[i] && is_name(i) && !is_currency(tokens_[i].folded)) name(i);
    }
  }

 private:
  void mark(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) done_[i] = true;
  }

  void skill(const TermMatch& match) {
    mark(match.first, match.count);
    const std::string words = claim_.words(match.first, match.first + match.count - 1);
    // French "m'a" is no M&A.
    if (claim_.facts.language == "fr" &&
        (words.find('\'') != std::string::npos || words.find("\xE2\x80\x99") != std::string::npos))
      return;
    // A label in front of a bullet sorts it under a skill that the profile has.
    const FactSources& scope = in_label(match.first) ? claim_.index->all() : scope_;
    if (const FactSource* source = find_term(scope, *match.term)) {
      verdicts_.supported("skill", words, source->pointer);
      return;
    }
    // What isn't in the lexicon's words may still stand there in others ("audited" for "auditing").
    const FactSource* last = nullptr;
    bool all = true;
    for (std::size_t i = match.first; i < match.first + match.count; ++i) {
      last = find_word(scope_, tokens_[i]);
      all = all && last != nullptr;
    }
    if (all && last != nullptr) {
      verdicts_.supported("skill", words, last->pointer);
      return;
    }
    if (claim_.foreign && match.count == 1 && sounds_like(claim_, tokens_[match.first], scope_))
      return verdicts_.supported("skill", words, "transliterated");
    if (claim_.foreign && is_in_compound(claim_, match, scope_))
      return verdicts_.supported("skill", words, "translated");
    const bool in_posting = find_term({&claim_.index->posting()}, *match.term) != nullptr;
    if (excused(claim_, verdicts_, match.first, in_posting, "skill", words)) return;
    // Words of everyday work say little by themselves; borrowed from the posting, they are claimed to please.
    const bool everyday = match.term->topic.starts_with("everyday");
    if (everyday && match.count > 1) {
      // One of its words in the evidence will do: "adult education" of who taught adults.
      for (std::size_t i = match.first; i < match.first + match.count; ++i) {
        if (find_word(scope_, tokens_[i]) != nullptr)
          return verdicts_.supported("skill", words, find_word(scope_, tokens_[i])->pointer);
      }
    }
    if (everyday && (!in_posting || claim_.index->has_stem(tokens_[match.first].stem))) return;
    verdicts_.violation("skill", words,
                        in_posting ? fmt::format("\"{}\" is asked for by the posting and isn't in the evidence", words)
                                   : fmt::format("\"{}\" isn't in the evidence", words));
  }

  /// A country or city that the evidence may name in another language.
  void place(const TermMatch& match) {
    if (done_[match.first]) return;
    const Token& token = tokens_[match.first];
    if (token.script == Script::latin && !token.capital) return;
    if (match.count == 1 && token.folded.size() < 3 && !token.inner_capital) return;
    mark(match.first, match.count);
    const std::string words = claim_.words(match.first, match.first + match.count - 1);
    const auto names = [&](const FactSource& source) {
      for (const TermMatch& there : Lexicon::places().find(source.text, source.facts.tokens)) {
        if (there.term == match.term) return true;
      }
      return false;
    };
    const bool in_posting = names(claim_.index->posting());
    // Where the company is and where it goes to, the posting says.
    const bool of_company = claim_.letter && claim_.speakers[match.first] == Speaker::company && !in_posting;
    for (const FactSource* source : scope_) {
      if ((names(*source) || find_word({source}, token) != nullptr) && (!of_company || is_quoted(*source)))
        return verdicts_.supported("name", words, source->pointer);
    }
    if (harmless_place(match.first, in_posting, words) ||
        excused(claim_, verdicts_, match.first, in_posting, "name", words))
      return;
    verdicts_.violation("name", words, fmt::format("\"{}\" isn't in the evidence", words));
  }

  /// A place of the posting that the applicant only speaks of: "colleagues in Hamburg", but not "worked in Hamburg".
  bool harmless_place(std::size_t i, bool in_posting, const std::string& words) {
    if (!claim_.letter || !in_posting || i == 0) return false;
    constexpr auto before = std::to_array<std::string_view>(
        {"in",      "to",   "near", "around",  "nach",     "aus",  "a",   "en",    "from",   "and",
         "und",     "et",   "y",    "between", "zwischen", "of",   "e",   "entre", "across", "throughout",
         "through", "with", "uber", "durch",   "mit",      "avec", "con", "into",  "for",    "via"});
    const std::string_view gap = claim_.facts.text.substr(tokens_[i - 1].end, tokens_[i].begin - tokens_[i - 1].end);
    // "certified in X and Y" joins what the applicant claims, however small the words before it.
    constexpr auto joining =
        std::to_array<std::string_view>({"and", "und", "et", "y", "e", "with", "mit", "avec", "con", "via"});
    // "to Oak Brook": the words of a name before this one
    while (i > 1 && claim_.speakers[i] != Speaker::person && tokens_[i - 1].capital &&
           find_word({&claim_.index->posting()}, tokens_[i - 1]) != nullptr)
      --i;
    const bool place = Lexicon::places().term(words) != nullptr;
    if (!place && claim_.speakers[i] == Speaker::person &&
        (claim_.facts.language == "es"
             ? claim_.says_i
             : WordLists::speakers(claim_.facts.language).contains("candidate", tokens_, 0, i)) &&
        std::find(joining.begin(), joining.end(), tokens_[i - 1].folded) != joining.end())
      return false;
    if (!place && std::find(before.begin(), before.end(), tokens_[i - 1].folded) == before.end() &&
        gap.find(',') == std::string_view::npos)
      return false;
    constexpr auto past = std::to_array<std::string_view>(
        {"worked", "lived",    "studied", "led",        "managed",   "built",    "ran",  "was",
         "were",   "been",     "spent",   "gearbeitet", "gelebt",    "studiert", "war",  "travaille",
         "vecu",   "trabaje",  "vivi",    "worked",     "delivered", "supplied", "sold", "opened",
         "toured", "geleitet", "dirige",  "dirigi",     "years",     "jahre",    "ans",  "anos"});
    for (std::size_t k = 0; k < i; ++k) {
      if (std::find(past.begin(), past.end(), tokens_[k].folded) != past.end()) return false;
    }
    verdicts_.supported("name", words, "posting");
    return true;
  }

  /// Whether a letter repeats a source of the profile, whoever the sentence speaks to.
  bool is_quoted(const FactSource& source) const {
    return std::count_if(tokens_.begin(), tokens_.end(), [&](const Token& token) {
             return token.folded.size() > 3 && source.stems.contains(token.stem);
           }) > 3;
  }

  void known_name(const TermMatch& match) {
    if (done_[match.first]) return;
    const std::string words = claim_.words(match.first, match.first + match.count - 1);
    // "apple", "meta" and "orange" are words too.
    if (match.count == 1 && tokens_[match.first].script == Script::latin && !tokens_[match.first].capital &&
        !tokens_[match.first].inner_capital) {
      return;
    }
    mark(match.first, match.count);
    const FactSource* source = nullptr;
    for (const FactSource* candidate : scope_) {
      bool all = true;
      for (std::size_t i = match.first; i < match.first + match.count; ++i)
        all = all && find_word({candidate}, tokens_[i]) != nullptr;
      if (all && source == nullptr) source = candidate;
    }
    if (source != nullptr) return verdicts_.supported("name", words, source->pointer);
    const bool in_posting = find_word({&claim_.index->posting()}, tokens_[match.first]) != nullptr;
    if (excused(claim_, verdicts_, match.first, in_posting, "name", words)) return;
    verdicts_.violation("name", words, fmt::format("\"{}\" isn't in the evidence", words));
  }

  /// Whether the token looks like a name in its language.
  bool is_name(std::size_t i) const {
    const Token& token = tokens_[i];
    // "OCT" is no month where it is written large among small words.
    const bool acronym = token.inner_capital && month_of(token.folded) > 0;
    if (token.number || is_quantity(i) || (!acronym && is_harmless_capital(token.folded))) return false;
    if (claim_.index->is_own_name(token.folded)) return false;
    const bool latin = token.script == Script::latin;
    const bool shape = token.inner_capital || (token.has_digit && !is_quantity(i));
    if (claim_.facts.language == "ar" || claim_.facts.language == "zh") {
      return latin && (shape || (token.capital && !is_stop_word(token.folded)));
    }
    if (!latin) return false;
    if (shape) return true;
    if (!token.capital) return false;
    if (is_stop_word(token.folded) && (token.sentence_start || claim_.facts.language == "de")) return false;
    if (claim_.facts.language == "de") {
      // A word of a German posting is rather one of its nouns.
      const bool noun_of_posting =
          claim_.index->posting().facts.language == "de" && claim_.index->posting().words.contains(token.folded) &&
          std::find(claim_.index->company().begin(), claim_.index->company().end(), token.folded) ==
              claim_.index->company().end();
      return (is_german_name(tokens_, i) || follows_kind_of_employer(claim_, i)) && !after_mark(i) && !noun_of_posting;
    }
    if (!token.sentence_start && !after_mark(i) && !in_label(i)) return !is_stop_word(token.folded);
    // At the start every word is capital; a name is told by the posting, which writes it large inside of a sentence.
    const std::string& language = claim_.facts.language;
    const bool verb =
        language == "en" && i == 0 && !claim_.letter && WordLists::facts().contains("participation_kept", {token});
    return (language == "en" || language == "fr" || language == "es") && token.sentence_start && !verb &&
           is_name_of_posting(token);
  }

  bool is_name_of_posting(const Token& token) const {
    if (is_stop_word(token.folded) || claim_.index->has_word(token.folded)) return false;
    const std::vector<Token>& posting = claim_.index->posting().facts.tokens;
    const std::vector<std::size_t>& places = claim_.index->posting_places(token.folded);
    return !places.empty() && std::all_of(places.begin(), places.end(), [&](std::size_t k) {
      return posting[k].capital && !posting[k].sentence_start && k > 0 && !posting[k - 1].capital;
    });
  }

  bool is_quantity(std::size_t i) const {
    return std::any_of(claim_.facts.quantities.begin(), claim_.facts.quantities.end(),
                       [&](const Quantity& q) { return q.first <= i && i <= q.last; });
  }

  /// Whether the token belongs to a label in front of a bullet, which may be in title case: "Database Migration: ...".
  bool in_label(std::size_t i) const {
    for (std::size_t k = 0; k < std::min<std::size_t>(5, tokens_.size()); ++k) {
      if (k + 1 < tokens_.size() && claim_.facts.text.substr(tokens_[k].end, 1) == ":") return i <= k;
    }
    return false;
  }

  /// Whether an opening quote, bullet or dash stands right before: a capital may start there.
  bool after_mark(std::size_t i) const {
    if (i == 0) return true;
    const std::string_view gap = claim_.facts.text.substr(tokens_[i - 1].end, tokens_[i].begin - tokens_[i - 1].end);
    return gap.find('"') != std::string_view::npos || gap.find("\xE2\x80\x9C") != std::string_view::npos ||
           gap.find(':') != std::string_view::npos || gap.find("\xE2\x80\xA2") != std::string_view::npos ||
           gap.find('\n') != std::string_view::npos;
  }

  void name(std::size_t i) {
    const Token& token = tokens_[i];
    const std::string words = claim_.words(i, i);
    const FactSource* source = find_word(scope_, token);
    if (source == nullptr) source = find_initials(claim_, i, scope_);
    if (source == nullptr) source = Abbreviations::get().find(token, scope_);
    if (source == nullptr) source = find_contraction(claim_, token, scope_);
    if (source != nullptr) return verdicts_.supported("name", words, source->pointer);
    const bool company = claim_.letter && std::find(claim_.index->company().begin(), claim_.index->company().end(),
                                                    token.folded) != claim_.index->company().end();
    const bool in_posting = find_word({&claim_.index->posting()}, token) != nullptr;
    if (company) return verdicts_.supported("name", words, "posting");
    // "telc-Zertifikat": what it certifies has a check of its own.
    const bool of_certificate = std::any_of(scope_.begin(), scope_.end(),
                                            [](const FactSource* cited) { return cited->section == "certificates"; });
    if (of_certificate && !token.inner_capital && WordLists::facts().match("certified", tokens_, i) > 0)
      return verdicts_.supported("name", words, "certificates");
    if (claim_.foreign && is_subject_of_degree(claim_, i)) return verdicts_.supported("name", words, "subject");
    if (claim_.foreign && is_word_of_title(claim_, i)) return verdicts_.supported("name", words, "title");
    if (source == nullptr && sounds_like(claim_, token, scope_))
      return verdicts_.supported("name", words, "transliterated");
    if (harmless_place(i, in_posting, words)) return;
    if (claim_.letter && claim_.speakers[i] == Speaker::nobody && in_posting && !token.has_digit) {
      return verdicts_.supported("name", words, "posting");
    }
    if (excused(claim_, verdicts_, i, in_posting, "name", words)) return;
    verdicts_.violation("name", words,
                        in_posting ? fmt::format("\"{}\" stands in the posting and not in the evidence", words)
                                   : fmt::format("\"{}\" isn't in the evidence", words));
  }

  const FactClaim& claim_;
  FactVerdicts& verdicts_;
  const std::vector<Token>& tokens_;
  const FactSources& scope_;
  std::vector<bool> done_;
};

}  // namespace

void check_names(const FactClaim& claim, FactVerdicts& verdicts) {
  NameCheck(claim, verdicts).run();
}

}  // namespace bespoke
