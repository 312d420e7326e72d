#include "apply/cv_phase.hpp"

#include <bespoke/error.hpp>
#include <bespoke/json.hpp>

#include "apply/fact_report.hpp"
#include "apply/json_access.hpp"
#include "apply/letter_checks.hpp"
#include "apply/model_json.hpp"
#include "apply/schema_check.hpp"
#include "apply/tailoring_request.hpp"
#include "apply/text_fold.hpp"
#include "apply/usage_json.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace bespoke {
namespace {

using nlohmann::json;

Tailoring read_tailoring(PhaseContext& context) {
  return {to_nlohmann(context.output("load_profile")), to_nlohmann(context.output("init_tailoring"))};
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
  std::string stage;             ///< "", "reask" or "repair": what the ask that is answered now was for
  json changes = json::array();  ///< good ones
  json refused = json::array();
  json checks = json::array();
  json pending = json::array();  ///< changes whose text says too much, with their checks
  Usage usage;

  static Progress from_json(const json& state) {
    Progress progress;
    if (!state.is_object()) return progress;
    progress.stage = state.at("stage");
    progress.changes = state.at("changes");
    progress.refused = state.at("refused");
    progress.checks = state.at("checks");
    progress.pending = state.at("pending");
    progress.usage = usage_from_json(state.at("usage"));
    return progress;
  }

  json to_json() const {
    return {{"stage", stage},   {"changes", changes}, {"refused", refused},
            {"checks", checks}, {"pending", pending}, {"usage", usage_json(usage)}};
  }
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
      if (check.at("verdict") == "violation") check["action"] = "reverted";
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
      if (check.at("verdict") != "violation") continue;
      check["action"] = "repaired";
      progress.checks.push_back(std::move(check));
    }
    add_checks(progress.checks, "cv", change.target, checks, "kept");
    progress.changes.push_back(to_json(change));
    progress.pending.erase(pending);
  }
}

}  // namespace

LlmRequest CvPhase::build(PhaseContext& context) const {
  Tailoring tailoring = read_tailoring(context);
  LlmRequest request = make_cv_request(tailoring, prompts_, request_nonce(context));
  request.owner = context.owner();
  return request;
}

std::variant<Json, LlmRequest> CvPhase::parse(PhaseContext& context, const LlmResponse& response, int ask) {
  Tailoring tailoring = read_tailoring(context);
  Progress progress = Progress::from_json(ask == 0 ? json() : memory_.take(context));
  progress.usage += response.usage;

  const auto again = [&](std::string stage, const std::string& words) {
    LlmRequest request = make_cv_request(tailoring, prompts_, request_nonce(context));
    request.owner = context.owner();
    progress.stage = std::move(stage);
    memory_.put(context, progress.to_json());
    return ask_again(std::move(request), response.text, words);
  };

  std::string problems;
  const std::optional<json> answer = read_answer(response.text, problems);
  if (!answer) {
    if (progress.stage == "repair") return from_nlohmann(finish(progress));
    if (progress.stage.empty() && ask == 0) return again("reask", prompts_.with_problems("cv_reask", problems));
    throw Error(
        ErrorCode::llm_bad_output,
        fmt::format("generate_cv: the model's answer couldn't be used, nor could its second try: {}", problems));
  }

  CheckedOperations checked = check_operations(read_operations(*answer), tailoring.items);
  const Judges judges(tailoring);
  for (CvChange& change : checked.changes) clean(change, tailoring, judges.style);
  if (progress.stage == "repair") {
    take_repair(progress, checked.changes, judges);
    return from_nlohmann(finish(progress));
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
  if (!violations.empty() && ask < 2) return again("repair", prompts_.with_problems("cv_repair", violations));
  return from_nlohmann(finish(progress));
}

}  // namespace bespoke
