#pragma once

#include "job/json_tree.hpp"

#include <string>

namespace bespoke {

/// Judges a JSON Resume document by both dialects (resume-schema 1.0, @jsonresume/schema 1.3): one is enough. Throws
/// Error(invalid_argument) that names the places and what was expected, or says that there is nothing to tailor (no
/// work, projects, education or skills with any content).
void check_profile(const JsonTree& profile);

/// The profile's own language, by its texts.
std::string profile_language(const JsonTree& profile);

}  // namespace bespoke
