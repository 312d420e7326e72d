#include "simulation/promise_ledger.hpp"

#include <bespoke/model_chain.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bespoke::testing {
namespace {

constexpr int models_in_chain = 3;

/// A model of its own name at the place of another.
class NamedModel final : public LlmClient {
 public:
  NamedModel(LlmClient& model, std::string name) : model_(model), name_(std::move(name)) {}
  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override {
    return model_.start(request, std::move(sink));
  }
  std::string name() const override { return name_; }

 private:
  LlmClient& model_;
  const std::string name_;
};

std::string name(const JobId& id) {
  return "job " + id.to_string().substr(24);
}

const PhaseRecord* phase_of(const Job& job, const std::string& phase) {
  for (const PhaseRecord& record : job.phases) {
    if (record.name == phase) return &record;
  }
  return nullptr;
}

/// Whether what a phase needs only while it runs is still there.
bool leaves_something(JobStore& store, const JobId& id, const PhaseRecord& phase) {
  const std::vector<Payload> calls = store.payloads(id, PayloadKind::call);
  if (std::any_of(calls.begin(), calls.end(),
                  [&](const Payload& call) { return call.name.starts_with(phase.name + "/"); }))
    return true;
  for (int attempt = 1; attempt <= phase.attempts; ++attempt) {
    if (!store.text(id, phase.name, attempt, 0).empty()) return true;
  }
  return false;
}

}  // namespace

void PromiseLedger::phase_begins(simulation::Host& host, const PhaseContext& context, bool repeatable) {
  if (!broken_.empty()) return;
  const PhaseKey key(context.job_id(), context.phase());
  const auto known = known_.find(context.job_id());
  if (finished_.contains(key) && !repeatable) {
    broken_ = fmt::format("promise 2: phase {} of {} began on host {} although its checkpoint is durable",
                          context.phase(), name(context.job_id()), host.number());
  } else if (known == known_.end() && !gone_.contains(context.job_id())) {
    broken_ = fmt::format("promise 1: phase {} of {} began although the job is not stored", context.phase(),
                          name(context.job_id()));
  } else if (known != known_.end() && !repeatable) {
    // What has effects outside may begin only under a durable lease of this phase or a later owner's.
    const Job& job = known->second.job;
    const PhaseRecord* phase = phase_of(job, context.phase());
    if (phase == nullptr || phase->attempts < context.attempt()) {
      broken_ = fmt::format("promise 1: attempt {} of phase {} of {} began before it was stored", context.attempt(),
                            context.phase(), name(context.job_id()));
    }
  }
}

std::string PromiseLedger::check_mutation(const JobRecord* before, const Mutation& mutation, int host) {
  if (!broken_.empty()) return broken_;
  const auto broken = [&](int promise, const std::string& what) {
    return fmt::format("promise {}: {} ({} of {})", promise, what, to_string(mutation.kind), name(mutation.id));
  };
  if (mutation.kind == MutationKind::remove || mutation.kind == MutationKind::purge) {
    if (before != nullptr && !is_terminal(before->job.state)) return broken(6, "a job that has not ended was purged");
    known_.erase(mutation.id);
    gone_.insert(mutation.id);
    return "";
  }
  const JobRecord& after = *mutation.record;
  if (before != nullptr) {
    if (after.job.percent < before->job.percent) {
      return broken(4, fmt::format("percent fell from {} to {}", before->job.percent, after.job.percent));
    }
    if (after.control.epoch < before->control.epoch) return broken(3, "the epoch fell");
    if (is_terminal(before->job.state) && after.job.state != JobState::queued) return broken(6, "an ended job changed");
    const bool by_owner = mutation.kind == MutationKind::checkpoint || mutation.kind == MutationKind::progress ||
                          mutation.kind == MutationKind::wait ||
                          (mutation.kind == MutationKind::release && !is_terminal(before->job.state));
    if (by_owner && before->job.state != JobState::running)
      return broken(3, "a write of an attempt that has ended was taken");
    if (by_owner) {
      const auto owner = host_of_runner_.find(before->control.runner);
      if (owner != host_of_runner_.end() && owner->second != host) {
        return broken(3, fmt::format("host {} wrote under the lease of host {}", host, owner->second));
      }
      if (after.control.epoch != before->control.epoch) return broken(3, "a write with an old epoch was taken");
    }
    for (const PhaseRecord& phase : before->job.phases) {
      const PhaseRecord* now = phase_of(after.job, phase.name);
      if (now == nullptr) return broken(5, "the history lost phase " + phase.name);
      if (now->attempts < phase.attempts) return broken(5, "the history lost attempts of phase " + phase.name);
      if (phase.state == PhaseState::succeeded && now->state != PhaseState::succeeded) {
        return broken(2, "finished phase " + phase.name + " is not finished any more");
      }
    }
    if (mutation.kind == MutationKind::release && after.job.attempts_used > before->job.attempts_used) {
      return broken(10, "closing cost an attempt");
    }
    const bool taken_over = mutation.kind == MutationKind::claim && before->job.state == JobState::running;
    if (taken_over && after.job.attempts_used > before->job.attempts_used)
      return broken(10, "a take-over cost an attempt");
  }
  for (const auto& dropped : mutation.drop) {
    if (dropped.first != PayloadKind::call) continue;
    std::erase_if(journaled_, [&](const std::pair<PhaseKey, int>& answer) {
      return answer.first.first == mutation.id && dropped.second == answer.first.second + "/*";
    });
  }
  if (before != nullptr && before->control.model_index > after.control.model_index &&
      before->job.state == JobState::running) {
    return broken(12, "a job went back to a model that it had given up");
  }
  if (after.job.state == JobState::failed && after.job.pipeline == "chained" &&
      after.control.model_index + 1 < models_in_chain) {
    const ErrorCode code = after.job.error ? after.job.error->code : ErrorCode::internal;
    if (code == ErrorCode::rate_limited || code == ErrorCode::llm_unavailable || code == ErrorCode::llm_rejected) {
      return broken(12, "a job failed although its chain has another model");
    }
  }
  if (mutation.kind == MutationKind::claim) {
    host_of_runner_[after.control.runner] = host;
    if (after.job.state == JobState::running && after.control.takeovers > RunnerOptions{}.max_takeovers)
      return broken(6, fmt::format("taken over {} times within one phase", after.control.takeovers));
  }
  for (const Payload& payload : mutation.put) {
    if (payload.kind == PayloadKind::checkpoint) finished_.emplace(mutation.id, payload.name);
    if (payload.kind == PayloadKind::call) {
      const auto slash = payload.name.find('/');
      const std::pair<PhaseKey, int> key({mutation.id, payload.name.substr(0, slash)},
                                         std::stoi(payload.name.substr(slash + 1)));
      const bool answered = payload.body.find("\"answered\"") != std::string::npos;
      if (answered) journaled_.insert(key);
      if (!answered && journaled_.contains(key)) return broken(2, "a committed answer is asked for again");
    }
  }
  if (after.job.state == JobState::failed || after.job.state == JobState::cancelled) {
    if (!after.job.error || after.job.error->message.empty() || after.job.error->phase.empty()) {
      return broken(6, "a job ended without an error that names its phase");
    }
  }
  if (after.job.state == JobState::succeeded) {
    for (const PhaseRecord& phase : after.job.phases) {
      if (phase.state != PhaseState::succeeded) return broken(6, "a job succeeded without phase " + phase.name);
    }
  }
  const auto known = known_.find(mutation.id);
  if (known != known_.end() && before == nullptr) return broken(1, "a stored job was gone");
  known_[mutation.id] = after;
  return broken_;
}

std::string PromiseLedger::check(simulation::World& world) {
  if (!broken_.empty()) return broken_;
  for (const JobId& id : world.acknowledged()) {
    if (gone_.contains(id)) continue;
    const auto stored = world.store().get(id);
    if (!stored) return fmt::format("promise 1: {} was told to be stored, and is not", name(id));
    if (stored->job.state != JobState::succeeded) continue;
    for (const PhaseRecord& phase : stored->job.phases) {
      if (leaves_something(world.store(), id, phase))
        return fmt::format("phase {} of {} has finished, and its calls or text are still stored", phase.name, name(id));
    }
  }
  return "";
}

simulation::Options promise_options(std::uint64_t seed, PromiseLedger& ledger) {
  using simulation::Host;
  static constexpr Millis for_ever(365LL * 24 * 3'600'000);
  simulation::Options options;
  options.seed = seed;
  options.signals = {"approved"};
  options.runner.max_jobs = 8;

  options.pipelines = [&ledger](Host& host) {
    PhaseOptions cheap;
    cheap.repeatable = true;
    PhaseOptions limited;
    limited.timeout = Millis(60'000);
    PhaseOptions asking;
    asking.retry.max_attempts = 6;
    const auto work = [&ledger, &host](bool repeatable) {
      return BlockingWork([&ledger, &host, repeatable](PhaseContext& c) -> Json {
        ledger.phase_begins(host, c, repeatable);
        c.progress(0.5);
        return c.phase();
      });
    };
    const auto build = [&ledger, &host](PhaseContext& c) {
      ledger.phase_begins(host, c, true);
      LlmRequest request;
      request.messages = {{"user", c.phase() + c.input().text()}};
      return request;
    };
    const auto parse = [](PhaseContext&, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
      // Every third answer needs a repair, decided by the answer itself.
      if (ask == 0 && answer.text.back() % 3 == 0) {
        LlmRequest request;
        request.messages = {{"user", "repair " + answer.text}};
        return request;
      }
      return Json(answer.text);
    };
    AsyncWork async{[&ledger, &host](std::shared_ptr<PhaseContext> c, std::shared_ptr<Completion> completion) {
      ledger.phase_begins(host, *c, false);
      host.later(Millis(static_cast<std::int64_t>(host.random().next() % 3000)), [c, completion] {
        c->stream("a word from the host");
        completion->finish(c->phase());
      });
      // The host answers twice now and then.
      if (host.random().next() % 4 == 0) {
        host.later(Millis(static_cast<std::int64_t>(host.random().next() % 9000)),
                   [completion] { completion->finish("again"); });
      }
    }};

    std::vector<std::shared_ptr<LlmClient>> models;
    for (int i = 0; i < models_in_chain; ++i)
      models.push_back(std::make_shared<NamedModel>(host.llm(), fmt::format("simulated:{}", i)));
    const auto chain = std::make_shared<ModelChain>(std::move(models));
    PhaseOptions briefly = asking;
    briefly.retry.max_attempts = 2;
    // The pipeline holds its chain by one of its functions.
    const auto build_for_chain = [build, chain](PhaseContext& c) { return build(c); };

    std::vector<Pipeline> pipelines;
    pipelines.push_back(Pipeline("chained", 1)
                            .phase({"load", "L", 10, limited}, work(false))
                            .phase({"cv", "C", 50, briefly}, llm_phase(*chain, build_for_chain, parse))
                            .phase({"letter", "W", 75, briefly}, llm_phase(*chain, build_for_chain, parse))
                            .keep(for_ever, for_ever));
    pipelines.push_back(Pipeline("usual", 1)
                            .phase({"load", "L", 10, cheap}, work(true))
                            .phase({"init", "I", 25, cheap}, work(true))
                            .phase({"cv", "C", 50, asking}, llm_phase(host.llm(), build, parse))
                            .phase({"letter", "W", 75, asking}, llm_phase(host.llm(), build, parse))
                            .phase({"render", "R", 95, cheap}, work(true))
                            .keep(for_ever, for_ever));
    pipelines.push_back(Pipeline("effects", 1)
                            .phase({"one", "1", 10, limited}, work(false))
                            .phase({"two", "2", 40, limited}, async)
                            .phase({"three", "3", 80, limited}, work(false))
                            .keep(for_ever, for_ever));
    pipelines.push_back(Pipeline("approval", 1)
                            .phase({"draft", "D", 10, limited}, work(false))
                            .phase({"approve", "A", 40}, wait_for_signal("approved"))
                            .phase({"send", "S", 80, limited}, work(false))
                            .keep(for_ever, for_ever));
    pipelines.push_back(Pipeline("deadly", 1)
                            .phase({"kill", "K", 10, cheap},
                                   [&host](PhaseContext&) -> Json {
                                     host.kill();
                                     return 1;
                                   })
                            .phase({"never", "N", 50, cheap}, work(true))
                            .keep(for_ever, for_ever));
    // Two versions live side by side: jobs of the newer one wait for a host that has it.
    if (host.number() == 0) {
      pipelines.push_back(Pipeline("grown", 1)
                              .phase({"a", "A", 10, limited}, work(false))
                              .phase({"c", "C", 60, limited}, work(false))
                              .keep(for_ever, for_ever));
    } else {
      pipelines.push_back(Pipeline("grown", 2)
                              .phase({"a", "A", 10, limited}, work(false))
                              .phase({"b", "B", 30, limited}, work(false))
                              .phase({"c", "C", 60, limited}, work(false))
                              .keep(for_ever, for_ever));
    }
    return pipelines;
  };
  options.submit = [](std::uint64_t n) {
    constexpr const char* names[] = {"usual", "chained", "usual",   "effects", "approval",
                                     "grown", "chained", "effects", "deadly",  "usual"};
    SubmitRequest request;
    request.pipeline = names[n % 10];
    request.input = static_cast<std::int64_t>(n);
    request.owner = n % 2 == 0 ? "ada" : "bob";
    return request;
  };
  options.check = [&ledger](simulation::World& world) { return ledger.check(world); };
  options.check_mutation = [&ledger](const JobRecord* before, const Mutation& mutation, int host) {
    return ledger.check_mutation(before, mutation, host);
  };
  return options;
}

}  // namespace bespoke::testing
