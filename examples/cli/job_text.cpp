#include "job_text.hpp"

#include "text_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

}  // namespace

const bespoke::PhaseRecord* current_phase(const bespoke::Job& job) {
  const auto found = std::ranges::find(job.phases, job.phase, &bespoke::PhaseRecord::name);
  return found == job.phases.end() ? nullptr : &*found;
}

bespoke::Millis time_taken(const bespoke::PhaseRecord& phase) {
  if (!phase.started_at || !phase.ended_at) return bespoke::Millis{0};
  return *phase.ended_at - *phase.started_at;
}

bespoke::Millis time_taken(const bespoke::Job& job) {
  if (!job.started_at) return bespoke::Millis{0};
  return job.ended_at.value_or(job.updated_at) - *job.started_at;
}

std::string attempt_text(const bespoke::Job& job) {
  if (job.attempts_used == 0) return "";
  return fmt::format("attempt {} of {}", std::min(job.attempts_used + 1, job.max_attempts), job.max_attempts);
}

std::string waiting_text(const bespoke::Job& job, bespoke::WallTime now) {
  if (!job.waiting) return "";
  const bespoke::Waiting& waiting = *job.waiting;
  if (waiting.reason == bespoke::WaitReason::signal) return "waits for the signal " + printable(waiting.signal);
  const bespoke::Millis left = std::max(bespoke::Millis{0}, waiting.until - now);
  switch (waiting.reason) {
    case bespoke::WaitReason::retry:
      return fmt::format("waits {} to try again", duration(left));
    case bespoke::WaitReason::limit:
      return fmt::format("waits {} as the provider asked", duration(left));
    default:
      return fmt::format("starts in {}", duration(left));
  }
}

std::string end_text(const bespoke::Job& job) {
  if (job.state == bespoke::JobState::cancelled) return fmt::format("cancelled after {}", duration(time_taken(job)));
  const bespoke::PhaseRecord* phase = current_phase(job);
  const int attempts = phase == nullptr ? 0 : phase->attempts;
  const bespoke::Millis time = phase == nullptr ? time_taken(job) : time_taken(*phase);
  if (attempts == 0) return "failed";
  return fmt::format("failed after {} in {}", counted(attempts, "attempt"), duration(time));
}

std::vector<std::string> failure_lines(const bespoke::Job& job, const std::string& resume_command) {
  std::vector<std::string> lines;
  if (job.error) {
    std::string what = fmt::format("{}: {}", to_string(job.error->code), printable(job.error->message));
    if (job.ended_at) what += fmt::format("; last try {}", time_of_day(*job.ended_at));
    lines.push_back(std::move(what));
    if (!job.error->detail.empty()) lines.push_back(fmt::format("In its own words: {}", printable(job.error->detail)));
  }
  std::string kept = "The job is kept.";
  if (job.expires_at && job.ended_at)
    kept = fmt::format("The job is kept for {}.", duration(*job.expires_at - *job.ended_at));
  lines.push_back(fmt::format("{} Go on from here:  {}", kept, resume_command));
  return lines;
}

std::string usage_text(const bespoke::Usage& usage) {
  if (usage.input_tokens == 0 && usage.output_tokens == 0 && usage.cost_micro_usd == 0) return "";
  std::string text = fmt::format("{} tokens in, {} out", grouped(usage.input_tokens), grouped(usage.output_tokens));
  if (usage.certainty != bespoke::UsageCertainty::reported) text += fmt::format(" ({})", to_string(usage.certainty));
  if (usage.cost_micro_usd > 0) text += fmt::format(", ${:.4f}", static_cast<double>(usage.cost_micro_usd) / 1e6);
  if (usage.cost_micro_usd > 0 && usage.cost_certainty == bespoke::UsageCertainty::estimated) text += " by list prices";
  if (usage.cost_certainty == bespoke::UsageCertainty::unknown)
    text += usage.cost_micro_usd > 0 ? " and more, unknown" : ", cost unknown";
  return text;
}

std::string state_text(const bespoke::Job& job) {
  std::string text(to_string(job.state));
  if (!job.waiting) return text;
  switch (job.waiting->reason) {
    case bespoke::WaitReason::signal:
      return text + " for the signal " + printable(job.waiting->signal);
    case bespoke::WaitReason::limit:
      return fmt::format("{} until {}, as the provider asked", text, time_of_day(job.waiting->until));
    case bespoke::WaitReason::retry:
      return fmt::format("{} until {} to try again", text, time_of_day(job.waiting->until));
    case bespoke::WaitReason::scheduled:
      break;
  }
  return fmt::format("{} until {}", text, date_and_time(job.waiting->until));
}

}  // namespace cli
