#pragma once

#include <cstdint>

namespace bespoke {

/// Where the library takes its chance from (ids, jitter), so that tests and simulations own it. Thread-safe.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  /// 64 uniformly distributed bits.
  virtual std::uint64_t next() = 0;
};

/// The operating system's generator; lives as long as the process.
RandomSource& system_random();

}  // namespace bespoke
