#include "result_notes.hpp"

#include "job_text.hpp"
#include "text_layout.hpp"

#include <bespoke/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cli {
namespace {

using nlohmann::json;

/// The member of `tree` by JSON Pointer if it is a number, or the length of it if it is an array.
std::optional<long long> count_at(const json& tree, const char* pointer) {
  const json::json_pointer path(pointer);
  if (!tree.contains(path)) return std::nullopt;
  const json& value = tree.at(path);
  if (value.is_number()) return value.get<long long>();
  if (value.is_array()) return static_cast<long long>(value.size());
  return std::nullopt;
}

/// Keywords of the posting that the profile has nothing for.
long long gaps_of(const json& tree) {
  const json::json_pointer keywords("/coverage/keywords");
  if (!tree.contains(keywords)) return 0;
  return std::ranges::count_if(tree.at(keywords),
                               [](const json& keyword) { return keyword.value("bucket", "") == "gap"; });
}

}  // namespace

std::string tailoring_words(const bespoke::Json& output) {
  const json tree = to_nlohmann(output);
  const auto keywords = count_at(tree, "/coverage/total");
  const auto covered = count_at(tree, "/coverage/covered");
  if (!keywords || !covered) return "";
  return fmt::format("{}, {} covered", counted(*keywords, "keyword"), *covered);
}

std::string result_words(const bespoke::Json& result, const bespoke::Usage& usage) {
  const json tree = to_nlohmann(result);
  std::string words;
  const auto add = [&words](const std::string& more) { words += (words.empty() ? "" : ", ") + more; };
  const auto before = count_at(tree, "/coverage/before/covered");
  const auto after = count_at(tree, "/coverage/after/covered");
  const auto total = count_at(tree, "/coverage/after/total");
  if (before && after && total) add(fmt::format("coverage {} → {} of {}", *before, *after, *total));
  if (const auto gaps = gaps_of(tree); gaps > 0) add(counted(gaps, "honest gap"));
  if (const auto reverted = count_at(tree, "/fact_report/reverted"); reverted && *reverted > 0)
    add(counted(*reverted, "claim") + " reverted");
  if (usage.cost_micro_usd > 0) add(fmt::format("${:.3f}", static_cast<double>(usage.cost_micro_usd) / 1e6));
  return words;
}

ProgressNotes notes_from(bespoke::PhaseRunner& runner, std::function<std::string(const bespoke::Job&)> resume) {
  ProgressNotes notes;
  notes.resume = std::move(resume);
  // A note that can't be read (the job was purged meanwhile, say) is left away.
  notes.phase = [&runner](const bespoke::Job& job, const bespoke::PhaseRecord& phase) -> std::string {
    if (job.pipeline != "apply" || phase.name != "init_tailoring") return "";
    try {
      return tailoring_words(runner.output(job.id, phase.name));
    } catch (const std::exception&) {
      return "";
    }
  };
  notes.result = [&runner](const bespoke::Job& job) -> std::string {
    if (job.pipeline != "apply") return "";
    try {
      return result_words(runner.result(job.id), job.usage);
    } catch (const std::exception&) {
      return "";
    }
  };
  return notes;
}

}  // namespace cli
