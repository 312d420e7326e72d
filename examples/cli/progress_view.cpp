#include "progress_view.hpp"

namespace cli {
namespace {

class JsonProgress final : public ProgressView {
 public:
  explicit JsonProgress(Screen& screen) : screen_(screen) {}
  void show(const bespoke::Change& change) override { screen_.line(to_json(change).text()); }

 private:
  Screen& screen_;
};

}  // namespace

std::unique_ptr<ProgressView> make_json_progress(Screen& screen) {
  return std::make_unique<JsonProgress>(screen);
}

std::unique_ptr<ProgressView> make_progress(Screen& screen, ProgressNotes notes, bool json, bool many) {
  if (json) return make_json_progress(screen);
  if (many || !screen.look().live) return make_plain_progress(screen, std::move(notes), many);
  return make_live_progress(screen, std::move(notes));
}

}  // namespace cli
