#pragma once

#include <string>
#include <vector>

namespace bespoke {

/// Return addresses of the calling thread, innermost first, without the first `skip` frames. Cheap: nothing is
/// resolved.
std::vector<void*> capture_stack(int skip);

/// One line a frame: function, file and line where debug information tells them. Slow (it reads debug information);
/// thread-safe.
std::string describe_stack(const std::vector<void*>& stack);

}  // namespace bespoke
