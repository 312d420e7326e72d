#pragma once

#include "job/json_tree.hpp"

#include <bespoke/llm_client.hpp>

namespace bespoke {

/// The JSON of what a host is asked and answers; capi/bespoke.h describes it. Readers throw Error(invalid_argument)
/// that names the member.

nlohmann::ordered_json to_tree(const LlmRequest& request);
LlmRequest request_from_tree(const nlohmann::ordered_json& tree);

nlohmann::ordered_json to_tree(const LlmResponse& response);
/// `streamed` stands in for a text that isn't given.
LlmResponse response_from_tree(const nlohmann::ordered_json& tree, const std::string& streamed);

/// The "error" of an answer, thrown by a phase: carries the host's detail and its view of a retry.
std::exception_ptr error_from_answer(const nlohmann::ordered_json& error);
LlmFailure failure_from_answer(const nlohmann::ordered_json& error);

/// The member `name` of an answer. Throws when there is none.
const nlohmann::ordered_json& member_of(const nlohmann::ordered_json& tree, const char* name);
std::string string_of(const nlohmann::ordered_json& tree, const char* name);

}  // namespace bespoke
