#pragma once

#include <functional>
#include <optional>
#include <string>

namespace bespoke {

/// The value of an environment variable, from wherever the caller likes.
using EnvLookup = std::function<std::optional<std::string>(const std::string& name)>;

}  // namespace bespoke
