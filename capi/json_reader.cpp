#include "json_reader.hpp"

#include <bespoke/error.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bespoke::capi {

JsonReader::JsonReader(const Tree& tree, std::string where) : tree_(tree), where_(std::move(where)) {
  if (!tree_.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: expected an object, found {}", where_, tree_.type_name()));
  }
}

void JsonReader::refuse(const char* name, const std::string& expected) const {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected {}", where(name), expected));
}

const JsonReader::Tree* JsonReader::find(const char* name) {
  asked_.insert(name);
  const auto found = tree_.find(name);
  return found == tree_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonReader::has(const char* name) {
  return find(name) != nullptr;
}

const JsonReader::Tree* JsonReader::value(const char* name) {
  return find(name);
}

std::string JsonReader::string(const char* name, std::string fallback) {
  const Tree* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(name, "a string");
  return value->get<std::string>();
}

std::string JsonReader::required_string(const char* name) {
  std::string text = string(name);
  if (text.empty()) refuse(name, "a string that isn't empty");
  return text;
}

std::int64_t JsonReader::integer(const char* name, std::int64_t fallback, std::int64_t smallest, std::int64_t largest) {
  const Tree* value = find(name);
  if (value == nullptr) return fallback;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{INT64_MAX}) &&
                    value->get<std::int64_t>() >= smallest && value->get<std::int64_t>() <= largest;
  if (!fits) refuse(name, fmt::format("a whole number from {} to {}", smallest, largest));
  return value->get<std::int64_t>();
}

double JsonReader::number(const char* name, double fallback) {
  const Tree* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_number()) refuse(name, "a number");
  return value->get<double>();
}

bool JsonReader::boolean(const char* name, bool fallback) {
  const Tree* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(name, "true or false");
  return value->get<bool>();
}

Millis JsonReader::millis(const char* name, Millis fallback) {
  constexpr std::int64_t hundred_years = 100LL * 365 * 24 * 3600 * 1000;
  return Millis(integer(name, fallback.count(), 0, hundred_years));
}

std::vector<std::string> JsonReader::strings(const char* name) {
  std::vector<std::string> all;
  each(name, [&](const Tree& value, const std::string& place) {
    if (!value.is_string()) throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected a string", place));
    all.push_back(value.get<std::string>());
  });
  return all;
}

std::size_t JsonReader::word(const char* name, const std::vector<std::string>& words, std::size_t fallback) {
  if (!has(name)) return fallback;
  const auto found = std::find(words.begin(), words.end(), string(name));
  if (found == words.end()) refuse(name, fmt::format("one of {}", fmt::join(words, ", ")));
  return static_cast<std::size_t>(found - words.begin());
}

void JsonReader::each(const char* name, const std::function<void(const Tree&, const std::string&)>& read) {
  const Tree* value = find(name);
  if (value == nullptr) return;
  if (!value->is_array()) refuse(name, "an array");
  for (std::size_t i = 0; i < value->size(); ++i) read((*value)[i], fmt::format("{}/{}", where(name), i));
}

void JsonReader::finish() const {
  for (const auto& [name, value] : tree_.items()) {
    if (!asked_.contains(name)) {
      throw Error(ErrorCode::invalid_argument, fmt::format("{}: there is no member \"{}\" here; there are {}", where_,
                                                           name.substr(0, 80), fmt::join(asked_, ", ")));
    }
  }
}

}  // namespace bespoke::capi
