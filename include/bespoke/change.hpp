#pragma once

#include <bespoke/job.hpp>

#include <cstdint>
#include <string>

namespace bespoke {

/// What a watcher is told.
struct Change {
  enum class Kind : std::uint8_t {
    snapshot,  ///< `job` is the newest stored state
    text,      ///< `text` continues the streamed text of (phase, attempt) at `offset`
    reset,     ///< text streamed before for `phase` is void; `attempt` starts anew at offset 0
  };

  Kind kind = Kind::snapshot;
  Job job;  ///< the newest snapshot that this watcher has seen, whatever the kind
  std::string phase;
  int attempt = 0;
  std::uint64_t offset = 0;  ///< in bytes of UTF-8
  std::string text;          ///< whole code points only
};

/// {"kind":"snapshot","job"}, {"kind":"text","id","phase","attempt","offset","text"} or
/// {"kind":"reset","id","phase","attempt"}. Compact, one line.
Json to_json(const Change& change);

}  // namespace bespoke
