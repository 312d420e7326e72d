#pragma once

#include "platform/mutex.hpp"

#include <bespoke/json_value.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace bespoke {

/// What a server, or one model of it, has been found to refuse.
struct WireQuirks {
  enum class Structured : std::uint8_t {
    schema,  ///< by JSON Schema, as it should be
    object,  ///< "json_object", with the schema in words
    words,   ///< in words alone
  };

  bool old_token_limit = false;  ///< knows max_tokens, not max_completion_tokens
  bool no_temperature = false;
  bool no_usage_request = false;  ///< refuses stream_options
  Structured structured = Structured::schema;

  friend bool operator==(const WireQuirks&, const WireQuirks&) = default;
};

/// The words that stand in for structured output where a server doesn't know it.
std::string schema_in_words(const Json& schema);

/// Remembers quirks for each model, so that each refusal is met once. Thread-safe.
class QuirkMemory {
 public:
  WireQuirks of(const std::string& model) const {
    const MutexLock lock(mutex_);
    const auto found = quirks_.find(model);
    return found == quirks_.end() ? WireQuirks() : found->second;
  }
  void keep(const std::string& model, const WireQuirks& quirks) {
    const MutexLock lock(mutex_);
    quirks_[model] = quirks;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, WireQuirks> quirks_ BESPOKE_GUARDED_BY(mutex_);
};

}  // namespace bespoke
