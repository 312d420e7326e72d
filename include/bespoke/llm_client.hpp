#pragma once

#include <bespoke/error.hpp>
#include <bespoke/job.hpp>
#include <bespoke/json_value.hpp>
#include <bespoke/time.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

struct LlmMessage {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
};

/// One call of a language model.
struct LlmRequest {
  std::string model;  ///< empty: the client's own
  std::vector<LlmMessage> messages;
  std::string schema_name;     ///< with `schema`; 1 to 64 of [A-Za-z0-9_-]
  std::optional<Json> schema;  ///< JSON Schema that the answer must follow
  int max_output_tokens = 4096;
  std::optional<double> temperature;
  Millis timeout{300'000};  ///< for the whole call
  /// What the call is about, as data: for clients that don't read prose, such as ExtractiveClient. Never sent anywhere.
  Json context;
  std::string owner;  ///< for fairness between owners; never sent
};

/// What makes two requests the same call: a SHA-256 in hex over model, messages, schema and limits. The key of the call
/// journal.
std::string request_hash(const LlmRequest& request);

struct LlmResponse {
  std::string text;           ///< all deltas joined
  std::string finish_reason;  ///< "stop"; others have become errors
  std::string model;          ///< as the provider names it
  std::string request_id;     ///< the provider's, if it gave one
  Usage usage;
};

enum class LlmAdvice : std::uint8_t {
  retry,       ///< the same call may go through later
  next_model,  ///< this model can't, another may: the job moves on in its chain, or fails when there is none
  fatal,       ///< no retry and no other model can help until somebody changes something
};

/// Why a try failed, and what may help. Decided by the client, acted on by JobMachine, the one owner of retries.
struct LlmFailure {
  ErrorCode code = ErrorCode::llm_unavailable;
  LlmAdvice advice = LlmAdvice::retry;
  std::string message;  ///< names the host, the status, and what to do; no key, no prompt, no answer
  std::optional<Millis> retry_after;
  int http_status = 0;
  std::string request_id;
  Usage usage;         ///< what the failed try has cost
  std::string detail;  ///< for the owner: the provider's own words
  bool sent = true;    ///< false: held back by a limit of our own, nothing was asked of the provider
};

/// Takes what a call gives: any number of deltas, then exactly one of done or error. Called on a thread of the client,
/// never under a lock of it, one call at a time. Must not block; must not throw from done and error.
class LlmSink {
 public:
  virtual ~LlmSink() = default;
  virtual void delta(std::string_view text) = 0;  ///< whole code points only
  virtual void done(LlmResponse response) = 0;
  virtual void error(LlmFailure failure) = 0;
};

/// A call under way. Destroying it is the same as cancelling it.
class LlmCall {
 public:
  virtual ~LlmCall() = default;
  /// Ends the transfer soon; from any thread, any number of times. The sink is told nothing afterwards, except what is
  /// being told right now.
  virtual void cancel() = 0;
};

/// Something that answers LlmRequests. `start` makes a single try and returns at once: retries are JobMachine's. May be
/// called from any thread. Throws only for a request that is wrong in itself (invalid_argument); every other trouble
/// goes to the sink, which may be called before `start` returns.
class LlmClient {
 public:
  virtual ~LlmClient() = default;
  virtual std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) = 0;
  /// "scheme:model", as in a job's `model`.
  virtual std::string name() const = 0;
  /// The models that a phase with this client goes through, in order, as they fail; JobMachine moves along. Only a
  /// ModelChain has more than one. They live as long as this.
  virtual std::vector<LlmClient*> chain() { return {this}; }
};

}  // namespace bespoke
