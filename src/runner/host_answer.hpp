#pragma once

#include "job/json_tree.hpp"

#include <bespoke/llm_client.hpp>

namespace bespoke {

/// The JSON of what a host is asked and answers; capi/bespoke.h describes it. Readers throw Error(invalid_argument)
/// that names the member.

OrderedJsonTree to_tree(const LlmRequest& request);
LlmRequest request_from_tree(const OrderedJsonTree& tree);

OrderedJsonTree to_tree(const LlmResponse& response);
/// `streamed` stands in for a text that isn't given.
LlmResponse response_from_tree(const OrderedJsonTree& tree, const std::string& streamed);

/// The "error" of an answer, thrown by a phase: carries the host's detail and its view of a retry.
std::exception_ptr error_from_answer(const OrderedJsonTree& error);
LlmFailure failure_from_answer(const OrderedJsonTree& error);

/// The member `name` of an answer. Throws when there is none.
const OrderedJsonTree& member_of(const OrderedJsonTree& tree, const char* name);
std::string string_of(const OrderedJsonTree& tree, const char* name);

}  // namespace bespoke
