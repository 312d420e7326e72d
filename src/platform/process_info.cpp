#include "platform/process_info.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace bespoke {

std::string describe_process(pid_t pid) {
  // proc(5): "pid (name) state ...", where the name may hold anything, brackets too.
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= stat.size())
    return fmt::format("process {}, which can't be seen from here (it has just ended, or is in another container)",
                       pid);
  const std::string name = stat.substr(open + 1, close - open - 1);
  switch (stat[close + 2]) {
    case 'T':
    case 't':
      return fmt::format("process {} ({}), which is stopped (continue it with kill -CONT {}, or end it)", pid, name,
                         pid);
    case 'D':
      return fmt::format("process {} ({}), which waits for the disk", pid, name);
    default:
      return fmt::format("process {} ({}), which is running", pid, name);
  }
}

}  // namespace bespoke
