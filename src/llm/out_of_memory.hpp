#pragma once

#include <bespoke/error.hpp>
#include <bespoke/llm_client.hpp>

namespace bespoke {

/// What a sink is told where there was no memory for more. Needs none itself.
inline LlmFailure out_of_memory() noexcept {
  LlmFailure failure;
  failure.code = ErrorCode::out_of_memory;
  failure.message = "out of memory";  // short enough to be held in place
  return failure;
}

}  // namespace bespoke
