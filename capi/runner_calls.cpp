#include "boundary.hpp"
#include "job/json_tree.hpp"
#include "runner_table.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>

namespace bespoke::capi {
namespace {

std::optional<Millis> timeout_of(int64_t timeout_ms) {
  constexpr int64_t ten_years = 10LL * 365 * 24 * 3600 * 1000;
  if (timeout_ms < 0 || timeout_ms > ten_years) return std::nullopt;
  return Millis(timeout_ms);
}

struct Numbers {
  PhaseRunner::Stats runner;
  HostQueue::Stats queue;
  std::size_t open_tasks = 0;
};

Numbers numbers_of(const Call& call) {
  return {call.runner().stats(), call->queue().stats(), call->tasks().open_tasks()};
}

std::string prometheus(const Numbers& numbers) {
  std::string text;
  const auto add = [&](const char* name, const char* type, const char* help, std::uint64_t value) {
    text += fmt::format("# HELP bespoke_{0} {2}\n# TYPE bespoke_{0} {1}\nbespoke_{0} {3}\n", name, type, help, value);
  };
  add("jobs_running", "gauge", "Jobs under this runner's lease.", numbers.runner.running);
  add("given_up_threads", "gauge", "Threads still inside an attempt that was given up.",
      numbers.runner.given_up_threads);
  add("store_commits_total", "counter", "Transactions of the store.", numbers.runner.commits);
  add("store_mutations_total", "counter", "Changes in these transactions.", numbers.runner.mutations);
  add("host_tasks_open", "gauge", "Tasks that the host has not answered.", numbers.open_tasks);
  add("host_watches_open", "gauge", "Open watches of the host.", numbers.queue.watches);
  add("host_events_queued", "gauge", "Events that the host has not taken.", numbers.queue.pending);
  add("host_logs_dropped_total", "counter", "Log records that the host was too slow for.", numbers.queue.dropped_logs);
  return text;
}

}  // namespace
}  // namespace bespoke::capi

using namespace bespoke;        // NOLINT(google-build-using-namespace): the functions below can't be in a namespace
using namespace bespoke::capi;  // NOLINT(google-build-using-namespace)

extern "C" {

int32_t bespoke_runner_open(const char* config, size_t config_size, bespoke_runner** runner, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_runner*& handle = output(runner, "runner");
    handle = keep(std::make_shared<Session>(json_of(config, config_size, "config")));
    return BESPOKE_OK;
  });
}

int32_t bespoke_runner_shutdown(bespoke_runner* runner, int64_t grace_ms, bespoke_error** error) {
  return guarded(error, [&] {
    constexpr int64_t longest = 24LL * 3600 * 1000;
    if (grace_ms < 0 || grace_ms > longest) {
      throw Error(ErrorCode::invalid_argument, fmt::format("grace_ms must be 0 to {}", longest));
    }
    Call(runner)->shut_down(Millis(grace_ms));
    return BESPOKE_OK;
  });
}

void bespoke_runner_free(bespoke_runner* runner) {
  guarded(nullptr, [&] {
    if (runner == nullptr) return BESPOKE_OK;
    if (const auto session = take_out(runner)) session->close();
    return BESPOKE_OK;
  });
}

int32_t bespoke_runner_wait_until_idle(bespoke_runner* runner, int64_t timeout_ms, bespoke_error** error) {
  return guarded(error, [&] {
    const Call call(runner);
    return call.runner().wait_until_idle(timeout_of(timeout_ms)) ? BESPOKE_OK : BESPOKE_NOTHING;
  });
}

int32_t bespoke_runner_stats(bespoke_runner* runner, bespoke_buffer** stats, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(stats, "stats");
    const Call call(runner);
    const Numbers numbers = numbers_of(call);
    const OrderedJsonTree tree = {{"id", call.runner().id().to_string()},
                                  {"running", numbers.runner.running},
                                  {"given_up_threads", numbers.runner.given_up_threads},
                                  {"commits", numbers.runner.commits},
                                  {"mutations", numbers.runner.mutations},
                                  {"open_tasks", numbers.open_tasks},
                                  {"open_watches", numbers.queue.watches},
                                  {"queued_events", numbers.queue.pending},
                                  {"dropped_logs", numbers.queue.dropped_logs}};
    place = buffer_of(tree.dump());
    return BESPOKE_OK;
  });
}

int32_t bespoke_runner_metrics(bespoke_runner* runner, bespoke_buffer** text, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(text, "text");
    place = buffer_of(prometheus(numbers_of(Call(runner))));
    return BESPOKE_OK;
  });
}

int32_t bespoke_runner_wake_fd(bespoke_runner* runner, int* fd, bespoke_error** error) {
  return guarded(error, [&] {
    if (fd == nullptr) refuse_null("fd");
    *fd = -1;
    *fd = Call(runner)->queue().wake_fd();
    return BESPOKE_OK;
  });
}

int32_t bespoke_next_event(bespoke_runner* runner, int64_t timeout_ms, bespoke_buffer** event, bespoke_error** error) {
  return guarded(error, [&] {
    bespoke_buffer*& place = output(event, "event");
    const Call call(runner);
    // Made first, so that no event is taken for which there is no memory.
    auto buffer = std::make_unique<bespoke_buffer>();
    switch (call->queue().take(timeout_of(timeout_ms), buffer->bytes)) {
      case HostQueue::Taken::event:
        place = buffer.release();
        return BESPOKE_OK;
      case HostQueue::Taken::nothing:
        return BESPOKE_NOTHING;
      case HostQueue::Taken::closed:
        break;
    }
    return BESPOKE_CLOSED;
  });
}

int32_t bespoke_respond(bespoke_runner* runner, uint64_t task, const char* answer, size_t answer_size,
                        bespoke_error** error) {
  return guarded(error, [&] {
    const Call call(runner);
    return call->tasks().respond(task, json_of(answer, answer_size, "answer")) ? BESPOKE_OK : BESPOKE_NOTHING;
  });
}

int32_t bespoke_watch_open(bespoke_runner* runner, const char* id, size_t id_size, const char* owner, size_t owner_size,
                           uint64_t* watch, bespoke_error** error) {
  return guarded(error, [&] {
    uint64_t& place = output(watch, "watch");
    const Call call(runner);
    place = call->queue().watch(call.runner(), id_of(id, id_size), owner_of(owner, owner_size));
    return BESPOKE_OK;
  });
}

int32_t bespoke_watch_close(bespoke_runner* runner, uint64_t watch, bespoke_error** error) {
  return guarded(error, [&] { return Call(runner)->queue().unwatch(watch) ? BESPOKE_OK : BESPOKE_NOTHING; });
}

}  // extern "C"
