#pragma once

#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/pipeline.hpp>
#include <bespoke/time.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bespoke {

struct ApplyOptions {
  /// Fetches a profile that the input names instead of holding it: {"profile_id": "..."}. Runs on the pool, may block;
  /// throws Error(not_found) when there is none. Without it such inputs are refused at submit.
  std::function<Json(const std::string& profile_id, const std::string& owner)> profile_source;
  /// The same for sources that answer later: begins to fetch the profile, returns soon, and has `completion` finished
  /// with it, or failed, from any thread. In place of `profile_source`.
  std::function<void(const std::string& profile_id, const std::shared_ptr<PhaseContext>& context,
                     const std::shared_ptr<Completion>& completion)>
      profile_request;
  /// Prompts to use in place of the built-in ones, by name: "cv_system", "cv_reask", "cv_repair", "letter_system",
  /// "letter_repair" (src/apply/prompts). Throws Error(invalid_argument) for another name. Their hashes stand in the
  /// result.
  std::map<std::string, std::string> prompts;
  /// For demonstrations: how long load_profile, init_tailoring and render_preview each wait before their work, which
  /// takes milliseconds, so that people see them. The wait holds a thread of the pool; it ends early with the attempt.
  Millis least_phase_time{0};
  /// Tells what day "until now" ends on; must outlive every runner of the pipeline. Null: the machine's clock.
  const Clock* clock = nullptr;
};

/// The "apply" pipeline: load_profile 10, init_tailoring 25, generate_cv 50, generate_cover_letter 75,
/// render_preview 95. Input: {"profile": JSON Resume, "posting": {title, company, description, ...} or text,
/// "options"?: {"letter_words"?: most words, or {"min","max"}, "language"?: "en"|"de"|"fr"|"es"|"ar"|"zh",
/// "page"?: "A4"|"Letter"}}. A profile or posting that can be judged is judged at submit. Result: {"profile" (tailored
/// JSON Resume), "original", "cover_letter", "changes", "refused", "coverage", "fact_report", "score", "posting",
/// "language", "page", "notices", "prompts": {name: SHA-256}, "previews": {"html","markdown","text"}, "usage"}. `llm`
/// must outlive every runner of the pipeline.
Pipeline apply_pipeline(LlmClient& llm, ApplyOptions options = {});

/// Answers the apply pipeline's calls without a network and without a model, only with the profile's own sentences:
/// ranked, hidden, reordered against the posting. Name: "extractive".
std::unique_ptr<LlmClient> make_extractive_client();

/// Makes the previews of a result again with only the changes whose ids are in `accepted`; no LLM call. Takes and gives
/// a result of the apply pipeline. Throws Error(invalid_argument) for an unknown id.
Json rerender_apply_result(const Json& result, const std::vector<std::string>& accepted);

/// Which papers of a result to print.
enum class ApplyPapers : std::uint8_t { cv_and_letter, cv, letter };

/// The papers of a result of the apply pipeline as a PDF: embedded fonts, text that can be selected and searched,
/// links. Needs the module bespoke_pdf.so beside the library; throws Error(unsupported) when it isn't there. Blocks,
/// some 100 ms.
std::string render_apply_pdf(const Json& result, ApplyPapers papers = ApplyPapers::cv_and_letter);

}  // namespace bespoke
