#pragma once

#include <bespoke/job.hpp>
#include <bespoke/job_record.hpp>

#include "job/json_tree.hpp"
#include "job/json_writer.hpp"

namespace bespoke {

nlohmann::ordered_json to_tree(const Usage& usage);
nlohmann::ordered_json to_tree(const ErrorInfo& error);
void write(JsonWriter& out, const Job& job);
Usage usage_from_tree(const nlohmann::json& tree);
ErrorInfo error_from_tree(const nlohmann::json& tree);
Job job_from_tree(const nlohmann::json& tree);

}  // namespace bespoke
