#pragma once

#include "screen.hpp"

#include <bespoke/change.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cli {

/// What the views can't read off a snapshot; asked on the thread that draws.
struct ProgressNotes {
  /// A few words on a finished phase, or "".
  std::function<std::string(const bespoke::Job&, const bespoke::PhaseRecord&)> phase;
  /// A few words on a succeeded job, or "".
  std::function<std::string(const bespoke::Job&)> result;
  /// The command that goes on with a job that has failed.
  std::function<std::string(const bespoke::Job&)> resume;
};

/// Shows how jobs get on. Used by one thread.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  virtual void show(const bespoke::Change& change) = 0;
  /// Draws the next frame of what moves by itself.
  virtual void tick() {}
  /// Whether `tick` does anything.
  virtual bool animated() const { return false; }
};

/// One JSON change a line on standard output, and nothing else there.
std::unique_ptr<ProgressView> make_json_progress(Screen& screen);

/// Lines for one job, or for several (`many`), each then with its id.
std::unique_ptr<ProgressView> make_plain_progress(Screen& screen, ProgressNotes notes, bool many);

/// A bar that moves, for one job.
std::unique_ptr<ProgressView> make_live_progress(Screen& screen, ProgressNotes notes);

/// The one that fits.
std::unique_ptr<ProgressView> make_progress(Screen& screen, ProgressNotes notes, bool json, bool many);

}  // namespace cli
