#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bespoke {

/// The same as nlohmann's; it makes the trees below types of our own.
template <typename Value, typename Condition = void>
struct JsonTreeSerializer;

/// nlohmann::json as this library uses it (job/json_tree.hpp).
using JsonTree = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, double,
                                      std::allocator, JsonTreeSerializer>;

/// The same with members in the order in which they came.
using OrderedJsonTree = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t,
                                             std::uint64_t, double, std::allocator, JsonTreeSerializer>;

}  // namespace bespoke
