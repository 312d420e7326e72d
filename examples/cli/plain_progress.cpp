#include "job_text.hpp"
#include "progress_view.hpp"
#include "text_layout.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace cli {
namespace {

/// A line for each milestone, failed attempt and end.
class PlainProgress final : public ProgressView {
 public:
  PlainProgress(Screen& screen, ProgressNotes notes, bool many)
      : screen_(screen), notes_(std::move(notes)), many_(many) {}

  void show(const bespoke::Change& change) override {
    if (change.kind != bespoke::Change::Kind::snapshot) return;
    const bespoke::Job& job = change.job;
    Seen& seen = seen_[job.id];
    if (seen.ended && !is_terminal(job.state)) seen = {};  // somebody has resumed it
    if (seen.ended) return;
    for (const bespoke::PhaseRecord& phase : job.phases) show_phase(job, phase, seen);
    if (is_terminal(job.state)) {
      show_end(job);
      seen.ended = true;
    }
  }

 private:
  struct Seen {
    std::map<std::string, int> attempts;  ///< starts that were shown, by phase
    std::set<std::string> finished;       ///< phases whose end was seen
    std::map<std::string, int> failures;  ///< failed attempts that were shown, by phase
    bool ended = false;
  };

  void show_phase(const bespoke::Job& job, const bespoke::PhaseRecord& phase, Seen& seen) {
    const bool failed_before = phase.error && phase.state != bespoke::PhaseState::succeeded;
    if (phase.state == bespoke::PhaseState::pending && phase.attempts == 0) return;
    int& shown = seen.attempts[phase.name];
    if (shown == 0) {
      milestone(job, phase.percent, phase.label);
      shown = 1;
    }
    int& failures = seen.failures[phase.name];
    if (failed_before && phase.error->attempt > failures && !is_terminal(job.state)) {
      failures = phase.error->attempt;
      note(job, fmt::format("attempt {} failed: {}: {}{}", phase.error->attempt, to_string(phase.error->code),
                            printable(phase.error->message), next_try(job)));
    }
    if (phase.attempts > shown && phase.state == bespoke::PhaseState::running) {
      note(job, fmt::format("begun anew: attempt {}", phase.attempts));
      shown = phase.attempts;
    }
    if (phase.state == bespoke::PhaseState::succeeded && seen.finished.insert(phase.name).second) {
      const std::string words = notes_.phase ? notes_.phase(job, phase) : "";
      if (!words.empty()) note(job, words);
    }
  }

  static std::string next_try(const bespoke::Job& job) {
    if (!job.waiting) return "";
    return fmt::format("; attempt {} of {} at {}", job.attempts_used + 1, job.max_attempts,
                       time_of_day(job.waiting->until));
  }

  void show_end(const bespoke::Job& job) {
    const bespoke::PhaseRecord* phase = current_phase(job);
    if (job.state == bespoke::JobState::succeeded) {
      std::string line = fmt::format("{}   {}", job.label, duration(time_taken(job)));
      milestone(job, job.percent, line);
      const std::string words = notes_.result ? notes_.result(job) : "";
      if (!words.empty()) note(job, words);
      return;
    }
    const std::string what = printable(phase == nullptr ? job.label : phase->label);
    screen_.error_line(prefix(job) + fmt::format("{} {}   {}", screen_.glyph("✗", "x"), what, end_text(job)));
    for (const std::string& line : failure_lines(job, notes_.resume ? notes_.resume(job) : ""))
      screen_.error_line(prefix(job) + "  " + line);
  }

  std::string prefix(const bespoke::Job& job) const { return many_ ? job.id.to_string() + "  " : std::string(); }
  void milestone(const bespoke::Job& job, double percent, const std::string& text) {
    screen_.line(prefix(job) + fmt::format("{:3.0f} %  {}", percent, printable(text)));
  }
  void note(const bespoke::Job& job, const std::string& text) {
    screen_.line(prefix(job) + "       " + printable(text));
  }

  Screen& screen_;
  ProgressNotes notes_;
  bool many_;
  std::map<bespoke::JobId, Seen> seen_;
};

}  // namespace

std::unique_ptr<ProgressView> make_plain_progress(Screen& screen, ProgressNotes notes, bool many) {
  return std::make_unique<PlainProgress>(screen, std::move(notes), many);
}

}  // namespace cli
