#pragma once

#include <bespoke/error.hpp>

#include <string>

namespace bespoke {

/// What an errno means for a store: no_space for a full disk or a used-up quota, out_of_memory, else store_unavailable.
ErrorCode code_of_errno(int number);

/// Throws Error(code_of_errno(errno)): "`what`: Permission denied".
[[noreturn]] void throw_os_error(const std::string& what);

}  // namespace bespoke
