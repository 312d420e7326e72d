#pragma once

#include <span>
#include <string_view>

namespace bespoke {

/// A file of the source tree that is part of the library; see cmake/BespokeEmbed.cmake.
struct EmbeddedFile {
  std::string_view name;  ///< relative to the folder of its layer, such as "prompts/cv_system.txt"
  std::string_view text;
};

}  // namespace bespoke
