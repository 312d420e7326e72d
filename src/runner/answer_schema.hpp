#pragma once

#include <bespoke/llm_client.hpp>

#include <string>

namespace bespoke {

/// An answer, held against the schema of its request.
struct StructuredAnswer {
  std::string text;      ///< the bare JSON document
  std::string problems;  ///< what is wrong with it, in words; "" when it follows the schema
};

/// `request` must have a schema. Throws Error(invalid_argument) when that is none.
StructuredAnswer check_answer(const LlmRequest& request, const std::string& answer);

/// The same question once more, with the answer and what is wrong with it.
LlmRequest ask_for_repair(LlmRequest request, const std::string& answer, const std::string& problems);

}  // namespace bespoke
