#pragma once

#include <bespoke/llm_client.hpp>
#include <bespoke/scripted_client.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace bespoke {

/// Writes down each call of another client and its answer, one readable JSON file a call, for a ReplayClient to play in
/// tests: DIR/<first 16 digits of the request's hash>.<n>.json, n counting the same request's calls from 1. Files of an
/// earlier recording are replaced. They hold prompts and answers in full, but no keys: treat them like the CVs that
/// went in. A file that can't be written fails the call, so that no recording is silently missing. Thread-safe.
class RecordingClient final : public LlmClient {
 public:
  /// `inner` must outlive this. Makes the directory. Throws Error(invalid_argument) when it can't.
  RecordingClient(LlmClient& inner, std::filesystem::path directory);
  ~RecordingClient() override;

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override;

 private:
  class State;
  class Sink;
  LlmClient& inner_;
  std::shared_ptr<State> state_;
};

/// Answers from the files that a RecordingClient has written: the first call of a request gets its first recording, and
/// so on, the last one for all further calls. A request that was never recorded fails as `llm_rejected` and names the
/// file that is missing. Thread-safe.
class ReplayClient final : public LlmClient {
 public:
  /// With a scheduler the pauses between the deltas are played, too. Throws Error(invalid_argument) that names a file
  /// which can't be read.
  explicit ReplayClient(const std::filesystem::path& directory, ScriptedClient::Scheduler scheduler = {});
  ~ReplayClient() override;

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override;

 private:
  std::string name_;
  std::unique_ptr<ScriptedClient> player_;
};

}  // namespace bespoke
