#pragma once

#include <bespoke/json_value.hpp>

#include <filesystem>
#include <string>

namespace cli {

/// Makes `directory` where it is missing and tries whether files can be written there, before any work is done for
/// them. Throws bespoke::Error(invalid_argument) that says why not.
void prepare_output(const std::filesystem::path& directory);

/// Writes preview.html, preview.md, resume.json, letter.md and result.json of a result of the apply pipeline, each
/// replaced as a whole or not at all. Returns the path of preview.html. Throws bespoke::Error.
std::filesystem::path write_outputs(const std::filesystem::path& directory, const bespoke::Json& result);

}  // namespace cli
