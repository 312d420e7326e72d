#include "llm/anthropic_client.hpp"
#include "llm/openai_client.hpp"

namespace bespoke {
namespace {

[[noreturn]] void refuse() {
  throw Error(
      ErrorCode::unsupported,
      "this build has no LLM clients over HTTP: build with BESPOKE_WITH_CURL=ON, or use the model \"extractive\"");
}

}  // namespace

std::unique_ptr<LlmClient> make_openai_client(const LlmConfig&, const EnvLookup&) {
  refuse();
}

std::unique_ptr<LlmClient> make_anthropic_client(const LlmConfig&, const EnvLookup&) {
  refuse();
}

}  // namespace bespoke
