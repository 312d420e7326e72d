#include <bespoke/pipeline.hpp>

#include "job/pipeline_spec.hpp"

namespace bespoke {

LlmWork llm_phase(LlmClient& client, std::function<LlmRequest(PhaseContext&)> build,
                  std::function<std::variant<Json, LlmRequest>(PhaseContext&, const LlmResponse&, int ask)> parse) {
  LlmWork work;
  work.client = &client;
  work.build = std::move(build);
  work.parse = std::move(parse);
  return work;
}

SignalWork wait_for_signal(std::string name, Millis timeout) {
  return {std::move(name), timeout};
}

Pipeline::Pipeline(std::string name, int version) {
  spec_.name = std::move(name);
  spec_.version = version;
  check_pipeline_name(spec_);
}

Pipeline& Pipeline::phase(PhaseSpec spec, PhaseWork work) & {
  check_next_phase(spec_, spec);
  if (const auto* signal = std::get_if<SignalWork>(&work); signal && !is_name(signal->signal)) {
    throw Error(ErrorCode::invalid_argument,
                "phase \"" + spec.name + "\": a signal's name must be 1 to 64 of a-z, 0-9, _ and -");
  }
  spec_.phases.push_back(std::move(spec));
  work_.push_back(std::move(work));
  return *this;
}

Pipeline& Pipeline::done_label(std::string label) & {
  spec_.done_label = std::move(label);
  return *this;
}

Pipeline& Pipeline::keep(Millis succeeded_and_cancelled, Millis failed) & {
  spec_.keep_succeeded = succeeded_and_cancelled;
  spec_.keep_failed = failed;
  return *this;
}

Pipeline& Pipeline::on_old_version(VersionPolicy policy) & {
  spec_.old_version = policy;
  return *this;
}

Pipeline& Pipeline::validate(std::function<void(const Json& input)> check) & {
  validate_ = std::move(check);
  return *this;
}

Pipeline& Pipeline::result(std::function<Json(PhaseContext&)> make) & {
  result_ = std::move(make);
  return *this;
}

}  // namespace bespoke
