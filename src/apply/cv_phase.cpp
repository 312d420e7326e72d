#include "apply/cv_phase.hpp"

#include <bespoke/error.hpp>

#include "apply/fact_report.hpp"
#include "apply/json_access.hpp"
#include "apply/letter_checks.hpp"
#include "apply/schema_check.hpp"
#include "apply/tailoring_request.hpp"
#include "apply/text_fold.hpp"
#include "apply/usage_json.hpp"
#include "job/json_tree.hpp"
#include "llm/json_members.hpp"
#include "llm/model_json.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;

Tailoring read_tailoring(PhaseContext& context) {
  return {to_json_tree(context.output("load_profile")), to_json_tree(context.output("init_tailoring"))};
}

/// The answer as JSON that follows the schema; otherwise `problems` says what is wrong with it.
std::optional<json> read_answer(const std::string& text, std::string& problems) {
  std::optional<json> answer = parse_model_json(text);
  if (!answer) {
    problems = "it is not JSON";
    return std::nullopt;
  }
  if (!answer->is_object() || !answer->contains("operations") || !answer->at("operations").is_array()) {
    problems = "it is no object with a list called operations";
    return std::nullopt;
  }
  const std::vector<SchemaError> errors = check_schema(*answer, "schemas/cv_edits.json");
  for (const SchemaError& error : errors) problems += (problems.empty() ? "" : "; ") + to_string(error);
  if (!errors.empty()) return std::nullopt;
  return answer;
}

/// What the asks so far have given.
struct Progress {
  enum class Stage : std::uint8_t { first, reask, repair };
  Stage stage = Stage::first;    ///< what the ask that is answered now was for
  json changes = json::array();  ///< good ones
  json refused = json::array();
  json checks = json::array();
  json pending = json::array();  ///< changes whose text says too much, with their checks
  Usage usage;
};

/// What new texts of a CV are judged by.
struct Judges {
  FactGuard guard;
  LetterChecks style;

  explicit Judges(const Tailoring& tailoring)
      : guard(tailoring.profile, tailoring.posting, tailoring.today), style(tailoring.profile, tailoring.posting) {}

  std::vector<FactCheck> check(const CvChange& change) const {
    if (change.op != "rewrite" && change.op != "set_summary") return {};
    std::vector<FactCheck> checks = guard.check_cv(change.after, change.evidence);
    for (const LetterFault& fault : style.check(change.after)) {
      // Worn phrases are a letter's; a CV may say "team player" if it must.
      if (fault.kind == "worn_phrase") continue;
      checks.push_back({fault.kind, fault.text, false, {}, fault.note});
    }
    return checks;
  }
};

/// Puts contact data back, and keeps of the model's own words only what may be shown: reasons without addresses, and
/// keywords that are the posting's.
void clean(CvChange& change, const Tailoring& tailoring, const LetterChecks& style) {
  constexpr std::size_t longest_reason = 240;
  std::size_t invisible = 0;
  if (change.op != "reorder") change.after = strip_invisible(tailoring.mask.unmask(change.after), invisible);
  change.reason = strip_invisible(tailoring.mask.unmask(change.reason), invisible);
  if (change.reason.size() > longest_reason || !style.check(change.reason).empty()) change.reason.clear();
  std::erase_if(change.keywords, [&](const std::string& keyword) {
    return std::none_of(tailoring.keywords.begin(), tailoring.keywords.end(),
                        [&](const Keyword& known) { return known.text == keyword; });
  });
}

json finish(Progress& progress) {
  int reverted = 0;
  for (const json& pending : progress.pending) {
    ++reverted;
    for (json check : pending.at("checks")) {
      if (string_member(check, "verdict") == "violation") check["action"] = "reverted";
      progress.checks.push_back(std::move(check));
    }
    const json& change = pending.at("change");
    progress.refused.push_back({{"op", change.at("op")},
                                {"target", change.at("target")},
                                {"code", "unsupported_fact"},
                                {"message", "the new text says more than its evidence; the old text stays"}});
  }
  int number = 0;
  for (json& change : progress.changes) change["id"] = fmt::format("c{}", ++number);
  return {{"changes", progress.changes},
          {"refused", progress.refused},
          {"checks", progress.checks},
          {"reverted", reverted},
          {"usage", usage_json(progress.usage)}};
}

/// Takes the corrected texts of a repair; whatever is still wrong stays pending.
void take_repair(Progress& progress, const std::vector<CvChange>& changes, const Judges& judges) {
  for (const CvChange& change : changes) {
    const auto pending = std::find_if(progress.pending.begin(), progress.pending.end(), [&](const json& entry) {
      return entry.at("change").at("target") == change.target;
    });
    if (pending == progress.pending.end()) continue;
    const std::vector<FactCheck> checks = judges.check(change);
    if (has_violation(checks)) continue;
    for (json check : pending->at("checks")) {
      if (string_member(check, "verdict") != "violation") continue;
      check["action"] = "repaired";
      progress.checks.push_back(std::move(check));
    }
    add_checks(progress.checks, "cv", change.target, checks, "kept");
    progress.changes.push_back(to_json(change));
    progress.pending.erase(pending);
  }
}

/// What follows from an answer.
struct Next {
  std::optional<std::string> words;  ///< to ask again with; none: the phase has all that it can get
};

/// Takes one answer into `progress`.
Next take(const LlmResponse& response, Progress& progress, const Tailoring& tailoring, const Judges& judges,
          const Prompts& prompts) {
  using Stage = Progress::Stage;
  progress.usage += response.usage;
  std::string problems;
  const std::optional<json> answer = read_answer(response.text, problems);
  if (!answer) {
    if (progress.stage == Stage::repair) return {};
    if (progress.stage == Stage::first) {
      progress.stage = Stage::reask;
      return {prompts.with_problems("cv_reask", problems)};
    }
    throw Error(
        ErrorCode::llm_bad_output,
        fmt::format("generate_cv: the model's answer couldn't be used, nor could its second try: {}", problems));
  }

  CheckedOperations checked = check_operations(read_operations(*answer), tailoring.items);
  for (CvChange& change : checked.changes) clean(change, tailoring, judges.style);
  if (progress.stage == Stage::repair) {
    take_repair(progress, checked.changes, judges);
    return {};
  }

  for (const Refusal& refusal : checked.refused) progress.refused.push_back(to_json(refusal));
  std::string violations;
  for (const CvChange& change : checked.changes) {
    const std::vector<FactCheck> checks = judges.check(change);
    if (has_violation(checks)) {
      json list = json::array();
      add_checks(list, "cv", change.target, checks, "");
      progress.pending.push_back({{"change", to_json(change)}, {"checks", std::move(list)}});
      violations +=
          fmt::format("{} ({}):\n{}", change.target, change.op, tailoring.mask.mask(describe_violations(checks)));
    } else {
      add_checks(progress.checks, "cv", change.target, checks, "kept");
      progress.changes.push_back(to_json(change));
    }
  }
  if (violations.empty()) return {};
  progress.stage = Stage::repair;
  return {prompts.with_problems("cv_repair", violations)};
}

}  // namespace

LlmRequest CvPhase::build(PhaseContext& context) const {
  Tailoring tailoring = read_tailoring(context);
  LlmRequest request = make_cv_request(tailoring, prompts_, request_nonce(context));
  request.owner = context.owner();
  return request;
}

std::variant<Json, LlmRequest> CvPhase::parse(PhaseContext& context, const LlmResponse& response) const {
  Tailoring tailoring = read_tailoring(context);
  const Judges judges(tailoring);
  Progress progress;
  // What the answers before gave follows from them: nothing is kept between two asks but the answers themselves.
  for (const LlmResponse& earlier : context.earlier_answers()) take(earlier, progress, tailoring, judges, prompts_);
  const Next next = take(response, progress, tailoring, judges, prompts_);
  if (!next.words) return from_json_tree(finish(progress));
  LlmRequest request = make_cv_request(tailoring, prompts_, request_nonce(context));
  request.owner = context.owner();
  return ask_again(std::move(request), response.text, *next.words);
}

}  // namespace bespoke
