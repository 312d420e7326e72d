#include <bespoke/change.hpp>

#include "job/job_json.hpp"

namespace bespoke {

Json to_json(const Change& change) {
  JsonWriter out;
  out.begin_object();
  switch (change.kind) {
    case Change::Kind::snapshot:
      out.key("kind").value("snapshot");
      write(out.key("job"), change.job);
      break;
    case Change::Kind::text:
      out.key("kind").value("text");
      out.key("id").value(change.job.id);
      out.key("phase").value(change.phase);
      out.key("attempt").value(change.attempt);
      out.key("offset").value(change.offset);
      out.key("text").value(change.text);
      break;
    case Change::Kind::reset:
      out.key("kind").value("reset");
      out.key("id").value(change.job.id);
      out.key("phase").value(change.phase);
      out.key("attempt").value(change.attempt);
      break;
  }
  out.end_object();
  return out.take();
}

}  // namespace bespoke
