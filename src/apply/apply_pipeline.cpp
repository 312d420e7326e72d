#include <bespoke/apply.hpp>

#include <bespoke/error.hpp>
#include <bespoke/time.hpp>

#include "apply/apply_result.hpp"
#include "apply/cv_phase.hpp"
#include "apply/json_access.hpp"
#include "apply/letter_phase.hpp"
#include "apply/profile.hpp"
#include "apply/tailoring.hpp"
#include "job/json_tree.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;

constexpr Millis keep_previews{3'600'000};
constexpr Millis keep_failed{7LL * 24 * 3'600'000};

/// What the phases share: constant once the pipeline is made.
struct Shared {
  ApplyOptions options;
  Prompts prompts;
  CvPhase cv{prompts};
  LetterPhase letter{prompts};

  explicit Shared(ApplyOptions given) : options(std::move(given)), prompts(options.prompts) {}
};

struct ApplyInput {
  json profile;  ///< null when `profile_id` names one
  std::string profile_id;
  json posting;
  json options;
};

ApplyInput read_input(const Json& text, bool has_source) {
  json input = to_json_tree(text);
  if (!input.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("input: expected an object with profile and posting, found {}", input.type_name()));
  }
  for (const auto& [name, value] : input.items()) {
    if (name != "profile" && name != "profile_id" && name != "posting" && name != "options") {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("input: /{}: there is no such member; there are profile, profile_id, posting, options", name));
    }
  }
  ApplyInput read;
  const auto member = [&](const char* name) { return input.contains(name) ? std::move(input[name]) : json(); };
  read.profile = member("profile");
  const json id = member("profile_id");
  read.posting = member("posting");
  read.options = member("options");
  if (read.profile.is_null() == id.is_null()) {
    throw Error(ErrorCode::invalid_argument, "input: give either profile, a JSON Resume, or profile_id");
  }
  if (!id.is_null()) {
    if (!id.is_string() || id.get<std::string>().empty()) {
      throw Error(ErrorCode::invalid_argument, "input: /profile_id: expected a string that isn't empty");
    }
    if (!has_source) {
      throw Error(ErrorCode::invalid_argument,
                  "input: /profile_id: this pipeline has no source of profiles; give the profile itself");
    }
    read.profile_id = id;
  }
  if (read.posting.is_null()) throw Error(ErrorCode::invalid_argument, "input: /posting is missing");
  return read;
}

void validate_input(const Json& text, bool has_source) {
  const ApplyInput input = read_input(text, has_source);
  if (input.profile_id.empty()) check_profile(input.profile);
  read_posting(input.posting);
  read_options(input.options);
}

bool has_source(const ApplyOptions& options) {
  return options.profile_source != nullptr || options.profile_request != nullptr;
}

/// Keeps a phase in sight for ApplyOptions::least_phase_time.
void linger(const PhaseContext& context, const ApplyOptions& options) {
  if (options.least_phase_time <= Millis(0)) return;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, context.stop_token(), options.least_phase_time, [] { return false; });
}

/// The output of load_profile.
Json loaded_profile(json profile, const ApplyOptions& options) {
  check_profile(profile);
  const Clock& clock = options.clock != nullptr ? *options.clock : system_clock();
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(clock.wall_now()));
  return from_json_tree(json{
      {"profile", std::move(profile)},
      {"today",
       {{"year", static_cast<int>(today.year())}, {"month", static_cast<int>(static_cast<unsigned>(today.month()))}}}});
}

Json load_profile(PhaseContext& context, const ApplyOptions& options) {
  linger(context, options);
  ApplyInput input = read_input(context.input(), has_source(options));
  if (!input.profile_id.empty()) {
    input.profile = to_json_tree(options.profile_source(input.profile_id, context.owner()));
  }
  return loaded_profile(std::move(input.profile), options);
}

/// Checks a profile that a source gives later, and hands on the output of load_profile.
class ProfileArrival final : public Completion {
 public:
  ProfileArrival(std::shared_ptr<const Shared> shared, std::shared_ptr<Completion> phase)
      : shared_(std::move(shared)), phase_(std::move(phase)) {}
  void finish(Json profile) override {
    try {
      phase_->finish(loaded_profile(to_json_tree(profile), shared_->options));
    } catch (...) {
      phase_->fail(std::current_exception());
    }
  }
  void fail(std::exception_ptr error) override { phase_->fail(std::move(error)); }

 private:
  const std::shared_ptr<const Shared> shared_;
  const std::shared_ptr<Completion> phase_;
};

PhaseWork load_profile_work(const std::shared_ptr<const Shared>& shared) {
  if (!shared->options.profile_request) {
    return [shared](PhaseContext& context) { return load_profile(context, shared->options); };
  }
  return AsyncWork{[shared](const std::shared_ptr<PhaseContext>& context,
                            const std::shared_ptr<Completion>& completion) {
    linger(*context, shared->options);
    ApplyInput input = read_input(context->input(), true);
    if (input.profile_id.empty()) {
      completion->finish(loaded_profile(std::move(input.profile), shared->options));
    } else {
      shared->options.profile_request(input.profile_id, context, std::make_shared<ProfileArrival>(shared, completion));
    }
  }};
}

Json init_tailoring(PhaseContext& context, const ApplyOptions& options) {
  linger(context, options);
  const ApplyInput input = read_input(context.input(), has_source(options));
  return from_json_tree(
      prepare_tailoring(to_json_tree(context.output("load_profile")), input.posting, read_options(input.options)));
}

Json render_preview(PhaseContext& context, const Shared& shared) {
  linger(context, shared.options);
  Tailoring tailoring(to_json_tree(context.output("load_profile")), to_json_tree(context.output("init_tailoring")));
  return from_json_tree(make_apply_result(tailoring, to_json_tree(context.output("generate_cv")),
                                          to_json_tree(context.output("generate_cover_letter")),
                                          shared.prompts.hashes()));
}

}  // namespace

Pipeline apply_pipeline(LlmClient& llm, ApplyOptions options) {
  const auto shared = std::make_shared<Shared>(std::move(options));
  const PhaseOptions repeatable{.repeatable = true};
  LlmWork cv = llm_phase(
      llm, [shared](PhaseContext& context) { return shared->cv.build(context); },
      [shared](PhaseContext& context, const LlmResponse& response, int) {
        return shared->cv.parse(context, response);
      });
  // The phase checks it itself, and asks again in words that a host may change.
  cv.check_schema = false;
  LlmWork letter = llm_phase(
      llm, [shared](PhaseContext& context) { return shared->letter.build(context); },
      [shared](PhaseContext& context, const LlmResponse& response, int) {
        return shared->letter.parse(context, response);
      });
  letter.expected_tokens = 450;
  return Pipeline("apply", 1)
      .phase({"load_profile", "Loading user profile...", 10, repeatable}, load_profile_work(shared))
      .phase({"init_tailoring", "Initializing CV tailoring engine...", 25, repeatable},
             [shared](PhaseContext& context) { return init_tailoring(context, shared->options); })
      .phase({"generate_cv", "Generating tailored CV with AI...", 50}, std::move(cv))
      .phase({"generate_cover_letter", "Generating cover letter...", 75}, std::move(letter))
      .phase({"render_preview", "Rendering preview...", 95, repeatable},
             [shared](PhaseContext& context) { return render_preview(context, *shared); })
      .done_label("Preview ready!")
      .keep(keep_previews, keep_failed)
      .validate([sourced = has_source(shared->options)](const Json& input) { validate_input(input, sourced); });
}

}  // namespace bespoke
