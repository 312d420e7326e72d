#include "apply/json_access.hpp"

namespace bespoke {
namespace {

// Never destroyed, so that a thread may still read them while the process exits.
const JsonTree& no_list() {
  static const auto& list = *new JsonTree(JsonTree::array());
  return list;
}

const JsonTree& no_object() {
  static const auto& object = *new JsonTree(JsonTree::object());
  return object;
}

}  // namespace

std::string text_member(const JsonTree& object, std::string_view name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const JsonTree& list_member(const JsonTree& object, std::string_view name) {
  if (!object.is_object()) return no_list();
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : no_list();
}

const JsonTree& object_member(const JsonTree& object, std::string_view name) {
  if (!object.is_object()) return no_object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : no_object();
}

}  // namespace bespoke
