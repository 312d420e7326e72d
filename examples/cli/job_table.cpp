#include "job_table.hpp"

#include "job_text.hpp"
#include "text_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

Tone tone_of(bespoke::JobState state) {
  switch (state) {
    case bespoke::JobState::succeeded:
      return Tone::good;
    case bespoke::JobState::failed:
    case bespoke::JobState::cancelled:
      return Tone::bad;
    case bespoke::JobState::running:
      return Tone::accent;
    default:
      return Tone::plain;
  }
}

std::string mark_of(const Screen& screen, bespoke::PhaseState state) {
  switch (state) {
    case bespoke::PhaseState::succeeded:
      return screen.paint(Tone::good, screen.glyph("✓", "+"));
    case bespoke::PhaseState::failed:
    case bespoke::PhaseState::cancelled:
      return screen.paint(Tone::bad, screen.glyph("✗", "x"));
    case bespoke::PhaseState::running:
    case bespoke::PhaseState::waiting:
      return screen.paint(Tone::accent, screen.glyph("▸", ">"));
    case bespoke::PhaseState::pending:
      break;
  }
  return std::string(screen.glyph("·", "."));
}

std::string phase_words(const bespoke::Job& job, const bespoke::PhaseRecord& phase, const ProgressNotes& notes) {
  std::string words;
  const auto add = [&words](const std::string& more) {
    if (!more.empty()) words += (words.empty() ? "" : ", ") + more;
  };
  if (phase.attempts > 1) add(counted(phase.attempts, "attempt"));
  if (phase.state == bespoke::PhaseState::succeeded && notes.phase) add(notes.phase(job, phase));
  if (phase.state != bespoke::PhaseState::succeeded && phase.error)
    add(fmt::format("last failure: {}", to_string(phase.error->code)));
  return words;
}

}  // namespace

void JobTable::row(const bespoke::Job& job) {
  const int columns = screen_.columns();
  const bool wide = columns >= 110;
  const int owner_columns = wide ? 14 : 0;
  const int label_columns = std::max(8, columns - (36 + 2 + 9 + 2 + 5 + 2) - (wide ? 21 + owner_columns + 2 : 0));
  const auto join = [&](const std::string& id, const std::string& state, Tone tone, const std::string& percent,
                        const std::string& label, const std::string& owner, const std::string& created) {
    std::string line = id + "  " + screen_.paint(tone, pad(state, 9)) + "  " + pad_left(percent, 5) + "  ";
    const std::string shown = fit(label, label_columns, screen_.look().unicode);
    if (!wide) return line + shown;
    return line + pad(shown, label_columns) + "  " + pad(fit(owner, owner_columns), owner_columns) + "  " + created;
  };
  if (!headed_) {
    screen_.line(
        screen_.paint(Tone::faint, join(pad("ID", 36), "STATE", Tone::plain, "%", "PHASE", "OWNER", "CREATED")));
    headed_ = true;
  }
  screen_.line(join(job.id.to_string(), std::string(to_string(job.state)), tone_of(job.state),
                    fmt::format("{:.0f} %", job.percent), printable(job.label), printable(job.owner),
                    date_and_time(job.created_at)));
}

void show_job(Screen& screen, const bespoke::Job& job, const ProgressNotes& notes) {
  const auto field = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) screen.line(screen.paint(Tone::faint, pad(name, 10)) + value);
  };
  field("job", job.id.to_string());
  field("pipeline", fmt::format("{}, version {}", job.pipeline, job.version));
  field("state", screen.paint(tone_of(job.state), state_text(job)));
  field("progress", fmt::format("{:.0f} %  {}", job.percent, printable(job.label)));
  field("owner", printable(job.owner));
  field("model", printable(job.model));
  field("key", printable(job.key));
  field("created", date_and_time(job.created_at));
  if (job.ended_at) field("ended", date_and_time(*job.ended_at));
  if (job.expires_at) field("kept until", " " + date_and_time(*job.expires_at));
  field("used", usage_text(job.usage));
  field("revision", std::to_string(job.revision));
  int label_columns = 10;
  for (const bespoke::PhaseRecord& phase : job.phases)
    label_columns = std::clamp(display_width(phase.label), label_columns, 44);
  screen.line("");
  for (const bespoke::PhaseRecord& phase : job.phases) {
    std::string line = mark_of(screen, phase.state) + " " + pad(printable(phase.label), label_columns) +
                       fmt::format(" {:3.0f} %", phase.percent);
    const std::string words = phase_words(job, phase, notes);
    if (phase.ended_at || !words.empty()) line += "  " + pad_left(phase.ended_at ? duration(time_taken(phase)) : "", 7);
    if (!words.empty()) line += "   " + screen.paint(Tone::faint, words);
    screen.line(line);
  }
  if (job.state == bespoke::JobState::succeeded && notes.result) {
    const std::string words = notes.result(job);
    if (!words.empty()) screen.line("\n" + words);
  }
  if (job.state == bespoke::JobState::failed || job.state == bespoke::JobState::cancelled) {
    screen.line("");
    for (const std::string& line : failure_lines(job, notes.resume ? notes.resume(job) : "")) screen.line(line);
  }
}

}  // namespace cli
