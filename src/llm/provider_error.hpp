#pragma once

#include "job/json_tree_fwd.hpp"

#include <bespoke/llm_client.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// What a provider says about a request that it didn't answer: the union of all dialects.
struct ProviderError {
  std::string message;  ///< its own words: for the owner's eyes only
  std::string type;     ///< such as "rate_limit_exceeded"
  std::string code;     ///< such as "insufficient_quota"; a number as text
  std::string param;    ///< the field of the request that it objects to

  /// The most telling of code and type, as one harmless word; empty when there is none.
  std::string word() const;
  /// Whether word or message mention `text` (lower case).
  bool mentions(std::string_view text) const;
};

/// Reads an error object in any dialect: OpenAI's and llama.cpp's {"error": {...}}, Ollama's {"error": "text"}, old
/// vLLM's {"object": "error", ...}, Anthropic's {"type": "error", "error": {...}}, gateways' {"detail": ...}, and
/// an array around one of them. Nothing when `tree` isn't one.
std::optional<ProviderError> provider_error(const JsonTree& tree);

/// The same for a whole body that came with an error status, whatever it is; never fails.
ProviderError provider_error_of_body(std::string_view body);

/// What the head of an HTTP answer says beside its status.
struct AnswerFacts {
  std::string host;
  std::string model;
  int status = 0;
  std::string request_id;
  std::string location;                      ///< of a redirect
  std::optional<Millis> retry_after;         ///< from either header
  std::optional<bool> should_retry;          ///< x-should-retry
  std::string key_variable = "the API key";  ///< what a person must set when the key is refused
};

/// What an HTTP status with its error means for the caller.
LlmFailure failure_of_status(const AnswerFacts& facts, const ProviderError& error);

/// What an error inside a stream means that had begun with status 200.
LlmFailure failure_in_stream(const AnswerFacts& facts, const ProviderError& error);

/// `text` without `secret`, and without anything that looks like an API key; cut at `limit` bytes.
std::string redacted(std::string_view text, std::string_view secret, std::size_t limit = 2000);

}  // namespace bespoke
