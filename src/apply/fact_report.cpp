#include "apply/fact_report.hpp"

#include "llm/json_members.hpp"

namespace bespoke {

void add_checks(JsonTree& list, std::string_view part, std::string_view target, const std::vector<FactCheck>& checks,
                std::string_view action) {
  for (const FactCheck& check : checks) {
    list.push_back({{"part", part},
                    {"target", target},
                    {"kind", check.kind},
                    {"text", check.text},
                    {"verdict", check.supported ? "supported" : "violation"},
                    {"action", check.supported ? "kept" : action},
                    {"evidence", check.evidence}});
  }
}

JsonTree make_fact_report(const JsonTree& cv_checks, const JsonTree& letter_checks, int reverted,
                          int removed_sentences) {
  JsonTree checks = cv_checks;
  for (const JsonTree& check : letter_checks) checks.push_back(check);
  int supported = 0;
  int violations = 0;
  for (const JsonTree& check : checks) ++(string_member(check, "verdict") == "supported" ? supported : violations);
  return {{"checks", std::move(checks)},
          {"supported", supported},
          {"violations", violations},
          {"reverted", reverted},
          {"removed_sentences", removed_sentences}};
}

}  // namespace bespoke
