#include "apply/posting_sections.hpp"

#include "apply/text_fold.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace bespoke {
namespace {

struct Heading {
  PostingSection section;
  std::string_view words;  ///< folded
};

// The first that a short line contains decides; wishes come before requirements ("preferred qualifications").
constexpr auto headings = std::to_array<Heading>({
    {PostingSection::preferred, "nice to have"},
    {PostingSection::preferred, "nice-to-have"},
    {PostingSection::preferred, "preferred"},
    {PostingSection::preferred, "desirable"},
    {PostingSection::preferred, "desired"},
    {PostingSection::preferred, "bonus point"},
    {PostingSection::preferred, "good to have"},
    {PostingSection::preferred, "would be a plus"},
    {PostingSection::preferred, "is a plus"},
    {PostingSection::preferred, "pluses"},
    {PostingSection::preferred, "optional"},
    {PostingSection::preferred, "extra credit"},
    {PostingSection::preferred, "kein muss"},
    {PostingSection::preferred, "von vorteil"},
    {PostingSection::preferred, "wunschenswert"},
    {PostingSection::preferred, "pluspunkt"},
    {PostingSection::preferred, "idealerweise"},
    {PostingSection::preferred, "atouts"},
    {PostingSection::preferred, "un plus"},
    {PostingSection::preferred, "souhaite"},
    {PostingSection::preferred, "apprecie"},
    {PostingSection::preferred, "deseable"},
    {PostingSection::preferred, "valorable"},
    {PostingSection::preferred, "se valora"},
    {PostingSection::preferred, "يفضل"},
    {PostingSection::preferred, "ميزه اضافيه"},
    {PostingSection::preferred, "加分"},
    {PostingSection::preferred, "优先"},
    {PostingSection::offer, "we offer"},
    {PostingSection::offer, "what you get"},
    {PostingSection::offer, "benefits"},
    {PostingSection::offer, "perks"},
    {PostingSection::offer, "compensation"},
    {PostingSection::offer, "salary"},
    {PostingSection::offer, "about us"},
    {PostingSection::offer, "who we are"},
    {PostingSection::offer, "how to apply"},
    {PostingSection::offer, "wir bieten"},
    {PostingSection::offer, "das bieten wir"},
    {PostingSection::offer, "uber uns"},
    {PostingSection::offer, "nous offrons"},
    {PostingSection::offer, "avantages"},
    {PostingSection::offer, "ofrecemos"},
    {PostingSection::offer, "beneficios"},
    {PostingSection::offer, "نقدم"},
    {PostingSection::offer, "المزايا"},
    {PostingSection::offer, "福利"},
    {PostingSection::offer, "我们提供"},
    {PostingSection::required, "required"},
    {PostingSection::required, "requirement"},
    {PostingSection::required, "must have"},
    {PostingSection::required, "must-have"},
    {PostingSection::required, "essential"},
    {PostingSection::required, "qualification"},
    {PostingSection::required, "what you bring"},
    {PostingSection::required, "you bring"},
    {PostingSection::required, "you have"},
    {PostingSection::required, "who you are"},
    {PostingSection::required, "your profile"},
    {PostingSection::required, "your skills"},
    {PostingSection::required, "skills"},
    {PostingSection::required, "we expect"},
    {PostingSection::required, "we are looking for"},
    {PostingSection::required, "bringst du mit"},
    {PostingSection::required, "bringen sie mit"},
    {PostingSection::required, "dein profil"},
    {PostingSection::required, "ihr profil"},
    {PostingSection::required, "anforderung"},
    {PostingSection::required, "voraussetzung"},
    {PostingSection::required, "qualifikation"},
    {PostingSection::required, "profil recherche"},
    {PostingSection::required, "votre profil"},
    {PostingSection::required, "competences"},
    {PostingSection::required, "requisitos"},
    {PostingSection::required, "perfil"},
    {PostingSection::required, "imprescindible"},
    {PostingSection::required, "المتطلبات"},
    {PostingSection::required, "المؤهلات"},
    {PostingSection::required, "الشروط"},
    {PostingSection::required, "要求"},
    {PostingSection::required, "任职"},
    {PostingSection::duties, "responsibilit"},
    {PostingSection::duties, "duties"},
    {PostingSection::duties, "what you will do"},
    {PostingSection::duties, "what you'll do"},
    {PostingSection::duties, "you will"},
    {PostingSection::duties, "the job"},
    {PostingSection::duties, "the role"},
    {PostingSection::duties, "your tasks"},
    {PostingSection::duties, "aufgaben"},
    {PostingSection::duties, "missions"},
    {PostingSection::duties, "vos taches"},
    {PostingSection::duties, "funciones"},
    {PostingSection::duties, "responsabilidades"},
    {PostingSection::duties, "المهام"},
    {PostingSection::duties, "المسؤوليات"},
    {PostingSection::duties, "职责"},
    {PostingSection::duties, "工作内容"},
});

std::optional<PostingSection> heading_of(std::string_view line) {
  const std::string folded = fold(line);
  const std::size_t words = static_cast<std::size_t>(std::count(folded.begin(), folded.end(), ' ')) + 1;
  if (words > 7 || folded.size() > 80) return std::nullopt;
  for (const Heading& heading : headings) {
    if (folded.find(heading.words) != std::string::npos) return heading.section;
  }
  return std::nullopt;
}

/// Cuts a list mark ("- ", "* ", "• ", "1. "); says whether there was one.
bool cut_list_mark(std::string_view& line) {
  for (const std::string_view mark : {"- ", "* ", "+ ", "\xE2\x80\xA2", "\xC2\xB7", "\xE2\x80\x93 ", "\xE2\x97\x8F",
                                      "\xE2\x96\xAA", "\xE3\x83\xBB"}) {
    if (!line.starts_with(mark)) continue;
    line.remove_prefix(mark.size());
    while (line.starts_with(' ')) line.remove_prefix(1);
    return true;
  }
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && digits < 3 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') &&
      line[digits + 1] == ' ') {
    line.remove_prefix(digits + 2);
    return true;
  }
  return false;
}

}  // namespace

std::vector<PostingLine> posting_lines(std::string_view description) {
  std::vector<PostingLine> lines;
  PostingSection section = PostingSection::intro;
  bool under_heading = false;
  bool after_gap = false;
  for (std::size_t at = 0; at < description.size();) {
    const std::size_t end = std::min(description.find('\n', at), description.size());
    std::string_view line = description.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      after_gap = true;
      continue;
    }
    const bool listed = cut_list_mark(line);
    if (!listed) {
      // "What we offer: thirty days of leave": a heading and its text in one line.
      const std::size_t colon = line.find(':');
      const std::string_view head = line.substr(0, colon);
      const bool whole_line = colon == std::string_view::npos || colon + 1 >= line.size();
      if (const auto found = heading_of(head); found && (whole_line ? !line.ends_with('.') : head.size() < 60)) {
        section = *found;
        under_heading = true;
        after_gap = false;
        if (!whole_line) lines.push_back({line.substr(colon + 1), section, false});
        continue;
      }
      // A paragraph of prose behind a list belongs to no section of it.
      if (after_gap && under_heading && !lines.empty() && lines.back().listed && line.size() > 80) {
        section = PostingSection::offer;
      }
    }
    after_gap = false;
    lines.push_back({line, section, listed});
  }
  return lines;
}

}  // namespace bespoke
