#pragma once

#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/pipeline.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bespoke {

struct ApplyOptions {
  /// Fetches a profile that the input names instead of holding it: {"profile_id": "..."}. Runs on the pool, may block;
  /// throws Error(not_found) when there is none. Without it such inputs are refused at submit.
  std::function<Json(const std::string& profile_id, const std::string& owner)> profile_source;
};

/// The "apply" pipeline: load_profile 10, init_tailoring 25, generate_cv 50, generate_cover_letter 75,
/// render_preview 95. Input: {"profile": JSON Resume, "posting": {title, company, description, ...} or text,
/// "options"?: {"letter_words"?, "language"?, "page"?: "A4"|"Letter"}}. A profile or posting that can be judged is
/// judged at submit. Result: {"profile" (tailored JSON Resume), "cover_letter", "changes", "coverage", "fact_report",
/// "score", "previews":
/// {"html","markdown","text"}, "usage"}. `llm` must outlive every runner of the pipeline.
Pipeline apply_pipeline(LlmClient& llm, ApplyOptions options = {});

/// Answers the apply pipeline's calls without a network and without a model, only with the profile's own sentences:
/// ranked, hidden, reordered against the posting. Name: "extractive".
std::unique_ptr<LlmClient> make_extractive_client();

/// Makes the previews of a result again with only the changes whose ids are in `accepted`; no LLM call. Takes and gives
/// a result of the apply pipeline. Throws Error(invalid_argument) for an unknown id.
Json rerender_apply_result(const Json& result, const std::vector<std::string>& accepted);

}  // namespace bespoke
