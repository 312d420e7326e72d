#pragma once

#include "apply/prompts.hpp"
#include "job/json_tree.hpp"

#include <bespoke/llm_client.hpp>
#include <bespoke/phase_context.hpp>

#include <variant>

namespace bespoke {

/// generate_cover_letter: asks for the letter, checks it sentence by sentence, has it repaired once, and takes out what
/// still says too much. Output: {"cover_letter", "checks", "removed_sentences", "notices", "usage"}.
class LetterPhase {
 public:
  explicit LetterPhase(const Prompts& prompts) : prompts_(prompts) {}

  LlmRequest build(PhaseContext& context) const;
  std::variant<Json, LlmRequest> parse(PhaseContext& context, const LlmResponse& response) const;

 private:
  const Prompts& prompts_;  // must outlive this
};

}  // namespace bespoke
