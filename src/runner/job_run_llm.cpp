#include "runner/job_attempt.hpp"
#include "runner/job_run.hpp"

#include "job/job_json.hpp"

#include <bespoke/json.hpp>

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
  nlohmann::ordered_json tree = {{"hash", entry.hash}, {"state", entry.answer ? "answered" : "intent"}};
  if (entry.answer) {
    tree["answer"] = {{"text", entry.answer->text},
                      {"finish_reason", entry.answer->finish_reason},
                      {"model", entry.answer->model},
                      {"request_id", entry.answer->request_id},
                      {"usage", to_tree(entry.answer->usage)}};
  }
  return from_nlohmann(tree).text();
}

JournalEntry journal_entry(const std::string& text) {
  try {
    const auto tree = nlohmann::json::parse(text);
    JournalEntry entry;
    entry.hash = tree.at("hash");
    if (tree.at("state") == "answered") {
      const auto& answer = tree.at("answer");
      entry.answer = LlmResponse{answer.at("text"), answer.at("finish_reason"), answer.at("model"),
                                 answer.at("request_id"), usage_from_tree(answer.at("usage"))};
    }
    return entry;
  } catch (const nlohmann::json::exception& error) {
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
  template <typename Function>
  void post(Function function) {
    loop_->post([run = run_, weak = attempt_, ask = ask_, function = std::move(function)]() mutable {
      const auto still = run.lock();
      const auto attempt = weak.lock();
      if (still && attempt && still->current(attempt) && attempt->calling && attempt->ask == ask)
        function(*still, attempt);
    });
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

void JobRun::run_llm(const AttemptPtr& attempt) {
  attempt->client = llm_work().client;
  if (!latest_.job.model.empty()) {
    if (LlmClient* named = owner_.model(latest_.job.model)) attempt->client = named;
  }
  on_pool<LlmRequest>(
      attempt, [context = attempt->context, &work = llm_work()] { return work.build(*context); },
      [this, attempt](LlmRequest request) { ask(attempt, 0, std::move(request), {}, std::nullopt); });
}

/// Puts question `number` of this phase: from the journal when it has the answer, else with the intent made durable
/// first.
void JobRun::ask(const AttemptPtr& attempt, int number, LlmRequest request, Baggage baggage,
                 std::optional<Usage> usage_before) {
  attempt->ask = number;
  if (request.owner.empty()) request.owner = latest_.job.owner;
  attempt->request = std::move(request);
  const std::string name = journal_name(attempt->phase, number);
  const std::string hash = request_hash(attempt->request);
  bool repeated = false;
  try {
    if (const auto found = journal_.find(name); found != journal_.end()) {
      JournalEntry entry = journal_entry(found->second);
      if (entry.hash == hash && entry.answer) {
        answered(attempt, std::move(*entry.answer), true);
        return;
      }
      repeated = !entry.answer && latest_.control.takeovers > 0;
    }
  } catch (...) {
    fail_attempt(attempt, std::current_exception());
    return;
  }
  const std::string intent = to_text({hash, std::nullopt});
  journal_[name] = intent;
  baggage.put.push_back({PayloadKind::call, name, intent});
  Transition transition =
      usage_before ? pipeline_->machine.on(latest_, event::AskedAgain{*usage_before}, seams_.clock.wall_now())
                   : pipeline_->machine.on(latest_, event::CallSent{repeated}, seams_.clock.wall_now());
  enqueue(std::move(transition), std::move(baggage));
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
  auto answer = std::make_shared<const LlmResponse>(std::move(response));
  const int number = attempt->ask;
  // What a journaled answer has cost was counted when it was stored.
  const Usage usage = journaled ? Usage{} : answer->usage;
  using Verdict = std::variant<Json, LlmRequest>;
  auto failed = std::make_shared<std::exception_ptr>();
  on_pool<std::optional<Verdict>>(
      attempt,
      [context = attempt->context, answer, number, failed, &work = llm_work()]() -> std::optional<Verdict> {
        try {
          return work.parse(*context, *answer, number);
        } catch (...) {
          *failed = std::current_exception();
          return std::nullopt;
        }
      },
      [this, attempt, answer, number, usage, journaled, failed](std::optional<Verdict> verdict) {
        if (!verdict) {
          event::PhaseFailed failure;
          failure.error = describe(*failed, ErrorCode::llm_bad_output);
          failure.usage = usage;
          // Asked again, it would come from the journal again: forget it.
          if (journaled) attempt->unusable_answer = journal_name(attempt->phase, number);
          fail_attempt(attempt, std::move(failure), *failed);
        } else if (auto* output = std::get_if<Json>(&*verdict)) {
          finish_phase(attempt, std::move(*output), usage);
        } else {
          Baggage baggage;
          if (!journaled) {
            const std::string name = journal_name(attempt->phase, number);
            const std::string entry = to_text({request_hash(attempt->request), *answer});
            journal_[name] = entry;
            baggage.put.push_back({PayloadKind::call, name, entry});
          }
          ask(attempt, number + 1, std::get<LlmRequest>(std::move(*verdict)), std::move(baggage), usage);
        }
      });
}

void JobRun::refused(const AttemptPtr& attempt, const LlmFailure& refusal) {
  attempt->calling = false;
  event::PhaseFailed failure;
  failure.error.code = refusal.code;
  failure.error.message = refusal.message;
  failure.error.retryable = refusal.advice == LlmAdvice::retry;
  failure.error.detail = refusal.detail;
  failure.advice = refusal.advice;
  failure.retry_after = refusal.retry_after;
  failure.usage = refusal.usage;
  fail_attempt(attempt, std::move(failure), nullptr);
}

}  // namespace bespoke
