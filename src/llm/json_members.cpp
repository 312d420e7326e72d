#include "llm/json_members.hpp"

#include "job/json_tree.hpp"

#include <algorithm>

namespace bespoke {

using json = JsonTree;

const json* member(const json& tree, const char* name) {
  if (!tree.is_object()) return nullptr;
  const auto found = tree.find(name);
  return found == tree.end() || found->is_null() ? nullptr : &*found;
}

std::string_view string_member(const json& tree, const char* name) {
  const json* const value = member(tree, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_ref<const std::string&>())
                                                : std::string_view();
}

std::optional<std::int64_t> count_member(const json& tree, const char* name) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  const json* const value = member(tree, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(most)) return most;
  return std::clamp<std::int64_t>(value->get<std::int64_t>(), 0, most);
}

}  // namespace bespoke
