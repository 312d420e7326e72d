#pragma once

#include "progress_view.hpp"
#include "screen.hpp"

#include <bespoke/job.hpp>

namespace cli {

/// Jobs, one a row, as wide as the screen allows.
class JobTable {
 public:
  explicit JobTable(Screen& screen) : screen_(screen) {}
  void row(const bespoke::Job& job);

 private:
  Screen& screen_;
  bool headed_ = false;
};

/// One job with the history of its phases.
void show_job(Screen& screen, const bespoke::Job& job, const ProgressNotes& notes);

}  // namespace cli
