#pragma once

#include <bespoke/json_value.hpp>

#include <string>

namespace cli {

/// The whole of a file; "-" is standard input. Throws bespoke::Error(invalid_argument) that names it.
std::string read_bytes(const std::string& path);

/// The same for text: without a byte order mark.
std::string read_input(const std::string& path);

/// A JSON Resume document. Throws bespoke::Error(invalid_argument) that names the file and the place in it.
bespoke::Json read_profile(const std::string& path);

/// A posting: a JSON object (a file named *.json, or text that starts with '{'), or else plain text or HTML as a JSON
/// string. The same errors.
bespoke::Json read_posting(const std::string& path);

}  // namespace cli
