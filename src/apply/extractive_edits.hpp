#pragma once

#include "apply/extractive_client.hpp"
#include "job/json_tree_fwd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// An operation with all its members, null but for `op`.
JsonTree empty_operation(std::string_view op);

/// A reason of the locale with its {keywords}.
std::string reason_naming(std::string_view reason, const ExtractiveContext& context,
                          const std::vector<std::string>& keywords);

/// The strongest first: by worth, then those with a figure, then as they stood.
std::vector<const ExtractiveContext::Item*> strongest_first(std::vector<const ExtractiveContext::Item*> items);

/// A set_summary that tells more about the posting in the profile's own sentences, or null when none does.
JsonTree summary_operation(const ExtractiveContext& context, const JsonTree& profile);

}  // namespace bespoke
