#pragma once

#include <bespoke/time.hpp>

#include <string>
#include <string_view>

namespace cli {

/// Columns that `text` takes on a terminal. Invalid UTF-8 counts one column a byte.
int display_width(std::string_view text);

/// `text` cut to `columns` with an ellipsis if it is longer.
std::string fit(std::string_view text, int columns, bool unicode = true);

/// `text` with blanks up to `columns`; never cut.
std::string pad(std::string_view text, int columns);

/// The same with the blanks in front.
std::string pad_left(std::string_view text, int columns);

/// Control characters as spaces: what others wrote must not steer the terminal.
std::string printable(std::string_view text);

/// "0.4 s", "31 s", "2 min 05 s", "3 h 07 min", "4 days".
std::string duration(bespoke::Millis time);

/// Local time of day, "10:42:07".
std::string time_of_day(bespoke::WallTime time);

/// Local date and time, "2026-11-25 10:42:07".
std::string date_and_time(bespoke::WallTime time);

/// Quoted for a POSIX shell where that is needed.
std::string shell_word(std::string_view word);

/// "1 job", "3 jobs".
std::string counted(long long count, std::string_view singular);

}  // namespace cli
