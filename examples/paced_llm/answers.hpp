#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

/// The answer to a chat completion request, made only from what the request itself says: JSON operations when edits of
/// a CV are asked for (a schema called "cv_edits"), otherwise prose from the sentences found in it.
std::string answer_to(const nlohmann::json& request);

/// `text` cut into pieces about as long as a model's tokens, each of whole code points.
std::vector<std::string> tokens_of(const std::string& text);
