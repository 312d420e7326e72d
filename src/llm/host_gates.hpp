#pragma once

#include <bespoke/limited_client.hpp>

#include <memory>
#include <string>

namespace bespoke {

/// `client` behind the gate of its host, which all clients of this process share that have the same host and limits:
/// what one learns of an outage spares the others their tries.
std::unique_ptr<LlmClient> behind_gate_of(const std::string& host, const LlmLimits& limits,
                                          std::unique_ptr<LlmClient> client);

}  // namespace bespoke
