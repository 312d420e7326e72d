#pragma once

#include <bespoke/job.hpp>
#include <bespoke/job_record.hpp>

#include "job/json_tree.hpp"
#include "job/json_writer.hpp"

namespace bespoke {

OrderedJsonTree to_tree(const Usage& usage);
OrderedJsonTree to_tree(const ErrorInfo& error);
void write(JsonWriter& out, const Job& job);
/// What to_brief_json gives.
void write_brief(JsonWriter& out, const JobRecord& record);
Usage usage_from_tree(const JsonTree& tree);
ErrorInfo error_from_tree(const JsonTree& tree);
Job job_from_tree(const JsonTree& tree);

}  // namespace bespoke
