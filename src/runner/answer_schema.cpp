#include "runner/answer_schema.hpp"

#include "job/json_tree.hpp"
#include "llm/json_schema.hpp"
#include "llm/model_json.hpp"

#include <fmt/format.h>

namespace bespoke {

StructuredAnswer check_answer(const LlmRequest& request, const std::string& answer) {
  const auto document = parse_model_json(answer);
  if (!document) return {answer, "it is not JSON"};
  StructuredAnswer checked;
  // An answer that is bare already stays as it is, to the byte.
  checked.text = JsonTree::accept(answer) ? answer : document->dump();
  for (const SchemaError& error : JsonSchema(request.schema->text()).check(*document)) {
    checked.problems += (checked.problems.empty() ? "" : "; ") + to_string(error);
  }
  return checked;
}

LlmRequest ask_for_repair(LlmRequest request, const std::string& answer, const std::string& problems) {
  request.messages.push_back({"assistant", answer});
  request.messages.push_back(
      {"user", fmt::format("Your answer does not follow the JSON Schema that was asked for: {}. Answer again with the "
                           "whole corrected JSON document and nothing else.",
                           problems)});
  return request;
}

}  // namespace bespoke
