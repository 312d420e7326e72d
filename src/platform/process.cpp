#include "platform/process.hpp"

#include <unistd.h>

#include <array>

namespace bespoke {

int process_id() {
  return static_cast<int>(getpid());
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace bespoke
