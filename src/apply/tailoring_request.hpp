#pragma once

#include "apply/prompts.hpp"
#include "apply/tailoring.hpp"
#include "job/json_tree.hpp"

#include <bespoke/llm_client.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// The request that asks for edits of the CV. `nonce` names the marker lines around the data: unknown to whoever wrote
/// the posting, the same whenever the same phase of the same job is run again.
LlmRequest make_cv_request(Tailoring& tailoring, const Prompts& prompts, std::string_view nonce);

/// The request that asks for the letter, drawn from the tailored profile.
LlmRequest make_letter_request(Tailoring& tailoring, const std::vector<CvChange>& changes, const Prompts& prompts,
                               std::string_view nonce);

/// `request` with the model's answer and what is wrong with it appended.
LlmRequest ask_again(LlmRequest request, std::string answer, std::string words);

/// What marks the data of a phase of a job; see `make_cv_request`.
std::string request_nonce(const PhaseContext& context);

}  // namespace bespoke
