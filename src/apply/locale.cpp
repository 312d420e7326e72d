#include "apply/locale.hpp"

#include "apply/locale_tables.hpp"

#include <algorithm>
#include <cctype>

namespace bespoke {
namespace {

const std::array<const Locale*, 6>& locales() {
  static const std::array<const Locale*, 6> all = {&locale_en(), &locale_de(), &locale_fr(),
                                                   &locale_es(), &locale_ar(), &locale_zh()};
  return all;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

const Locale& locale_for(std::string_view language) {
  std::string primary(language.substr(0, language.find_first_of("-_")));
  std::transform(primary.begin(), primary.end(), primary.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Locale* locale : locales())
    if (locale->code == primary) return *locale;
  return locale_en();
}

std::vector<std::string_view> locale_codes() {
  std::vector<std::string_view> codes;
  for (const Locale* locale : locales()) codes.push_back(locale->code);
  return codes;
}

std::string fill(std::string_view frame,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> arguments) {
  std::string filled;
  while (!frame.empty()) {
    const auto found = std::find_if(arguments.begin(), arguments.end(), [&](const auto& argument) {
      const std::string_view name = argument.first;
      return frame.size() > name.size() + 1 && frame[0] == '{' && frame.substr(1).starts_with(name) &&
             frame[name.size() + 1] == '}';
    });
    if (found == arguments.end()) {
      filled += frame[0];
      frame.remove_prefix(1);
    } else {
      filled += found->second;
      frame.remove_prefix(found->first.size() + 2);
      // "Brightfall Foods, Inc." at the end of a sentence has its full stop already.
      if (filled.ends_with('.') && frame.starts_with('.')) frame.remove_prefix(1);
    }
  }
  return filled;
}

std::string join_list(const Locale& locale, const std::vector<std::string>& items) {
  std::string joined;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i > 0 && i + 1 == items.size();
    if (i > 0) joined += last ? locale.last_comma : locale.comma;
    // The Arabic "and" is written together with an Arabic word, and apart from a Latin one.
    if (last && locale.right_to_left && !items[i].empty() && static_cast<unsigned char>(items[i][0]) < 0x80)
      joined += ' ';
    joined += items[i];
  }
  return joined;
}

std::string format_date(const Locale& locale, std::string_view iso) {
  const std::string_view year = iso.substr(0, 4);
  if (year.size() != 4 || !all_digits(year)) return std::string(iso);
  if (iso.size() == 4) return std::string(year);
  const bool shaped = (iso.size() == 7 || iso.size() == 10) && iso[4] == '-' && all_digits(iso.substr(5, 2));
  if (!shaped) return std::string(iso);
  const int month = (iso[5] - '0') * 10 + (iso[6] - '0');
  if (month < 1 || month > 12) return std::string(iso);
  return fill(locale.cv.month_year, {{"month", locale.cv.months[static_cast<std::size_t>(month - 1)]}, {"year", year}});
}

std::string format_date_range(const Locale& locale, std::string_view start, std::string_view end) {
  const std::string from = format_date(locale, start);
  std::string to = format_date(locale, end);
  if (from.empty() && to.empty()) return {};
  if (from.empty() || from == to) return to;
  if (to.empty()) return from + " – " + std::string(locale.cv.present);
  return from + " – " + to;
}

}  // namespace bespoke
