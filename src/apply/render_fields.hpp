#pragma once

#include "job/json_tree_fwd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// Reading members of documents that may lack any of them, or hold another type than expected: what isn't there is
/// empty.

/// The string (or number, as digits) at `member`, cleaned: no control characters but line breaks, no marks that
/// override the direction of text, no blanks at the ends.
std::string text_at(const JsonTree& object, std::string_view member);

/// A string value itself, cleaned the same way; of an array, its strings joined by line breaks.
std::string text_of(const JsonTree& value);

/// The array at `member`, or an empty one.
const JsonTree& list_at(const JsonTree& object, std::string_view member);

/// The object at `member`, or an empty one.
const JsonTree& object_at(const JsonTree& object, std::string_view member);

/// The non-empty strings of the array at `member`.
std::vector<std::string> texts_at(const JsonTree& object, std::string_view member);

/// A number as people write it: "3", "2.5"; empty when there is none.
std::string number_at(const JsonTree& object, std::string_view member);

/// Whether `member` is there and holds exactly `value`.
bool flag_at(const JsonTree& object, std::string_view member, bool fallback);

/// `url` when its scheme is http, https or mailto, else nothing. A bare "example.org/x" becomes https.
std::string safe_link(std::string_view url);

/// A URL as it is shown: without its scheme, "www." and a slash at the end.
std::string shown_link(std::string_view url);

}  // namespace bespoke
