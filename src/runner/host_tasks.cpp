#include <bespoke/host_tasks.hpp>

#include "job/json_tree.hpp"
#include "job/json_writer.hpp"
#include "runner/host_answer.hpp"
#include "runner/host_client.hpp"
#include "runner/host_task_table.hpp"
#include "runner/reply.hpp"

#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace bespoke {
namespace {

using ordered_json = OrderedJsonTree;

/// Text as a JSON string. What comes from a job is UTF-8.
std::string quoted(const std::string& text) {
  return Json(text).text();
}

/// What the host is told of the phase that it works for.
std::string describe_phase(const char* kind, const PhaseContext& context, const PipelineSpec& spec) {
  std::string text = fmt::format(
      R"("kind":"{}","job":"{}","owner":{},"pipeline":{},"version":{},"phase":{},"attempt":{},"model":{},"input":)",
      kind, context.job_id().to_string(), quoted(context.owner()), quoted(spec.name), spec.version,
      quoted(context.phase()), context.attempt(), quoted(context.model()));
  text += context.input().text();
  text += ",\"outputs\":{";
  bool first = true;
  for (const PhaseSpec& phase : spec.phases) {
    if (!context.has_output(phase.name)) continue;
    if (!std::exchange(first, false)) text += ',';
    text += quoted(phase.name) + ':' + context.output(phase.name).text();
  }
  text += '}';
  return text;
}

/// Withdraws a task once its attempt has ended.
using Withdrawal = std::stop_callback<std::function<void()>>;

/// A task of an attempt: withdraws itself when that ends.
class AttemptTask : public HostTask {
 public:
  explicit AttemptTask(std::shared_ptr<PhaseContext> context) : context_(std::move(context)) {}

  /// Opens the task and ties it to its attempt.
  static void start(const std::shared_ptr<HostTasks::State>& table, const std::shared_ptr<AttemptTask>& task) {
    const std::uint64_t number = table->open(task);
    try {
      task->withdrawal_.emplace(task->context_->stop_token(),
                                std::function<void()>([table, number] { table->withdraw(number); }));
    } catch (...) {
      table->withdraw(number);
      throw;
    }
  }

 protected:
  const std::shared_ptr<PhaseContext> context_;

 private:
  std::optional<Withdrawal> withdrawal_;
};

class PhaseTask final : public AttemptTask {
 public:
  PhaseTask(std::shared_ptr<PhaseContext> context, std::shared_ptr<Completion> completion,
            std::shared_ptr<const PipelineSpec> spec)
      : AttemptTask(std::move(context)), completion_(std::move(completion)), spec_(std::move(spec)) {}
  std::string describe() const override { return describe_phase("phase", *context_, *spec_); }
  void progress(double fraction, const std::string& note) override { context_->progress(fraction, note); }
  void text(const std::string& text) override { context_->stream(text); }
  std::function<void()> finish(const ordered_json& answer) override {
    return [completion = completion_, output = from_json_tree(member_of(answer, "output"))] {
      completion->finish(output);
    };
  }
  std::function<void()> fail(const ordered_json& error) override {
    return [completion = completion_, problem = error_from_answer(error)] { completion->fail(problem); };
  }

 private:
  const std::shared_ptr<Completion> completion_;
  const std::shared_ptr<const PipelineSpec> spec_;
};

class ProfileTask final : public AttemptTask {
 public:
  ProfileTask(std::string profile_id, std::shared_ptr<PhaseContext> context, std::shared_ptr<Completion> completion)
      : AttemptTask(std::move(context)), profile_id_(std::move(profile_id)), completion_(std::move(completion)) {}
  std::string describe() const override {
    return fmt::format(R"("kind":"profile","owner":{},"profile_id":{})", quoted(context_->owner()),
                       quoted(profile_id_));
  }
  std::function<void()> finish(const ordered_json& answer) override {
    return [completion = completion_, output = from_json_tree(member_of(answer, "output"))] {
      completion->finish(output);
    };
  }
  std::function<void()> fail(const ordered_json& error) override {
    return [completion = completion_, problem = error_from_answer(error)] { completion->fail(problem); };
  }

 private:
  const std::string profile_id_;
  const std::shared_ptr<Completion> completion_;
};

using Verdict = std::variant<Json, LlmRequest>;

/// Has the host build a request, or parse an answer when there is one.
class LlmStepTask final : public AttemptTask {
 public:
  LlmStepTask(std::shared_ptr<PhaseContext> context, std::shared_ptr<const PipelineSpec> spec,
              std::optional<LlmResponse> response, int ask)
      : AttemptTask(std::move(context)), spec_(std::move(spec)), response_(std::move(response)), ask_(ask) {}

  std::string describe() const override {
    if (!response_) return describe_phase("build", *context_, *spec_);
    return describe_phase("parse", *context_, *spec_) + ",\"response\":" + from_json_tree(to_tree(*response_)).text() +
           ",\"ask\":" + std::to_string(ask_);
  }
  std::function<void()> finish(const ordered_json& answer) override {
    auto verdict = answer.contains("request") || !response_
                       ? std::make_shared<Verdict>(request_from_tree(member_of(answer, "request")))
                       : std::make_shared<Verdict>(from_json_tree(member_of(answer, "output")));
    return [question = question_, verdict] { question->give(std::move(*verdict)); };
  }
  std::function<void()> fail(const ordered_json& error) override {
    return [question = question_, problem = error_from_answer(error)] { question->fail(problem); };
  }
  std::shared_ptr<Reply<Verdict>> verdict() const { return question_.reply(); }

 private:
  const std::shared_ptr<const PipelineSpec> spec_;
  const std::optional<LlmResponse> response_;
  const int ask_;
  const Question<Verdict> question_;
};

/// The work of a phase sees its context as a reference that lives as long as the work; tasks want to hold it.
std::shared_ptr<PhaseContext> borrowed(PhaseContext& context) {
  return {std::shared_ptr<PhaseContext>(), &context};
}

Verdict ask_host(const std::shared_ptr<HostTasks::State>& table, PhaseContext& context,
                 const std::shared_ptr<const PipelineSpec>& spec, std::optional<LlmResponse> response, int ask) {
  std::shared_ptr<Reply<Verdict>> verdict;
  {
    auto task = std::make_shared<LlmStepTask>(borrowed(context), spec, std::move(response), ask);
    verdict = task->verdict();
    AttemptTask::start(table, task);
  }
  if (auto given = verdict->get()) return std::move(*given);
  throw Error(ErrorCode::cancelled, "the attempt ended before the host had answered");  // the task was withdrawn
}

}  // namespace

void HostTask::progress(double /*fraction*/, const std::string& /*note*/) {
  throw Error(ErrorCode::invalid_argument, "answer: \"progress\" is for tasks of kind phase");
}

void HostTask::text(const std::string& /*text*/) {
  throw Error(ErrorCode::invalid_argument, "answer: \"text\" is for tasks of the kinds phase and llm");
}

std::uint64_t HostTasks::State::open(std::shared_ptr<HostTask> task) {
  std::uint64_t number = 0;
  {
    const MutexLock lock(mutex_);
    if (closed_) return 0;
    number = ++last_;
    rows_[number].task = std::move(task);
  }
  try {
    announce(number);
  } catch (...) {
    withdraw(number);
    throw;
  }
  return number;
}

void HostTasks::State::announce(std::uint64_t number) {
  queue_.push([self = shared_from_this(), number]() -> std::optional<std::string> {
    std::shared_ptr<HostTask> open;
    {
      const MutexLock lock(self->mutex_);
      const auto found = self->rows_.find(number);
      if (found == self->rows_.end()) return std::nullopt;
      found->second.told = true;
      open = found->second.task;
    }
    return fmt::format("{{\"event\":\"task\",\"task\":{},{}}}", number, open->describe());
  });
}

void HostTasks::State::withdraw(std::uint64_t number) noexcept {
  std::shared_ptr<HostTask> task;  // goes away outside the lock
  {
    const MutexLock lock(mutex_);
    const auto found = rows_.find(number);
    if (found == rows_.end()) return;
    // A host that has given its answer knows that the task is over; passing it on is what ends the attempt.
    const bool waits = found->second.told && !found->second.answered;
    task = std::move(found->second.task);
    rows_.erase(found);
    if (!waits) return;
  }
  try {
    queue_.push([number]() -> std::optional<std::string> {
      return fmt::format(R"({{"event":"task_end","task":{},"reason":"withdrawn"}})", number);
    });
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to tell the host
  }
}

bool HostTasks::State::respond(std::uint64_t number, const Json& answer) {
  std::shared_ptr<HostTask> task;
  {
    const MutexLock lock(mutex_);
    if (number == 0 || number > last_) {
      throw Error(ErrorCode::invalid_argument, fmt::format("there never was a task {}", number));
    }
    const auto found = rows_.find(number);
    if (found == rows_.end()) return false;
    task = found->second.task;
  }
  const ordered_json tree = ordered_json::parse(answer.text());
  const std::string kind = string_of(tree, "answer");
  if (kind == "progress") {
    const ordered_json& fraction = member_of(tree, "fraction");
    if (!fraction.is_number()) throw Error(ErrorCode::invalid_argument, "answer: \"fraction\": expected a number");
    task->progress(fraction.get<double>(), tree.contains("note") ? string_of(tree, "note") : "");
    return true;
  }
  if (kind == "text") {
    task->text(string_of(tree, "text"));
    return true;
  }
  std::function<void()> act;
  if (kind == "finish") {
    act = task->finish(tree);
  } else if (kind == "fail") {
    act = task->fail(member_of(tree, "error"));
  } else {
    throw Error(ErrorCode::invalid_argument, "answer: \"answer\": expected progress, text, finish or fail");
  }
  {
    const MutexLock lock(mutex_);
    const auto found = rows_.find(number);
    if (found == rows_.end() || std::exchange(found->second.answered, true)) return false;
  }
  try {
    act();
  } catch (...) {  // no memory to pass the answer on: it may be given again
    const MutexLock lock(mutex_);
    const auto found = rows_.find(number);
    if (found != rows_.end()) found->second.answered = false;
    throw;
  }
  std::shared_ptr<HostTask> over;  // goes away outside the lock
  const MutexLock lock(mutex_);
  const auto found = rows_.find(number);
  if (found == rows_.end()) return true;
  over = std::move(found->second.task);
  rows_.erase(found);
  return true;
}

void HostTasks::State::close() {
  std::map<std::uint64_t, Row> open;
  const MutexLock lock(mutex_);
  closed_ = true;
  open.swap(rows_);
}

std::size_t HostTasks::State::size() const {
  const MutexLock lock(mutex_);
  return rows_.size();
}

HostTasks::HostTasks(HostQueue& queue) : state_(std::make_shared<State>(queue)) {}

HostTasks::~HostTasks() {
  close();
}

PhaseWork HostTasks::phase(std::shared_ptr<const PipelineSpec> spec) {
  return AsyncWork{[table = state_, spec = std::move(spec)](const std::shared_ptr<PhaseContext>& context,
                                                            const std::shared_ptr<Completion>& completion) {
    AttemptTask::start(table, std::make_shared<PhaseTask>(context, completion, spec));
  }};
}

PhaseWork HostTasks::llm_phase(const std::shared_ptr<const PipelineSpec>& spec, LlmClient& client, HostParse parse,
                               int expected_tokens) {
  LlmWork work;
  work.client = &client;
  work.expected_tokens = expected_tokens;
  work.build = [table = state_, spec](PhaseContext& context) {
    return std::get<LlmRequest>(ask_host(table, context, spec, std::nullopt, 0));
  };
  work.parse = [table = state_, spec, parse](PhaseContext& context, const LlmResponse& response, int ask) -> Verdict {
    switch (parse) {
      case HostParse::host:
        return ask_host(table, context, spec, response, ask);
      case HostParse::json:
        try {
          return Json::parse(response.text);
        } catch (const Error& error) {
          throw Error(ErrorCode::llm_bad_output, "the model's answer isn't JSON: " + error.message());
        }
      case HostParse::text:
        break;
    }
    return Json(response.text);
  };
  return work;
}

std::unique_ptr<LlmClient> HostTasks::client(std::string name) {
  return std::make_unique<HostClient>(state_, std::move(name));
}

void HostTasks::look_up_profile(const std::string& profile_id, const std::shared_ptr<PhaseContext>& context,
                                const std::shared_ptr<Completion>& completion) {
  AttemptTask::start(state_, std::make_shared<ProfileTask>(profile_id, context, completion));
}

bool HostTasks::respond(std::uint64_t task, const Json& answer) {
  return state_->respond(task, answer);
}

void HostTasks::close() {
  state_->close();
}

std::size_t HostTasks::open_tasks() const {
  return state_->size();
}

}  // namespace bespoke
