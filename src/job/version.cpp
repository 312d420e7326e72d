#include <bespoke/version.hpp>

namespace bespoke {

const char* version() {
  return BESPOKE_VERSION_STRING;
}

}  // namespace bespoke
