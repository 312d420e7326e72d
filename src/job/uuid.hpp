#pragma once

#include <bespoke/random.hpp>
#include <bespoke/time.hpp>
#include <bespoke/uuid.hpp>

namespace bespoke {

/// A version 7 UUID (RFC 9562, 5.7): 48 bits of Unix time in milliseconds, the rest random.
Uuid make_uuid_v7(WallTime now, RandomSource& random);

/// A version 4 UUID (RFC 9562, 5.4).
Uuid make_uuid_v4(RandomSource& random);

}  // namespace bespoke
