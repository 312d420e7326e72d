#include <bespoke/random.hpp>

#include <sys/random.h>

#include <cstddef>
#include <mutex>

namespace bespoke {
namespace {

class SystemRandom final : public RandomSource {
 public:
  std::uint64_t next() override {
    std::uint64_t value = 0;
    // getrandom(2) gives up to 256 bytes at once without being interrupted, once the kernel's pool is ready.
    while (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
    }
    return value;
  }
};

}  // namespace

RandomSource& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace bespoke
