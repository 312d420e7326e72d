#include "runner/phase_attempt.hpp"

#include <bespoke/error.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bespoke {

void AttemptChannel::add_text(std::string_view text) {
  const MutexLock lock(mutex_);
  report_.text += text;
  announce();
}

void AttemptChannel::set_progress(double fraction, std::string note) {
  const MutexLock lock(mutex_);
  report_.fraction = std::max(report_.fraction, fraction);
  if (!note.empty()) report_.note = std::move(note);
  announce();
}

AttemptChannel::Report AttemptChannel::take() {
  const MutexLock lock(mutex_);
  announced_ = false;
  Report report = std::exchange(report_, {});
  report_.fraction = report.fraction;
  report_.note = report.note;
  return report;
}

void AttemptChannel::announce() {
  if (announced_) return;
  executor_->post(drain_);
  announced_ = true;  // only now: there may have been no memory to post
}

const Json& AttemptContext::output(std::string_view phase) const {
  if (const Json* found = view_.outputs.find(phase)) return *found;
  throw Error(ErrorCode::not_found, fmt::format("phase \"{}\" has no output yet; finished so far: {}", phase,
                                                fmt::join(view_.outputs.phases(), ", ")));
}

void AttemptContext::progress(double fraction, std::string_view note) {
  constexpr std::size_t longest_note = 200;
  const Json checked(note);  // refuses what isn't UTF-8
  if (note.size() > longest_note) {
    std::size_t end = longest_note;
    while (end > 0 && (static_cast<unsigned char>(note[end]) & 0xc0) == 0x80) --end;  // between code points
    note = note.substr(0, end);
  }
  if (!stop_.stop_requested()) channel_->set_progress(fraction, std::string(note));
}

void AttemptContext::stream(std::string_view text) {
  if (!stop_.stop_requested()) channel_->add_text(text);
}

}  // namespace bespoke
