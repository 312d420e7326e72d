#pragma once

#include <span>
#include <string_view>

namespace bespoke {

/// A file of the source tree that is part of the library; see cmake/BespokeEmbed.cmake.
struct EmbeddedFile {
  std::string_view name;  ///< relative to src/apply, such as "prompts/cv_system.txt"
  std::string_view text;
};

/// The schemas, prompts and word lists of src/apply.
std::span<const EmbeddedFile> apply_files();

/// The text of one of `apply_files`. Throws Error(internal) when there is none of that name.
std::string_view apply_file(std::string_view name);

}  // namespace bespoke
