#include "llm/openai_client.hpp"

namespace bespoke {

std::unique_ptr<LlmClient> make_openai_client(const LlmConfig&, const EnvLookup&) {
  throw Error(
      ErrorCode::unsupported,
      "this build has no LLM clients over HTTP: build with BESPOKE_WITH_CURL=ON, or use the model \"extractive\"");
}

}  // namespace bespoke
