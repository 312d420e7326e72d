#include <bespoke/change.hpp>
#include <bespoke/json.hpp>

#include "job/job_json.hpp"

namespace bespoke {

Json to_json(const Change& change) {
  using nlohmann::ordered_json;
  switch (change.kind) {
    case Change::Kind::snapshot:
      return from_nlohmann(ordered_json{{"kind", "snapshot"}, {"job", to_tree(change.job)}});
    case Change::Kind::text:
      return from_nlohmann(ordered_json{{"kind", "text"},
                                        {"id", change.job.id.to_string()},
                                        {"phase", change.phase},
                                        {"attempt", change.attempt},
                                        {"offset", change.offset},
                                        {"text", change.text}});
    case Change::Kind::reset:
      return from_nlohmann(ordered_json{
          {"kind", "reset"}, {"id", change.job.id.to_string()}, {"phase", change.phase}, {"attempt", change.attempt}});
  }
  return {};
}

}  // namespace bespoke
