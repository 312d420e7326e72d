#pragma once

#include <string>
#include <string_view>

namespace bespoke {

/// Mends JSON in which a server has cut a character between two events: servers written in JavaScript slice text into
/// UTF-16 units, so that one event ends with "\ud83d" and the next begins with "\ude00", each of which is no valid JSON
/// by itself. The first half is held back until its other half comes.
class SurrogateMender {
 public:
  /// `json` as it is, or mended in `storage`. Halves that never meet become U+FFFD.
  std::string_view mend(std::string_view json, std::string& storage);

 private:
  std::string held_;  // "\ud83d", or empty
};

}  // namespace bespoke
