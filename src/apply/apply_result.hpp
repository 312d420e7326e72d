#pragma once

#include "apply/tailoring.hpp"
#include "job/json_tree.hpp"

namespace bespoke {

/// The result of a job from what its phases gave, previews included.
JsonTree make_apply_result(Tailoring& tailoring, const JsonTree& cv, const JsonTree& letter,
                           const JsonTree& prompt_hashes);

}  // namespace bespoke
