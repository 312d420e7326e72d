#pragma once

#include "job/json_tree.hpp"

#include <bitset>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// Keeps a person's contact data out of what a model sees. Name, e-mail, phone, street, postal code, addresses of
/// profiles and their user names are replaced by placeholders such as "{{name}}" wherever they stand, and put back into
/// what comes back.
class ContactMask {
 public:
  explicit ContactMask(const JsonTree& profile);

  std::string mask(std::string_view text) const;
  std::string unmask(std::string_view text) const;

  /// The profile as a model may see it: without contact data, references, addresses of pages and pictures, and with
  /// placeholders in its texts.
  JsonTree masked_profile(const JsonTree& profile) const;

 private:
  void hide(std::string value, std::string_view placeholder);
  void mask_texts(JsonTree& tree) const;

  std::bitset<256> first_bytes_;                             ///< that a value may start with
  std::vector<std::pair<std::string, std::string>> values_;  ///< value and placeholder, longest value first
};

}  // namespace bespoke
