#pragma once

#include <bespoke/job_store.hpp>

#include <cstddef>
#include <memory>

namespace bespoke {

/// A store that is gone with its object, for tests and for work that may be lost. Its change feed remembers the last
/// change of the `feed_length` jobs that changed last.
std::unique_ptr<JobStore> make_memory_store(std::size_t feed_length = 100'000);

}  // namespace bespoke
