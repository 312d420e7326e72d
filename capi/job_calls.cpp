#include "boundary.hpp"
#include "config.hpp"
#include "job/json_tree.hpp"
#include "json_reader.hpp"
#include "runner_table.hpp"

#include "job/rfc3339.hpp"

#include <bespoke/error.hpp>

#include <algorithm>
#include <cmath>

namespace bespoke::capi {
namespace {

using Tree = JsonReader::Tree;

/// A time as the library writes it, or any other RFC 3339.
std::optional<WallTime> read_time(JsonReader& reader, const char* name) {
  if (!reader.has(name)) return std::nullopt;
  return from_rfc3339(reader.string(name));
}

SubmitRequest read_submit(const Json& text) {
  const Tree tree = Tree::parse(text.text());
  JsonReader reader(tree, "request");
  SubmitRequest request;
  request.pipeline = reader.required_string("pipeline");
  if (const Tree* input = reader.value("input")) request.input = from_json_tree(*input);
  request.owner = reader.string("owner");
  request.key = reader.string("key");
  request.model = reader.string("model");
  request.budget = read_budget(reader, "budget");
  request.tags = reader.strings("tags");
  request.priority = static_cast<int>(reader.integer("priority", 0, INT32_MIN, INT32_MAX));
  request.run_at = read_time(reader, "run_at");
  request.traceparent = reader.string("traceparent");
  reader.finish();
  return request;
}

ForkRequest read_fork(const Json& text) {
  const Tree tree = Tree::parse(text.text());
  JsonReader reader(tree, "request");
  ForkRequest request;
  request.from = reader.required_string("from");
  if (reader.has("model")) request.model = reader.string("model");
  request.key = reader.string("key");
  if (reader.has("budget")) request.budget = read_budget(reader, "budget");
  reader.finish();
  return request;
}

std::optional<Budget> read_resume(const Json& text) {
  const Tree tree = Tree::parse(text.text());
  JsonReader reader(tree, "request");
  std::optional<Budget> budget;
  if (reader.has("budget")) budget = read_budget(reader, "budget");
  reader.finish();
  return budget;
}

JobQuery read_query(const Json& text) {
  const Tree tree = Tree::parse(text.text());
  JsonReader reader(tree, "query");
  JobQuery query;
  if (reader.has("owner")) query.owner = reader.string("owner");
  for (const std::string& word : reader.strings("states")) {
    const auto state = job_state_from_string(word);
    if (!state) reader.refuse("states", "queued, running, waiting, succeeded, failed or cancelled");
    query.states.push_back(*state);
  }
  if (reader.has("pipeline")) query.pipeline = reader.string("pipeline");
  query.tags = reader.strings("tags");
  query.created_from = read_time(reader, "created_from");
  query.created_before = read_time(reader, "created_before");
  if (reader.has("after")) query.after = JobId::parse(reader.string("after"));
  query.limit = static_cast<std::size_t>(reader.integer("limit", 100, 1, 1000));
  reader.finish();
  return query;
}

int32_t number_of(JobState state) {
  switch (state) {
    case JobState::queued:
      return BESPOKE_JOB_QUEUED;
    case JobState::running:
      return BESPOKE_JOB_RUNNING;
    case JobState::waiting:
      return BESPOKE_JOB_WAITING;
    case JobState::succeeded:
      return BESPOKE_JOB_SUCCEEDED;
    case JobState::failed:
      return BESPOKE_JOB_FAILED;
    case JobState::cancelled:
      break;
  }
  return BESPOKE_JOB_CANCELLED;
}

/// A call about one job that gives JSON.
template <typename Ask>
int32_t about_job(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                  bespoke_buffer** answer, const char* answer_name, bespoke_error** error, Ask&& ask) noexcept {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(answer, answer_name);
    const Call call(runner);
    const Json json = ask(call.runner(), id_of(id, id_size), owner_of(owner, owner_size));
    place = buffer_of(json.text());
    return BESPOKE_OK;
  });
}

}  // namespace
}  // namespace bespoke::capi

using namespace bespoke;        // NOLINT(google-build-using-namespace): the functions below can't be in a namespace
using namespace bespoke::capi;  // NOLINT(google-build-using-namespace)

extern "C" {

int32_t bespoke_job_submit(bespoke_runner* runner, const char* request, size_t request_size, bespoke_buffer** job,
                           bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(job, "job");
    const Call call(runner);
    const JobId id = call.runner().submit(read_submit(json_of(request, request_size, "request")));
    place = buffer_of(to_json(call.runner().get(id)).text());
    return BESPOKE_OK;
  });
}

int32_t bespoke_job_get(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                        bespoke_buffer** job, bespoke_error** error) {
  return about_job(
      runner, id, id_size, owner, owner_size, job, "job", error,
      [](PhaseRunner& it, const JobId& job_id, const Owner& whose) { return to_json(it.get(job_id, whose)); });
}

int32_t bespoke_job_poll(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                         int32_t* state, int32_t* percent_x100, uint64_t* revision, bespoke_error** error) {
  return guarded(error, [&] {
    if (state != nullptr) *state = 0;
    if (percent_x100 != nullptr) *percent_x100 = 0;
    if (revision != nullptr) *revision = 0;
    const Call call(runner);
    const auto pulse = call.runner().pulse(id_of(id, id_size), owner_of(owner, owner_size));
    if (!pulse) return BESPOKE_NOTHING;
    if (state != nullptr) *state = number_of(pulse->state);
    if (percent_x100 != nullptr) *percent_x100 = static_cast<int32_t>(std::lround(pulse->percent * 100));
    if (revision != nullptr) *revision = pulse->revision;
    return BESPOKE_OK;
  });
}

int32_t bespoke_job_list(bespoke_runner* runner, const char* query, size_t query_size, bespoke_buffer** jobs,
                         bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(jobs, "jobs");
    const Call call(runner);
    const JobQuery asked = query_size == 0 ? JobQuery{} : read_query(json_of(query, query_size, "query"));
    std::string text = "[";
    for (const Job& job : call.runner().list(asked)) {
      if (text.size() > 1) text += ',';
      text += to_json(job).text();
    }
    place = buffer_of(text + ']');
    return BESPOKE_OK;
  });
}

int32_t bespoke_job_input(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                          bespoke_buffer** input, bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, input, "input", error,
                   [](PhaseRunner& it, const JobId& job_id, const Owner& whose) { return it.input(job_id, whose); });
}

int32_t bespoke_job_result(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                           bespoke_buffer** result, bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, result, "result", error,
                   [](PhaseRunner& it, const JobId& job_id, const Owner& whose) { return it.result(job_id, whose); });
}

int32_t bespoke_job_output(bespoke_runner* runner, const char* id, size_t id_size, const char* phase, size_t phase_size,
                           const char* owner, size_t owner_size, bespoke_buffer** output_json, bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, output_json, "output", error,
                   [&](PhaseRunner& it, const JobId& job_id, const Owner& whose) {
                     return it.output(job_id, std::string(bytes_of(phase, phase_size, "phase")), whose);
                   });
}

int32_t bespoke_job_cancel(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                           bespoke_buffer** job, bespoke_error** error) {
  return about_job(
      runner, id, id_size, owner, owner_size, job, "job", error,
      [](PhaseRunner& it, const JobId& job_id, const Owner& whose) { return to_json(it.cancel(job_id, whose)); });
}

int32_t bespoke_job_signal(bespoke_runner* runner, const char* id, size_t id_size, const char* name, size_t name_size,
                           const char* payload, size_t payload_size, const char* owner, size_t owner_size,
                           bespoke_buffer** job, bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, job, "job", error,
                   [&](PhaseRunner& it, const JobId& job_id, const Owner& whose) {
                     const Json signal(bytes_of(name, name_size, "name"));  // as JSON it is checked to be UTF-8
                     const Json given = payload_size == 0 ? Json() : json_of(payload, payload_size, "payload");
                     return to_json(it.signal(job_id, std::string(name, name_size), given, whose));
                   });
}

int32_t bespoke_job_resume(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                           bespoke_buffer** job, bespoke_error** error) {
  return about_job(
      runner, id, id_size, owner, owner_size, job, "job", error,
      [](PhaseRunner& it, const JobId& job_id, const Owner& whose) { return to_json(it.resume(job_id, whose)); });
}

int32_t bespoke_job_resume_with(bespoke_runner* runner, const char* id, size_t id_size, const char* request,
                                size_t request_size, const char* owner, size_t owner_size, bespoke_buffer** job,
                                bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, job, "job", error,
                   [&](PhaseRunner& it, const JobId& job_id, const Owner& whose) {
                     return to_json(it.resume(job_id, whose, read_resume(json_of(request, request_size, "request"))));
                   });
}

int32_t bespoke_job_fork(bespoke_runner* runner, const char* id, size_t id_size, const char* request,
                         size_t request_size, const char* owner, size_t owner_size, bespoke_buffer** job,
                         bespoke_error** error) {
  return about_job(runner, id, id_size, owner, owner_size, job, "job", error,
                   [&](PhaseRunner& it, const JobId& job_id, const Owner& whose) {
                     const ForkRequest wanted = read_fork(json_of(request, request_size, "request"));
                     return to_json(it.get(it.fork(job_id, wanted, whose)));
                   });
}

int32_t bespoke_job_delete(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                           bespoke_error** error) {
  return guarded(error, [&] {
    const Call call(runner);
    call.runner().remove(id_of(id, id_size), owner_of(owner, owner_size));
    return BESPOKE_OK;
  });
}

int32_t bespoke_owner_delete(bespoke_runner* runner, const char* owner, size_t owner_size, uint64_t* count,
                             bespoke_error** error) {
  return guarded(error, [&] {
    if (count != nullptr) *count = 0;
    const Call call(runner);
    const Owner whose = owner_of(owner, owner_size);
    if (!whose) refuse_null("owner");
    const std::size_t deleted = call.runner().remove_owner(*whose);
    if (count != nullptr) *count = deleted;
    return BESPOKE_OK;
  });
}

int32_t bespoke_runner_purge(bespoke_runner* runner, int64_t ended_for_ms, const char* owner, size_t owner_size,
                             uint64_t* count, bespoke_error** error) {
  return guarded(error, [&] {
    if (count != nullptr) *count = 0;
    const Call call(runner);
    constexpr int64_t longest = 100LL * 365 * 24 * 3600 * 1000;
    const auto age = ended_for_ms < 0 ? std::nullopt : std::optional(Millis(std::min(ended_for_ms, longest)));
    const std::size_t deleted = call.runner().purge(owner_of(owner, owner_size), age);
    if (count != nullptr) *count = deleted;
    return BESPOKE_OK;
  });
}

int32_t bespoke_job_wait(bespoke_runner* runner, const char* id, size_t id_size, int64_t timeout_ms, const char* owner,
                         size_t owner_size, bespoke_buffer** job, bespoke_error** error) {
  bool over = false;
  const int32_t status = about_job(
      runner, id, id_size, owner, owner_size, job, "job", error,
      [&](PhaseRunner& it, const JobId& job_id, const Owner& whose) {
        const auto limit = timeout_ms < 0 ? std::nullopt : std::optional(Millis(timeout_ms));
        const Job snapshot = it.wait(job_id, limit, whose);
        over = is_terminal(snapshot.state) || (snapshot.waiting && snapshot.waiting->reason == WaitReason::signal);
        return to_json(snapshot);
      });
  return status == BESPOKE_OK && !over ? BESPOKE_NOTHING : status;
}

}  // extern "C"
