#pragma once

#include "job/embedded_file.hpp"

namespace bespoke {

/// The schemas, prompts and word lists of src/apply.
std::span<const EmbeddedFile> apply_files();

/// The text of one of `apply_files`. Throws Error(internal) when there is none of that name.
std::string_view apply_file(std::string_view name);

}  // namespace bespoke
