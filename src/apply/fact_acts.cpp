#include "apply/fact_hits.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// Whether the text is drawn from a project of the person's, with what it is: who has no other part in it made it.
bool cites_own_project(const FactClaim& claim) {
  return std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
    if (source->section != "projects" || !source->pointer.ends_with("/description")) return false;
    const FactEntry* entry = claim.index->entry(source->entry);
    return entry != nullptr && std::none_of(entry->sources.begin(), entry->sources.end(), [](const FactSource* one) {
             return one->pointer.find("/roles/") != std::string::npos || took_part(*one);
           });
  });
}

/// Acts that need a right or a result, such as approving or publishing: the evidence has them, or their like.
void check_rights(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  constexpr std::pair<std::string_view, std::string_view> acts[] = {
      {"act_approve", "act_approve_support"}, {"act_negotiate", "act_negotiate_support"},
      {"act_hire", "act_hire_support"},       {"act_diagnose", "act_diagnose_support"},
      {"act_publish", "act_publish_support"}, {"act_raise", "act_raise_support"},
      {"act_prevent", "act_prevent_support"}, {"act_improve", "act_improve_support"},
      {"act_create", "act_create_support"},   {"rescue", "rescue_support"}};
  const FactSources& sources = claim.about_person ? claim.index->all() : claim.cited;
  for (const auto& [act, support] : acts) {
    for (const Hit& hit : claimed_hits(claim, act)) {
      if (any_contains(sources, support) || (act == "act_create" && cites_own_project(claim))) break;
      verdicts.violation("part", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of no such act");
      break;
    }
  }
}

/// "Built the apprenticeship programme" of who trained an apprentice: what is founded is in the evidence.
void check_institutions(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSources& sources = claim.about_person ? claim.index->all() : claim.around;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (lists().match("institution", tokens, i) == 0) continue;
    const std::size_t from = i > 6 ? i - 6 : 0;
    if (!lists().contains("act_found", tokens, from, i) || any_contains(sources, "institution")) continue;
    const bool known = std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
      return std::any_of(source->stems.begin(), source->stems.end(),
                         [&](const std::string& stem) { return EnglishWords::get().alike(stem, tokens[i].stem); });
    });
    if (!known) return verdicts.violation("part", claim.words(i, i), "the evidence speaks of nothing founded");
  }
}

/// "..., lifting win rates across the team": what an added clause says came of it is in the evidence.
void check_results(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSources& sources = claim.about_person ? claim.index->all() : claim.around;
  const auto gap_before = [&](std::size_t k) {
    return claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
  };
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const std::size_t length = lists().match("result_verb", tokens, i);
    const bool added = gap_before(i).find(',') != std::string_view::npos || tokens[i - 1].folded == "thereby" ||
                       tokens[i].folded == "thereby" || tokens[i].folded == "thus";
    if (length == 0 || !added) continue;
    std::size_t telling = 0;
    bool known = false;
    std::size_t end = i + length;
    for (; end < tokens.size(); ++end) {
      if (tokens[end - 1].ends_sentence || gap_before(end).find_first_of(",;:()") != std::string_view::npos) break;
      if (tokens[end].has_digit) known = true;
      if (is_stop_word(tokens[end].folded)) continue;
      ++telling;
      known = known || std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
                return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
                  return EnglishWords::get().alike(stem, tokens[end].stem);
                });
              });
    }
    for (const Quantity& quantity : claim.facts.quantities)
      known = known || (i <= quantity.first && quantity.last < end);
    if (telling > 0 && !known)
      return verdicts.violation("claim", claim.words(i, end - 1), "the evidence doesn't say that this came of it");
  }
}

/// "customer satisfaction clearly up": what rose or fell is in the evidence.
void check_outcomes(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr std::pair<std::string_view, std::string_view> measures[] = {{"accuracy", "accuracy_measure"},
                                                                        {"safety", "safety_measure"},
                                                                        {"quality", "quality_measure"},
                                                                        {"waiting", "waiting_measure"},
                                                                        {"availability", "availability_measure"},
                                                                        {"sales", "sales_measure"},
                                                                        {"costs", "costs_measure"},
                                                                        {"output", "output_measure"},
                                                                        {"attainment", "attainment_measure"}};
  const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  for (const Hit& hit : claimed_hits(claim, "outcome")) {
    if (claim.letter && claim.speakers[hit.at] != Speaker::person) continue;
    const std::size_t from = hit.at > 4 ? hit.at - 4 : 0;
    if (!lists().contains("rises", tokens, from, std::min(hit.at + hit.count + 4, tokens.size()))) continue;
    const Token& thing = tokens[hit.at + hit.count - 1];
    const bool known = std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
      return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
        return stem == thing.stem || EnglishWords::get().alike(stem, thing.stem);
      });
    });
    const bool measured = std::any_of(std::begin(measures), std::end(measures), [&](const auto& pair) {
      return lists().match(pair.first, tokens, hit.at) > 0 && any_contains(sources, pair.second);
    });
    if (!known && !measured)
      return verdicts.violation("claim", claim.words(hit.at, hit.at + hit.count - 1),
                                "the evidence doesn't speak of it");
  }
}

}  // namespace

void check_acts(const FactClaim& claim, FactVerdicts& verdicts) {
  check_rights(claim, verdicts);
  check_institutions(claim, verdicts);
  check_results(claim, verdicts);
  check_outcomes(claim, verdicts);
}

}  // namespace bespoke
