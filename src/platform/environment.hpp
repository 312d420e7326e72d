#pragma once

#include <optional>
#include <string>

namespace bespoke {

/// The value of an environment variable, or nothing when it isn't set. The only place that reads the environment.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace bespoke
