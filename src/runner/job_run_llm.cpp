#include "job/json_tree.hpp"
#include "runner/job_attempt.hpp"
#include "runner/job_run.hpp"

#include "job/job_json.hpp"
#include "runner/answer_schema.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// One entry of the call journal: the intent before a call is sent, and the answer once it is there.
struct JournalEntry {
  std::string hash;
  std::optional<LlmResponse> answer;
};

std::string journal_name(const std::string& phase, int ask) {
  return fmt::format("{}/{:03}", phase, ask);
}

std::string to_text(const JournalEntry& entry) {
  OrderedJsonTree tree = {{"hash", entry.hash}, {"state", entry.answer ? "answered" : "intent"}};
  if (entry.answer) {
    tree["answer"] = {{"text", entry.answer->text},
                      {"finish_reason", entry.answer->finish_reason},
                      {"model", entry.answer->model},
                      {"request_id", entry.answer->request_id},
                      {"usage", to_tree(entry.answer->usage)}};
  }
  return from_json_tree(tree).text();
}

JournalEntry journal_entry(const std::string& text) {
  try {
    const auto tree = JsonTree::parse(text);
    JournalEntry entry;
    entry.hash = tree.at("hash");
    if (tree.at("state").get_ref<const std::string&>() == "answered") {
      const auto& answer = tree.at("answer");
      entry.answer = LlmResponse{answer.at("text"), answer.at("finish_reason"), answer.at("model"),
                                 answer.at("request_id"), usage_from_tree(answer.at("usage"))};
    }
    return entry;
  } catch (const JsonTree::exception& error) {
    throw Error(ErrorCode::store_corrupt,
                fmt::format("an entry of the call journal is not as expected (JSON error {})", error.id));
  }
}

}  // namespace

/// Brings what a call says, on whatever thread, to the core.
class JobRun::LlmListener final : public LlmSink {
 public:
  LlmListener(std::weak_ptr<JobRun> run, const AttemptPtr& attempt, std::shared_ptr<Executor> loop)
      : run_(std::move(run)),
        attempt_(attempt),
        channel_(attempt->channel),
        ask_(attempt->ask),
        loop_(std::move(loop)) {}

  void delta(std::string_view text) override { channel_->add_text(text); }

  void done(LlmResponse response) override {
    post([response = std::move(response)](JobRun& run, const AttemptPtr& attempt) mutable {
      run.drain(attempt);
      run.answered(attempt, std::move(response), false);
    });
  }

  void error(LlmFailure failure) override {
    post([failure = std::move(failure)](JobRun& run, const AttemptPtr& attempt) {
      run.drain(attempt);
      run.refused(attempt, failure);
    });
  }

 private:
  /// The last word of a call: were it lost, the job would wait for it until its time is up.
  template <typename Function>
  void post(Function function) noexcept {
    try {
      loop_->post([run = run_, weak = attempt_, ask = ask_, function = std::move(function)]() mutable {
        const auto still = run.lock();
        const auto attempt = weak.lock();
        if (still && attempt && still->current(attempt) && attempt->calling && attempt->ask == ask)
          function(*still, attempt);
      });
    } catch (...) {
      loop_->break_down(std::current_exception());
    }
  }

  std::weak_ptr<JobRun> run_;
  std::weak_ptr<Attempt> attempt_;
  std::shared_ptr<AttemptChannel> channel_;
  int ask_;
  std::shared_ptr<Executor> loop_;
};

const LlmWork& JobRun::llm_work() const {
  return std::get<LlmWork>(pipeline_->pipeline.work()[phase_index()]);
}

/// The client whose turn it is in the chain of the job's own model, or of the phase's.
void JobRun::choose_model(const AttemptPtr& attempt) {
  const auto* work = std::get_if<LlmWork>(&pipeline_->pipeline.work()[phase_index()]);
  if (work == nullptr) return;
  LlmClient* client = work->client;
  if (!latest_.job.model.empty()) {
    if (LlmClient* named = owner_.model(latest_.job.model)) client = named;
  }
  const std::vector<LlmClient*> chain = client->chain();
  attempt->models = static_cast<int>(chain.size());
  attempt->client = chain[static_cast<std::size_t>(std::min(latest_.control.model_index, attempt->models - 1))];
  attempt->model = attempt->client->name();
}

void JobRun::run_llm(const AttemptPtr& attempt) {
  on_pool<LlmRequest>(
      attempt, [context = attempt->context, &work = llm_work()] { return work.build(*context); },
      [this, attempt](LlmRequest request) { ask(attempt, 0, std::move(request), {}, std::nullopt); });
}

/// Puts question `number` of this phase: from the journal when it has the answer, else with the intent made durable
/// first, as far as the budgets allow.
void JobRun::ask(const AttemptPtr& attempt, int number, LlmRequest request, Baggage baggage,
                 std::optional<Usage> usage_before) {
  attempt->ask = number;
  if (request.owner.empty()) request.owner = latest_.job.owner;
  attempt->request = std::move(request);
  const std::string hash = request_hash(attempt->request);
  try {
    if (const auto found = journal_.find(journal_name(attempt->phase, number)); found != journal_.end()) {
      JournalEntry entry = journal_entry(found->second);
      if (entry.hash == hash && entry.answer) {
        answered(attempt, std::move(*entry.answer), true);
        return;
      }
    }
  } catch (...) {
    fail_attempt(attempt, std::current_exception());
    return;
  }
  JobRecord record = latest_;
  if (usage_before) record.job.usage += *usage_before;
  auto kept = std::make_shared<Baggage>(std::move(baggage));
  owner_.allowance(record, [self = shared_from_this(), attempt, hash, kept, usage_before](
                               const Allowance& allowance, const std::exception_ptr& error) {
    if (!self->current(attempt)) return;
    if (error) {
      event::PhaseFailed failure;
      failure.error = describe(error, ErrorCode::store_unavailable);
      failure.usage = usage_before.value_or(Usage{});
      self->fail_attempt(attempt, std::move(failure), error, std::move(*kept));
    } else {
      self->intend(attempt, hash, std::move(*kept), usage_before, allowance);
    }
  });
}

/// Makes the intent of a call durable, with what is set aside for it, and sends it then.
void JobRun::intend(const AttemptPtr& attempt, const std::string& hash, Baggage baggage,
                    std::optional<Usage> usage_before, const Allowance& allowance) {
  attempt->reservation = reserve(allowance, attempt->request, owner_.prices().find(attempt->model), attempt->model);
  if (!attempt->reservation.refusal.empty()) {
    event::PhaseFailed failure;
    failure.error.code = ErrorCode::budget_exceeded;
    failure.error.message = attempt->reservation.refusal;
    failure.advice = LlmAdvice::fatal;
    failure.usage = usage_before.value_or(Usage{});
    fail_attempt(attempt, std::move(failure), nullptr, std::move(baggage));
    return;
  }
  const std::string name = journal_name(attempt->phase, attempt->ask);
  const std::string intent = to_text({hash, std::nullopt});
  journal_[name] = intent;
  baggage.put.push_back({PayloadKind::call, name, intent});
  const WallTime now = seams_.clock.wall_now();
  const Usage& reserved = attempt->reservation.usage;
  enqueue(usage_before ? pipeline_->machine.on(latest_, event::AskedAgain{*usage_before, reserved}, now)
                       : pipeline_->machine.on(latest_, event::CallSent{attempt->model, reserved}, now),
          std::move(baggage));
  if (usage_before) {  // a new attempt: what it streams begins anew
    attempt->number = latest_.job.attempt;
    attempt->text.clear();
    attempt->stored_text = 0;
    owner_.text_void(latest_);
  }
  after_durable([this, attempt] {
    if (current(attempt)) send(attempt);
  });
  flush();
}

Usage JobRun::usage_so_far(const AttemptPtr& attempt) const {
  Usage usage;
  if (!attempt->calling) return usage;
  usage.input_tokens = attempt->reservation.usage.input_tokens;
  usage.output_tokens = token_estimate(attempt->text.size());
  usage.certainty = UsageCertainty::estimated;
  return owner_.prices().priced(usage, attempt->model);
}

/// Ends a stream that has taken all that was set aside for it.
void JobRun::stop_beyond_budget(const AttemptPtr& attempt) {
  if (!current(attempt) || !attempt->calling || !attempt->reservation.cut ||
      token_estimate(attempt->text.size()) <= attempt->reservation.usage.output_tokens) {
    return;
  }
  event::PhaseFailed failure;
  failure.error.code = ErrorCode::budget_exceeded;
  failure.error.message = fmt::format(
      "the answer of {} was stopped after about {} tokens: the budget is used up. Resume the job with a larger budget",
      attempt->model, attempt->reservation.usage.output_tokens);
  failure.advice = LlmAdvice::fatal;
  failure.usage = usage_so_far(attempt);
  fail_attempt(attempt, std::move(failure), nullptr);
}

void JobRun::send(const AttemptPtr& attempt) {
  attempt->calling = true;
  attempt->active = seams_.clock.steady_now();
  auto listener = std::make_shared<LlmListener>(weak_from_this(), attempt, seams_.loop);
  auto call = std::make_shared<std::unique_ptr<LlmCall>>();
  // On the pool, since a client may work hard, or even answer, before `start` returns.
  on_pool<bool>(
      attempt,
      [client = attempt->client, request = attempt->request, listener, call] {
        *call = client->start(request, listener);
        return true;
      },
      [attempt, call](bool) {
        if (attempt->calling) attempt->call = std::move(*call);
      });
}

void JobRun::answered(const AttemptPtr& attempt, LlmResponse response, bool journaled) {
  attempt->calling = false;
  if (attempt->call) attempt->call.reset();
  attempt->active = seams_.clock.steady_now();
  response.usage = owner_.prices().priced(response.usage, attempt->model);
  auto answer = std::make_shared<const LlmResponse>(std::move(response));
  const int number = attempt->ask;
  // What a journaled answer has cost was counted when it was stored.
  const Usage usage = journaled ? Usage{} : answer->usage;
  struct Judged {
    std::shared_ptr<const LlmResponse> seen;  ///< as `parse` saw it
    std::optional<std::variant<Json, LlmRequest>> verdict;
    bool repair = false;  ///< the request is one for an answer that follows its schema
    std::exception_ptr failure;
  };
  on_pool<Judged>(
      attempt,
      [context = attempt->context, answer, request = attempt->request, ask = attempt->parse_ask,
       repairing = attempt->repairing, &work = llm_work()] {
        Judged judged;
        judged.seen = answer;
        try {
          if (request.schema && work.check_schema) {
            StructuredAnswer checked = check_answer(request, answer->text);
            if (!checked.problems.empty() && repairing) {
              throw Error(
                  ErrorCode::llm_bad_output,
                  fmt::format("the answer doesn't follow its JSON Schema, nor did the one before its repair: {}",
                              checked.problems));
            }
            if (!checked.problems.empty()) {
              judged.verdict = ask_for_repair(request, answer->text, checked.problems);
              judged.repair = true;
              return judged;
            }
            if (checked.text != answer->text) {
              auto bare = std::make_shared<LlmResponse>(*answer);
              bare->text = std::move(checked.text);
              judged.seen = std::move(bare);
            }
          }
          judged.verdict = work.parse(*context, *judged.seen, ask);
        } catch (...) {
          judged.failure = std::current_exception();
        }
        return judged;
      },
      [this, attempt, answer, number, usage, journaled](Judged judged) {
        if (!judged.verdict) {
          event::PhaseFailed failure;
          failure.error = describe(judged.failure, ErrorCode::llm_bad_output);
          failure.usage = usage;
          failure.models = attempt->models;
          // Asked again, it would come from the journal again: forget it.
          if (journaled) attempt->unusable_answer = journal_name(attempt->phase, number);
          fail_attempt(attempt, std::move(failure), judged.failure);
        } else if (auto* output = std::get_if<Json>(&*judged.verdict)) {
          finish_phase(attempt, std::move(*output), usage);
        } else {
          Baggage baggage;
          if (!journaled) {
            const std::string name = journal_name(attempt->phase, number);
            const std::string entry = to_text({request_hash(attempt->request), *answer});
            journal_[name] = entry;
            baggage.put.push_back({PayloadKind::call, name, entry});
          }
          attempt->repairing = judged.repair;
          if (!judged.repair) {
            attempt->context->add_answer(*judged.seen);
            ++attempt->parse_ask;
          }
          ask(attempt, number + 1, std::get<LlmRequest>(std::move(*judged.verdict)), std::move(baggage), usage);
        }
      });
}

void JobRun::refused(const AttemptPtr& attempt, const LlmFailure& refusal) {
  if (!refusal.sent && refusal.advice == LlmAdvice::retry) {
    hold_back(attempt, refusal);
    return;
  }
  attempt->calling = false;
  event::PhaseFailed failure;
  failure.error.code = refusal.code;
  failure.error.message = refusal.message;
  failure.error.retryable = refusal.advice == LlmAdvice::retry;
  failure.error.detail = refusal.detail;
  failure.advice = refusal.advice;
  failure.retry_after = refusal.retry_after;
  failure.usage = owner_.prices().priced(refusal.usage, attempt->model);
  failure.models = attempt->models;
  fail_attempt(attempt, std::move(failure), nullptr);
}

/// Nothing was asked of the provider: the job rests until it may be, or the next model of the chain is asked.
void JobRun::hold_back(const AttemptPtr& attempt, const LlmFailure& failure) {
  const JobRecord before = latest_;
  event::HeldBack held;
  held.error = {failure.code, failure.message, "", 0, true, failure.detail};
  held.come_back = failure.retry_after;
  held.random = uniform(seams_.random);
  held.down = failure.code != ErrorCode::rate_limited;
  held.models = attempt->models;
  end_attempt();
  Transition transition = pipeline_->machine.on(latest_, held, seams_.clock.wall_now());
  log_.about_job(LogLevel::info, "held back", before, {{"code", std::string(to_string(failure.code))}});
  go_on(std::move(transition), {});
}

}  // namespace bespoke
