#include "apply/embedded_file.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>

namespace bespoke {

std::string_view apply_file(std::string_view name) {
  for (const EmbeddedFile& file : apply_files()) {
    if (file.name == name) return file.text;
  }
  throw Error(ErrorCode::internal, fmt::format("the library holds no file \"{}\"", name));
}

}  // namespace bespoke
