#include "apply/fact_name_words.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace bespoke {
namespace {

class OrganisationCheck {
 public:
  OrganisationCheck(const FactClaim& claim, FactVerdicts& verdicts)
      : claim_(claim),
        verdicts_(verdicts),
        tokens_(claim.facts.tokens),
        scope_(claim.about_person ? claim.index->all() : claim.around) {}

  void run() {
    employer_of_posting();
    persons();
    organisations_without_capitals();
    german_houses();
  }

 private:
  /// "Inselspital", "Lindenklinik": houses whose names German writes in one word.
  void german_houses() {
    if (claim_.facts.language != "de") return;
    constexpr auto kinds = std::to_array<std::string_view>({"spital", "klinik", "klinikum", "krankenhaus", "gymnasium",
                                                            "hochschule", "universitat", "institut", "theater",
                                                            "verlag", "sparkasse", "bank", "akademie"});
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      const bool house = std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
        return token.folded.size() > kind.size() + 2 && token.folded.ends_with(kind);
      });
      if (!house || !token.capital || find_word(scope_, token) != nullptr || token.folded.ends_with("datenbank"))
        continue;
      const bool in_posting = find_word({&claim_.index->posting()}, token) != nullptr;
      if (excused(claim_, verdicts_, i, in_posting, "name", claim_.words(i, i))) continue;
      if (claim_.posting_counts(i) && in_posting) continue;
      verdicts_.violation("name", claim_.words(i, i), "that organisation isn't in the evidence");
    }
  }

  /// "Dear Ms Kesselbach": a person of that name, and not only a company.
  void persons() {
    constexpr auto honorifics = std::to_array<std::string_view>(
        {"mr",       "mrs",    "ms",  "miss",  "dr",     "prof", "professor", "herr", "herrn", "frau",
         "monsieur", "madame", "mme", "senor", "senora", "sr",   "sra",       "sir",  "السيد", "السيده"});
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (std::find(honorifics.begin(), honorifics.end(), tokens_[i].folded) == honorifics.end()) continue;
      if (!tokens_[i].capital && tokens_[i].script == Script::latin) continue;
      const Token& name = tokens_[i + 1];
      if (name.script == Script::latin && (!name.capital || is_harmless_capital(name.folded))) continue;
      if (claim_.index->is_own_name(name.folded) || is_person(claim_.index->posting(), name.folded)) continue;
      const bool in_profile = std::any_of(claim_.index->all().begin(), claim_.index->all().end(),
                                          [&](const FactSource* source) { return is_person(*source, name.folded); });
      if (!in_profile)
        verdicts_.violation("name", claim_.words(i, i + 1), "neither the profile nor the posting names that person");
    }
  }

  /// Whether a text has the word as a person's name: behind another capitalised word that isn't of the company.
  bool is_person(const FactSource& source, const std::string& name) const {
    const std::vector<Token>& tokens = source.facts.tokens;
    const std::vector<std::string>& company = claim_.index->company();
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      if (tokens[i].folded != name || !tokens[i - 1].capital || tokens[i - 1].ends_sentence) continue;
      if (std::find(company.begin(), company.end(), tokens[i - 1].folded) != company.end() ||
          is_stop_word(tokens[i - 1].folded))
        continue;
      // "Halden Cold Chain" goes on; "Karin Halden," doesn't.
      const bool goes_on = i + 1 < tokens.size() &&
                           std::find(company.begin(), company.end(), tokens[i + 1].folded) != company.end() &&
                           tokens[i + 1].folded != name;
      if (!goes_on) return true;
    }
    return false;
  }

  /// "I worked at <the company that is applied to>".
  void employer_of_posting() {
    const std::vector<std::string>& company = claim_.index->company();
    if (!claim_.letter || company.empty()) return;
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
      if (tokens_[i].folded != company.front() || !(tokens_[i].capital || tokens_[i].script != Script::latin)) continue;
      if (find_word(claim_.index->all(), tokens_[i]) != nullptr) continue;
      const std::string& before = tokens_[i - 1].folded;
      // "I grew Fernhill's newsletter"
      const bool possessive = tokens_[i].end - tokens_[i].begin > tokens_[i].folded.size();
      constexpr auto did = std::to_array<std::string_view>(
          {"grew", "built", "led", "ran", "wrote", "made", "took", "brought", "cut", "won", "held", "kept"});
      if (possessive && i > 1 && (before.ends_with("ed") || std::find(did.begin(), did.end(), before) != did.end()) &&
          WordLists::speakers(claim_.facts.language).contains("candidate", tokens_, 0, i) &&
          !WordLists::speakers(claim_.facts.language).contains("wish", tokens_, 0, i) && before != "interested") {
        verdicts_.violation("name", claim_.words(i, i), "the evidence has no work at that company");
        continue;
      }
      if (before != "at" && before != "for" && before != "bei" && before != "chez" && before != "en" &&
          before != "with")
        continue;
      constexpr auto past = std::to_array<std::string_view>(
          {"worked",    "served",  "spent",     "interned", "employed",   "was",       "led",        "managed",
           "built",     "years",   "tenure",    "intern",   "internship", "arbeitete", "gearbeitet", "war",
           "travaille", "trabaje", "trabajado", "joined",   "left",       "been"});
      bool wish = false;
      bool worked = false;
      for (std::size_t k = 0; k < i; ++k) {
        wish = wish || WordLists::speakers(claim_.facts.language).match("wish", tokens_, k) > 0;
        worked = worked || std::find(past.begin(), past.end(), tokens_[k].folded) != past.end();
      }
      if (worked && !wish && WordLists::speakers(claim_.facts.language).contains("candidate", tokens_, 0, i)) {
        verdicts_.violation("name", claim_.words(i, i), "the evidence has no work at that company");
      }
    }
  }

  /// Employers and schools in scripts that have no capitals: what stands beside "شركة" or before "公司".
  void organisations_without_capitals() {
    if (claim_.facts.language == "ar") {
      constexpr auto kinds =
          std::to_array<std::string_view>({"شركه", "بشركه", "لشركه", "جامعه", "بجامعه", "مؤسسه", "مجموعه", "مصنع",
                                           "مستشفي", "بنك", "مدرسه", "معهد", "اكاديميه", "وزاره", "هيئه"});
      for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
        std::string_view kind = tokens_[i].folded;
        // "and" is written with the next word.
        if (kind.starts_with("و") && kind.size() > 6) kind.remove_prefix(2);
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end() || tokens_[i].ends_sentence) continue;
        if (tokens_[i + 1].script != Script::arabic || is_stop_word(tokens_[i + 1].folded)) continue;
        organisation(i, i + 1);
      }
    } else if (claim_.facts.language == "zh") {
      // "在西门子工作"
      for (std::size_t i = 0; i + 4 < tokens_.size(); ++i) {
        if (tokens_[i].folded != "在") continue;
        std::size_t end = i + 1;
        while (end + 1 < tokens_.size() && end < i + 6 && tokens_[end].script == Script::han &&
               tokens_[end].folded + tokens_[end + 1].folded != "工作")
          ++end;
        if (end < i + 3 || end + 1 >= tokens_.size() || tokens_[end].folded + tokens_[end + 1].folded != "工作")
          continue;
        std::string name;
        for (std::size_t k = i + 1; k < end; ++k) name += tokens_[k].folded;
        bool known = claim_.index->posting().text.find(name) != std::string::npos;
        for (const FactSource* source : claim_.index->all())
          known = known || source->text.find(name) != std::string::npos;
        if (!known && claim_.claimed(i)) verdicts_.violation("name", name, "that organisation isn't in the evidence");
      }
      for (std::size_t i = 2; i + 1 < tokens_.size(); ++i) {
        const std::string pair = tokens_[i].folded + tokens_[i + 1].folded;
        if (pair != "公司" && pair != "集团" && pair != "大学" && pair != "银行" && pair != "医院" && pair != "学院")
          continue;
        if (tokens_[i - 1].script != Script::han || tokens_[i - 2].script != Script::han) continue;
        const std::string name = tokens_[i - 2].folded + tokens_[i - 1].folded;
        if (name == "贵司" || name == "家公" || name.find("贵") != std::string::npos ||
            name.find("该") != std::string::npos)
          continue;
        bool known = false;
        for (const FactSource* source : claim_.index->all())
          known = known || source->text.find(name) != std::string::npos;
        if (claim_.letter) known = known || claim_.index->posting().text.find(name) != std::string::npos;
        if (!known) verdicts_.violation("name", claim_.words(i - 2, i + 1), "that organisation isn't in the evidence");
      }
    }
  }

  void organisation(std::size_t kind, std::size_t name) {
    const std::string words = claim_.words(kind, name);
    if (const FactSource* source = find_word(scope_, tokens_[name]))
      return verdicts_.supported("name", words, source->pointer);
    const bool in_posting = find_word({&claim_.index->posting()}, tokens_[name]) != nullptr;
    if (excused(claim_, verdicts_, name, in_posting, "name", words)) return;
    verdicts_.violation("name", words, "that organisation isn't in the evidence");
  }

  const FactClaim& claim_;
  FactVerdicts& verdicts_;
  const std::vector<Token>& tokens_;
  const FactSources& scope_;
};

}  // namespace

void check_organisations(const FactClaim& claim, FactVerdicts& verdicts) {
  OrganisationCheck(claim, verdicts).run();
}

}  // namespace bespoke
