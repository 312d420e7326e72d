#pragma once

#include "llm/provider_error.hpp"
#include "llm/sse_parser.hpp"
#include "llm/surrogates.hpp"

#include <bespoke/llm_client.hpp>

#include <optional>
#include <string>

namespace bespoke {

/// What a stream has said so far, in whatever dialect: pure, filled by a reader, judged by the client.
struct StreamState {
  std::string text;           ///< content that has come since somebody last took it
  bool progress = false;      ///< something but keep-alives has come since somebody last looked
  std::string finish_reason;  ///< empty until the provider gives one
  std::string refusal;        ///< not empty when the model refuses
  bool marked_done = false;   ///< the terminal marker has come
  std::optional<ProviderError> error;
  bool malformed = false;  ///< an event wasn't what the protocol says
  std::string model;
  std::string id;                            ///< of the answer
  std::optional<std::int64_t> input_tokens;  ///< as reported
  std::optional<std::int64_t> output_tokens;
};

/// Reads a provider's answer, piece by piece or whole.
class StreamReader : public SseHandler {
 public:
  /// A whole answer in JSON, as a server sends it that doesn't stream.
  virtual void read_whole(std::string_view body) = 0;

  StreamState& state() { return state_; }
  const StreamState& state() const { return state_; }

 protected:
  StreamState state_;
  SurrogateMender mender_;
};

}  // namespace bespoke
