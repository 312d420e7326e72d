#pragma once

#define BESPOKE_VERSION_MAJOR 0
#define BESPOKE_VERSION_MINOR 1
#define BESPOKE_VERSION_PATCH 0
#define BESPOKE_VERSION_STRING "0.1.0"

namespace bespoke {

/// Version of the library that is linked, as opposed to BESPOKE_VERSION_STRING of the headers compiled against.
const char* version();

}  // namespace bespoke
