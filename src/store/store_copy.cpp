#include <bespoke/store_doctor.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

constexpr PayloadKind kinds[] = {PayloadKind::input, PayloadKind::checkpoint, PayloadKind::call, PayloadKind::signal,
                                 PayloadKind::result};
/// Jobs in one transaction: enough to be quick, few enough to hold in memory with their payloads.
constexpr std::size_t at_once = 32;

}  // namespace

CopyReport copy_store(JobStore& from, JobStore& to) {
  std::vector<JobId> ids;
  JobQuery query;
  query.limit = 1000;
  for (;;) {
    const std::vector<JobRecord> page = from.list(query);
    for (const JobRecord& record : page) ids.push_back(record.job.id);
    if (page.size() < query.limit) break;
    query.after = page.back().job.id;
  }
  std::reverse(ids.begin(), ids.end());
  CopyReport report;
  std::vector<Mutation> batch;
  const auto flush = [&] {
    for (const MutationResult& result : to.apply(batch))
      ++(result.outcome == MutationOutcome::applied ? report.copied : report.there);
    batch.clear();
  };
  for (const JobId& id : ids) {
    std::optional<JobRecord> record = from.get(id);
    if (!record) continue;  // deleted meanwhile
    Mutation submit;
    submit.kind = MutationKind::submit;
    submit.id = id;
    for (const PayloadKind kind : kinds)
      for (Payload& payload : from.payloads(id, kind)) submit.put.push_back(std::move(payload));
    std::string text = from.text(id, record->job.phase, record->job.attempt, 0);
    if (!text.empty()) submit.text = TextChunk{record->job.phase, record->job.attempt, 0, std::move(text)};
    submit.record = std::move(record);
    batch.push_back(std::move(submit));
    if (batch.size() == at_once) flush();
  }
  if (!batch.empty()) flush();
  return report;
}

}  // namespace bespoke
