#pragma once

#include <bespoke/random.hpp>
#include <bespoke/time.hpp>
#include <bespoke/uuid.hpp>

#include <cstddef>

namespace bespoke {

/// A version 7 UUID (RFC 9562, 5.7): 48 bits of Unix time in milliseconds, the rest random.
Uuid make_uuid_v7(WallTime now, RandomSource& random);

/// A version 4 UUID (RFC 9562, 5.4).
Uuid make_uuid_v4(RandomSource& random);

constexpr std::size_t uuid_length = 36;
/// The text of `id` at `to`, where there is room for it. Returns where it ends.
char* write_uuid(char* to, const Uuid& id);

}  // namespace bespoke
