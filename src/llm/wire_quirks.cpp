#include "llm/wire_quirks.hpp"

namespace bespoke {

std::string schema_in_words(const Json& schema) {
  return "Answer with one JSON object and nothing else: no prose, no code fence. It must follow this JSON Schema: " +
         schema.text();
}

}  // namespace bespoke
