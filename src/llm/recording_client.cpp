#include <bespoke/recording_client.hpp>

#include "llm/recorded_call.hpp"
#include "platform/mutex.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

namespace bespoke {

namespace fs = std::filesystem;

class RecordingClient::State {
 public:
  explicit State(fs::path directory) : directory_(std::move(directory)) {}

  std::size_t next_number(const LlmRequest& request) {
    const MutexLock lock(mutex_);
    return ++numbers_[request_hash(request)];
  }

  /// What went wrong, or "".
  std::string write(const RecordedCall& call, std::size_t number) {
    const fs::path file = directory_ / recording_name(call.request, number);
    const fs::path draft = fs::path(file) += ".new";
    {
      std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
      stream << to_text(call);
      stream.close();
      if (!stream) return fmt::format("the recording {} can't be written", file.string());
    }
    std::error_code problem;
    fs::rename(draft, file, problem);
    return problem ? fmt::format("the recording {} can't be written: {}", file.string(), problem.message()) : "";
  }

 private:
  const fs::path directory_;
  Mutex mutex_;
  std::map<std::string, std::size_t> numbers_ BESPOKE_GUARDED_BY(mutex_);
};

/// Hands everything on, and writes the file before it hands on the end.
class RecordingClient::Sink final : public LlmSink {
 public:
  Sink(std::shared_ptr<State> state, RecordedCall call, std::size_t number, std::shared_ptr<LlmSink> outer)
      : state_(std::move(state)), call_(std::move(call)), number_(number), outer_(std::move(outer)) {}

  void delta(std::string_view text) override {
    call_.deltas.push_back({lap(), std::string(text)});
    outer_->delta(text);
  }
  void done(LlmResponse response) override {
    call_.response = response;
    if (finish()) outer_->done(std::move(response));
  }
  void error(LlmFailure failure) override {
    call_.failure = failure;
    if (finish()) outer_->error(std::move(failure));
  }

 private:
  Millis lap() {
    const SteadyTime now = system_clock().steady_now();
    const SteadyTime before = std::exchange(last_, now);
    return std::chrono::floor<Millis>(now - before);
  }

  bool finish() {
    call_.end_after = lap();
    std::string problem = state_->write(call_, number_);
    if (problem.empty()) return true;
    LlmFailure failure;
    failure.code = ErrorCode::no_space;
    failure.advice = LlmAdvice::fatal;
    failure.message = std::move(problem);
    if (call_.response) failure.usage = call_.response->usage;
    outer_->error(std::move(failure));
    return false;
  }

  const std::shared_ptr<State> state_;
  RecordedCall call_;
  const std::size_t number_;
  const std::shared_ptr<LlmSink> outer_;
  SteadyTime last_ = system_clock().steady_now();
};

RecordingClient::RecordingClient(LlmClient& inner, fs::path directory) : inner_(inner) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (problem) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the folder {} for recordings can't be made: {}", directory.string(), problem.message()));
  }
  state_ = std::make_shared<State>(std::move(directory));
}

RecordingClient::~RecordingClient() = default;

std::unique_ptr<LlmCall> RecordingClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  const std::size_t number = state_->next_number(request);
  RecordedCall call;
  call.client = inner_.name();
  call.request = request;
  return inner_.start(request, std::make_shared<Sink>(state_, std::move(call), number, std::move(sink)));
}

std::string RecordingClient::name() const {
  return inner_.name();
}

namespace {

ScriptedReply reply_of(const RecordedCall& call) {
  ScriptedReply reply;
  for (const RecordedCall::Delta& delta : call.deltas) {
    reply.deltas.push_back(delta.text);
    reply.waits.push_back(delta.after);
  }
  reply.waits.push_back(call.end_after);
  reply.failure = call.failure;
  if (call.response) {
    reply.usage = call.response->usage;
    reply.model = call.response->model;
    reply.request_id = call.response->request_id;
  }
  return reply;
}

RecordedCall read_recording(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) throw Error(ErrorCode::invalid_argument, fmt::format("the recording {} can't be read", file.string()));
  try {
    return recorded_call_from_text(text.str());
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", file.string(), error.message()),
                std::current_exception());
  }
}

/// The recordings of a folder, by request, in the order of their numbers.
struct Recordings {
  std::string client = "replay:recordings";
  std::map<std::string, std::vector<ScriptedReply>> replies;
};

Recordings read_folder(const fs::path& directory) {
  std::error_code problem;
  std::map<std::pair<std::string, std::size_t>, fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, problem)) {
    if (entry.path().extension() != ".json") continue;
    const std::string number = entry.path().stem().extension().string();
    files[{entry.path().stem().stem().string(),
           number.size() > 1 ? std::strtoul(number.c_str() + 1, nullptr, 10) : 0}] = entry.path();
  }
  if (problem) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the folder {} of recordings can't be read: {}", directory.string(), problem.message()));
  }
  Recordings recordings;
  for (const auto& [place, file] : files) {
    const RecordedCall call = read_recording(file);
    if (!call.client.empty()) recordings.client = call.client;
    recordings.replies[request_hash(call.request)].push_back(reply_of(call));
  }
  return recordings;
}

}  // namespace

ReplayClient::ReplayClient(const fs::path& directory, ScriptedClient::Scheduler scheduler) {
  struct Memory {
    Mutex mutex;
    std::map<std::string, std::size_t> played BESPOKE_GUARDED_BY(mutex);
  };
  Recordings recordings = read_folder(directory);
  name_ = recordings.client;
  player_ = std::make_unique<ScriptedClient>(
      [replies = std::move(recordings.replies), memory = std::make_shared<Memory>(), directory](
          const LlmRequest& request, std::size_t) {
        const std::string hash = request_hash(request);
        const MutexLock lock(memory->mutex);
        const std::size_t number = memory->played[hash]++;
        const auto found = replies.find(hash);
        if (found != replies.end()) return found->second[std::min(number, found->second.size() - 1)];
        ScriptedReply missing;
        missing.failure.emplace();
        missing.failure->code = ErrorCode::llm_rejected;
        missing.failure->advice = LlmAdvice::fatal;
        missing.failure->message =
            fmt::format("{} holds no recording of this request: {} is missing. Record it with a RecordingClient",
                        directory.string(), recording_name(request, 1));
        return missing;
      },
      std::move(scheduler));
}

ReplayClient::~ReplayClient() = default;

std::unique_ptr<LlmCall> ReplayClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  return player_->start(request, std::move(sink));
}

std::string ReplayClient::name() const {
  return name_;
}

}  // namespace bespoke
