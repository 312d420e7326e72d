#pragma once

#include "llm/http_transport.hpp"
#include "llm/stream_reader.hpp"
#include "llm/wire_quirks.hpp"

#include <bespoke/llm_client.hpp>
#include <bespoke/log.hpp>

#include <memory>
#include <string>

namespace bespoke {

/// Why a model stopped, whatever its provider calls it.
enum class LlmFinish : std::uint8_t {
  stop,     ///< said all it wanted to
  length,   ///< cut at the limit of tokens
  context,  ///< its context window is full
  refused,  ///< by the model, or by a filter
  tool,     ///< wants to call a tool, though none was offered
  failed,   ///< broke inside
};

/// What differs between providers. Immutable, shared by a client and its calls.
class LlmDialect {
 public:
  virtual ~LlmDialect() = default;

  /// The body of a request. Throws Error(invalid_argument) for one that can't be put into words.
  virtual std::string body(const LlmRequest& request, const std::string& model, const WireQuirks& quirks) const = 0;
  /// The quirks with which to send a refused request again; the same ones when that can't help.
  virtual WireQuirks quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                                  const ProviderError& error) const = 0;
  virtual std::unique_ptr<StreamReader> reader() const = 0;
  /// What `state.finish_reason` means; `state.marked_done` alone is a `stop`.
  virtual LlmFinish finish(const StreamState& state) const = 0;

  std::string scheme;        ///< "openai"
  std::string model;         ///< of a request that names none
  std::string host;          ///< for messages
  std::string key;           ///< to be kept out of them
  std::string key_variable;  ///< what a person sets: "OPENAI_API_KEY"
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  HttpTimeouts timeouts;  ///< `total` comes from the request
  bool allow_http = false;
  std::string ca_file;

  /// What goes out for `request`.
  HttpRequest http_request(const LlmRequest& request, const std::string& to_model, const WireQuirks& quirks) const;
};

/// A client of any provider that answers by HTTP and server-sent events. The last client of a process ends the calls
/// that are still under way when it is destroyed: they fail as `closed`.
class HttpLlmClient final : public LlmClient {
 public:
  HttpLlmClient(std::shared_ptr<const LlmDialect> dialect, std::shared_ptr<LogSink> log);

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return dialect_->scheme + ':' + dialect_->model; }

 private:
  const std::shared_ptr<const LlmDialect> dialect_;
  const std::shared_ptr<LogSink> log_;
  const std::shared_ptr<QuirkMemory> quirks_ = std::make_shared<QuirkMemory>();
  SharedHttpTransport transport_;
};

}  // namespace bespoke
