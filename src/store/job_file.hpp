#pragma once

#include "store/memory_store.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// A job as the text of a file that people can read.
std::string job_file_text(const WholeJob& job);

/// Reads what `job_file_text` wrote. Throws Error(store_corrupt) that says what is wrong, `unsupported` for a file of a
/// newer library.
WholeJob job_from_file_text(std::string_view text);

}  // namespace bespoke
