#include "apply/notices.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bespoke {
namespace {

using Frame = std::pair<std::string_view, std::string_view Locale::Notices::*>;

constexpr auto frames = std::to_array<Frame>({
    {"no_description", &Locale::Notices::no_description},
    {"no_address", &Locale::Notices::no_address},
    {"invisible", &Locale::Notices::invisible},
    {"hidden", &Locale::Notices::hidden},
    {"comments", &Locale::Notices::comments},
    {"cut", &Locale::Notices::cut},
    {"no_requirements", &Locale::Notices::no_requirements},
    {"letter_cut", &Locale::Notices::letter_cut},
    {"letter_short", &Locale::Notices::letter_short},
    {"unchanged", &Locale::Notices::unchanged},
    {"other_language", &Locale::Notices::other_language},
});

std::string argument(const JsonTree& notice, const char* name) {
  const auto found = notice.find(name);
  if (found == notice.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

JsonTree make_notice(std::string_view name, JsonTree arguments) {
  arguments["notice"] = name;
  return arguments;
}

std::string notice_text(const Locale& locale, const JsonTree& notice) {
  if (notice.is_string()) return notice.get<std::string>();
  std::string name = argument(notice, "notice");
  const auto frame =
      std::find_if(frames.begin(), frames.end(), [&](const Frame& known) { return known.first == name; });
  if (frame == frames.end()) return name;
  return fill(locale.notices.*frame->second, {{"count", argument(notice, "count")},
                                              {"asked", argument(notice, "asked")},
                                              {"profile", argument(notice, "profile")},
                                              {"output", argument(notice, "output")}});
}

}  // namespace bespoke
