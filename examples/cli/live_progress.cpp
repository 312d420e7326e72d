#include "job_text.hpp"
#include "progress_view.hpp"
#include "text_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace cli {
namespace {

constexpr int bar_cells = 20;
constexpr int narrowest_bar = 8;

/// ✓ and ✗ lines for phases that have ended, and below them a spinner, a bar and a count of tokens.
class LiveProgress final : public ProgressView {
 public:
  LiveProgress(Screen& screen, ProgressNotes notes) : screen_(screen), notes_(std::move(notes)) {}

  void show(const bespoke::Change& change) override {
    job_ = change.job;
    switch (change.kind) {
      case bespoke::Change::Kind::text:
        streamed_ = change.offset + change.text.size();
        break;
      case bespoke::Change::Kind::reset:
        streamed_ = 0;
        break;
      case bespoke::Change::Kind::snapshot:
        show_snapshot();
        break;
    }
    draw();
  }

  void tick() override {
    ++frame_;
    draw();
  }
  bool animated() const override { return true; }

 private:
  void show_snapshot() {
    if (ended_ && !is_terminal(job_.state)) {  // somebody has resumed it
      ended_ = false;
      finished_.clear();
    }
    if (job_.phase != phase_) {
      phase_ = job_.phase;
      streamed_ = 0;
    }
    for (const bespoke::PhaseRecord& phase : job_.phases) {
      if (phase.state == bespoke::PhaseState::succeeded && finished_.insert(phase.name).second)
        finished_line(phase.label, phase.percent, time_taken(phase), notes_.phase ? notes_.phase(job_, phase) : "");
    }
    if (!is_terminal(job_.state) || ended_) return;
    ended_ = true;
    if (job_.state == bespoke::JobState::succeeded) {
      screen_.live("");
      finished_line(job_.label, job_.percent, time_taken(job_), notes_.result ? notes_.result(job_) : "");
    } else {
      failed_lines();
    }
  }

  void finished_line(const std::string& label, double percent, bespoke::Millis taken, const std::string& words) {
    const std::string start = screen_.paint(Tone::good, screen_.glyph("✓", "+")) + " " +
                              pad(printable(label), label_columns()) +
                              fmt::format(" {:3.0f} %  {}", percent, pad_left(duration(taken), 7));
    const int left = screen_.columns() - (2 + label_columns() + 15);
    if (words.empty()) {
      screen_.line(start);
    } else if (display_width(words) + 3 <= left) {
      screen_.line(start + "   " + screen_.paint(Tone::faint, words));
    } else {
      screen_.line(start);
      screen_.line("  " + screen_.paint(Tone::faint, words));
    }
  }

  void failed_lines() {
    screen_.live("");
    const bespoke::PhaseRecord* phase = current_phase(job_);
    const std::string what = printable(phase == nullptr ? job_.label : phase->label);
    screen_.error_line(screen_.paint(Tone::bad, screen_.glyph("✗", "x")) + " " + pad(what, label_columns()) + " " +
                       end_text(job_));
    for (const std::string& line : failure_lines(job_, notes_.resume ? notes_.resume(job_) : ""))
      screen_.error_line("  " + line);
  }

  /// Wide enough for every label of the job, so that columns stay where they are.
  int label_columns() const {
    int widest = display_width(job_.label);
    for (const bespoke::PhaseRecord& phase : job_.phases) widest = std::max(widest, display_width(phase.label));
    return std::clamp(widest, 10, 44);
  }

  void draw() {
    if (ended_ || job_.id.is_nil()) return;
    const int columns = screen_.columns() - 1;  // the last column would wrap on some terminals
    const std::string label = pad(fit(printable(job_.label), label_columns()), label_columns());
    const std::string percent = fmt::format(" {:3.0f} %", job_.percent);
    std::string words = words_now();
    const int fixed = 2 + display_width(label) + display_width(percent) + 2;
    int cells = std::min(bar_cells, columns - fixed - (words.empty() ? 0 : 2 + display_width(words)));
    if (cells < narrowest_bar) cells = std::min(narrowest_bar, columns - fixed);
    if (cells < narrowest_bar) cells = 0;  // no room for a bar: the percent must do
    words = fit(words, columns - fixed - cells - 2, screen_.look().unicode);
    screen_.live(screen_.paint(Tone::accent, spinner()) + " " + fit(label + percent, columns - 2) +
                 (cells > 0 ? "  " + bar(cells) : "") +
                 (words.empty() ? "" : "  " + screen_.paint(Tone::faint, words)));
  }

  std::string words_now() const {
    if (job_.state == bespoke::JobState::waiting) {
      std::string words = waiting_text(job_, bespoke::system_clock().wall_now());
      const bespoke::PhaseRecord* phase = current_phase(job_);
      if (phase != nullptr && phase->error) words += fmt::format(" ({})", to_string(phase->error->code));
      return join(attempt_text(job_), words);
    }
    if (job_.state == bespoke::JobState::queued) return "queued";
    // Providers count at the end only; four bytes a token is the usual guess for English.
    const std::string tokens =
        streamed_ == 0 ? "" : fmt::format("~{}", counted(static_cast<long long>(streamed_) / 4 + 1, "token"));
    return join(tokens, attempt_text(job_));
  }

  static std::string join(const std::string& left, const std::string& right) {
    return left.empty() || right.empty() ? left + right : left + ", " + right;
  }

  std::string_view spinner() const {
    constexpr std::array<std::string_view, 10> frames = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    constexpr std::array<std::string_view, 4> ascii = {"|", "/", "-", "\\"};
    return screen_.glyph(frames[frame_ % frames.size()], ascii[frame_ % ascii.size()]);
  }

  std::string bar(int cells) const {
    const int full = std::clamp(static_cast<int>(std::lround(job_.percent * cells / 100)), 0, cells);
    std::string done;
    std::string rest;
    for (int i = 0; i < cells; ++i)
      (i < full ? done : rest) += i < full ? screen_.glyph("▇", "#") : screen_.glyph("▁", ".");
    return screen_.paint(Tone::accent, done) + screen_.paint(Tone::faint, rest);
  }

  Screen& screen_;
  ProgressNotes notes_;
  bespoke::Job job_;
  std::string phase_;           ///< the one that streamed_ counts for
  std::uint64_t streamed_ = 0;  ///< bytes of the text so far
  std::set<std::string> finished_;
  bool ended_ = false;
  std::size_t frame_ = 0;
};

}  // namespace

std::unique_ptr<ProgressView> make_live_progress(Screen& screen, ProgressNotes notes) {
  return std::make_unique<LiveProgress>(screen, std::move(notes));
}

}  // namespace cli
