#pragma once

#include <bespoke/llm_client.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// A call and all that its sink was told.
struct RecordedCall {
  struct Delta {
    Millis after{0};  ///< since the step before
    std::string text;
  };

  std::string client;  ///< its name
  LlmRequest request;
  std::vector<Delta> deltas;
  Millis end_after{0};                  ///< since the last delta
  std::optional<LlmResponse> response;  ///< one of these two
  std::optional<LlmFailure> failure;
};

/// Indented JSON that a person can read and edit.
std::string to_text(const RecordedCall& call);

/// Reads what `to_text` wrote. Throws Error(invalid_argument).
RecordedCall recorded_call_from_text(std::string_view text);

/// The name of the file of the `number`th call (from 1) of `request`.
std::string recording_name(const LlmRequest& request, std::size_t number);

}  // namespace bespoke
