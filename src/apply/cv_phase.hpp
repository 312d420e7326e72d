#pragma once

#include "apply/prompts.hpp"
#include "job/json_tree.hpp"

#include <bespoke/llm_client.hpp>
#include <bespoke/phase_context.hpp>

#include <variant>

namespace bespoke {

/// generate_cv: asks for edits, checks each, has those that say more than their evidence repaired once, and leaves the
/// old text where that fails. Output: {"changes", "refused", "checks", "reverted", "usage"}.
class CvPhase {
 public:
  explicit CvPhase(const Prompts& prompts) : prompts_(prompts) {}

  LlmRequest build(PhaseContext& context) const;
  std::variant<Json, LlmRequest> parse(PhaseContext& context, const LlmResponse& response) const;

 private:
  const Prompts& prompts_;  // must outlive this
};

}  // namespace bespoke
