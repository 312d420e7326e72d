#include <bespoke/json.hpp>

#include "job/json_depth.hpp"

#include <bespoke/error.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// nlohmann's parser names the byte and the token, and quotes what it read last; the quote is left out, since it may
/// hold a person's data.
std::string describe_parse_error(std::string_view text, const JsonTree::parse_error& error) {
  const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  std::string_view what = error.what();
  for (const std::string_view marker : {"syntax error while parsing ", "; last read: "}) {
    const std::size_t found = what.find(marker);
    if (found == std::string_view::npos) continue;
    if (marker.front() == ';') {
      const std::size_t expected = what.rfind("; expected ");
      const std::string_view tail = expected == std::string_view::npos ? "" : what.substr(expected);
      return fmt::format("not valid JSON at line {}, column {}: {}{}", line, at - line_start + 1, what.substr(0, found),
                         tail);
    }
    what.remove_prefix(found + marker.size());
  }
  return fmt::format("not valid JSON at line {}, column {}: {}", line, at - line_start + 1, what);
}

template <typename Tree>
Json to_text(const Tree& tree) {
  try {
    return Json::trusted(tree.dump());
  } catch (const JsonTree::type_error&) {
    throw Error(ErrorCode::invalid_argument, "a string in the JSON is not valid UTF-8");
  }
}

}  // namespace

Json::Json(double value) {
  if (!std::isfinite(value)) throw Error(ErrorCode::invalid_argument, "JSON has no NaN and no infinity");
  text_ = JsonTree(value).dump();
}

Json::Json(std::string_view value) : text_(to_text(JsonTree(value)).text_) {}

Json::Json(std::initializer_list<std::pair<std::string_view, Json>> members) {
  text_ = "{";
  for (const auto& [name, value] : members) {
    if (text_.size() > 1) text_ += ',';
    text_ += Json(name).text_;
    text_ += ':';
    text_ += value.text_;
  }
  text_ += '}';
}

Json Json::array(std::initializer_list<Json> items) {
  Json json;
  json.text_ = "[";
  for (const Json& item : items) {
    if (json.text_.size() > 1) json.text_ += ',';
    json.text_ += item.text_;
  }
  json.text_ += ']';
  return json;
}

bool nested_too_deeply(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i];
    if (in_string) {
      if (next == '\\') ++i;
      if (next == '"') in_string = false;
    } else if (next == '"') {
      in_string = true;
    } else if (next == '[' || next == '{') {
      if (++depth > deepest_json) return true;
    } else if (next == ']' || next == '}') {
      --depth;
    }
  }
  return false;
}

Json Json::parse(std::string_view text) {
  if (nested_too_deeply(text))
    throw Error(ErrorCode::invalid_argument, fmt::format("JSON nested deeper than {} levels", deepest_json));
  try {
    return to_text(OrderedJsonTree::parse(text));
  } catch (const JsonTree::parse_error& error) {
    throw Error(ErrorCode::invalid_argument, describe_parse_error(text, error));
  } catch (const JsonTree::exception&) {
    throw Error(ErrorCode::invalid_argument, "not valid JSON: a number in it is out of range");
  }
}

Json Json::trusted(std::string text) {
  Json json;
  json.text_ = std::move(text);
  return json;
}

Json from_nlohmann(const nlohmann::json& tree) {
  return to_text(tree);
}
Json from_nlohmann(const nlohmann::ordered_json& tree) {
  return to_text(tree);
}

Json from_json_tree(const JsonTree& tree) {
  return to_text(tree);
}
Json from_json_tree(const OrderedJsonTree& tree) {
  return to_text(tree);
}

}  // namespace bespoke
