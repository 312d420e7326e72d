#pragma once

#include "apply/tailoring.hpp"
#include "job/json_tree.hpp"

namespace bespoke {

/// The result of a job from what its phases gave, previews included.
nlohmann::json make_apply_result(Tailoring& tailoring, const nlohmann::json& cv, const nlohmann::json& letter,
                                 const nlohmann::json& prompt_hashes);

}  // namespace bespoke
