// A process of its own on a SQLite or PostgreSQL store, for the test that kills, stops and restarts such ones:
// store_worker URI COMMAND [ARGUMENT...], where the commands are
//
//   submit FIRST COUNT   submits jobs with the keys FIRST to FIRST + COUNT - 1
//   work LOG LEASE_MS    works until it is killed; SIGUSR1 stops it inside its next commit (SQLite)
//   states               says how many runners there are, and how many jobs in each state
//   leases               says for each runner how many jobs it holds, and what it says of itself as JSON
//   dump                 says for each job what is stored of it, as JSON, in one line
//
// LOG is appended to by all workers, a line for an event: EVENT JOB PHASE ATTEMPT EPOCH PID TIME. `begun` and `ended`
// are written by the work itself, `durable` when its checkpoint is, and `refused` when a write of the job was.

#include "store/postgres_store.hpp"
#include "store/sqlite_store.hpp"

#include <bespoke/phase_runner.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace bespoke::testing {
namespace {

const std::vector<std::string> phases = {"first", "second", "third"};

std::atomic<bool> stop_wanted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

std::unique_ptr<JobStore> open(const std::string& uri, [[maybe_unused]] Millis lease) {
  StoreOptions store;
  store.busy_timeout = std::chrono::milliseconds(500);
  store.log = stderr_log();
  if (uri.starts_with("sqlite:")) {
    SqliteOptions options;
    options.store = store;
    options.before_commit = [] {
      if (stop_wanted.exchange(false)) std::raise(SIGSTOP);
    };
    return open_sqlite_store(uri.substr(uri.find(':') + 1), options);
  }
#ifdef BESPOKE_HAVE_POSTGRES
  PostgresOptions options = postgres_options_from_uri(uri, store);
  options.lock_missing_for = lease;
  return open_postgres_store(options);
#else
  throw std::invalid_argument(uri);
#endif
}

/// What `call` gives, once the store lets it.
template <typename Call>
auto stubbornly(const Call& call) {
  for (;;) {
    try {
      return call();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::store_unavailable) throw;
      fmt::print(stderr, "{}\n", error.message());
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

class EventLog final : public LogSink {
 public:
  explicit EventLog(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0) throw std::runtime_error("can't open " + path);
  }
  ~EventLog() override { ::close(file_); }
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void write(const LogRecord& record) noexcept override {
    if (record.message == "phase started") {
      const std::lock_guard lock(mutex_);
      epochs_[key(field(record, "job"), field(record, "phase"), field(record, "attempt"))] = field(record, "epoch");
    } else if (record.message == "phase finished") {
      append("durable", record);
    } else if (record.message == "lease lost") {
      append("refused", record);
    }
    if (record.level >= LogLevel::warning) stderr_log()->write(record);
  }

  void append(std::string_view event, const PhaseContext& context) {
    const std::string attempt = std::to_string(context.attempt());
    const std::string job = context.job_id().to_string();
    append(event, job, context.phase(), attempt, epoch_of(key(job, context.phase(), attempt)));
  }

 private:
  std::string epoch_of(const std::string& execution) {
    const std::lock_guard lock(mutex_);
    return epochs_.at(execution);
  }
  static std::string key(const std::string& job, const std::string& phase, const std::string& attempt) {
    return job + ' ' + phase + ' ' + attempt;
  }
  static std::string field(const LogRecord& record, std::string_view name) {
    for (const auto& [key, value] : record.fields)
      if (key == name) return value;
    return {};
  }
  void append(std::string_view event, const LogRecord& record) {
    append(event, field(record, "job"), field(record, "phase"), field(record, "attempt"), field(record, "epoch"));
  }
  void append(std::string_view event, const std::string& job, const std::string& phase, const std::string& attempt,
              const std::string& epoch) {
    const std::string line = fmt::format("{} {} {} {} {} {} {}\n", event, job, phase, attempt, epoch, ::getpid(),
                                         system_clock().wall_now().time_since_epoch().count());
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  }

  const int file_;
  std::mutex mutex_;
  std::map<std::string, std::string> epochs_;  // guarded by mutex_; by job, phase and attempt
};

/// Each phase gives the name of this very execution and those of the executions whose outputs it saw.
Pipeline pipeline(const std::shared_ptr<EventLog>& log) {
  Pipeline pipeline("torment", 1);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    pipeline.phase({phases[i], "Working...", static_cast<double>(i) * 30, {}}, [log, i](PhaseContext& context) {
      log->append("begun", context);
      std::this_thread::sleep_for(std::chrono::milliseconds(5 + system_random().next() % 25));
      Json seen = Json::array({});
      if (i > 0) seen = context.output(phases[i - 1]);
      log->append("ended", context);
      return Json{{"attempt", context.attempt()}, {"pid", ::getpid()}, {"saw", seen}};
    });
  }
  return pipeline.keep(Millis(86'400'000), Millis(86'400'000));
}

void submit(JobStore& store, int first, int count) {
  RunnerOptions options;
  options.claim = ClaimScope::none;
  const auto runner = stubbornly(
      [&] { return std::make_unique<PhaseRunner>(store, std::vector<Pipeline>{pipeline(nullptr)}, options); });
  for (int number = first; number < first + count; ++number) {
    SubmitRequest request;
    request.pipeline = "torment";
    request.owner = fmt::format("owner-{}", number % 3);
    request.key = fmt::format("job-{}", number);
    stubbornly([&] { return runner->submit(request); });
  }
}

void work(JobStore& store, const std::string& log_file, Millis lease) {
  std::signal(SIGUSR1, [](int) { stop_wanted = true; });
  const auto log = std::make_shared<EventLog>(log_file);
  RunnerOptions options;
  options.log = log;
  options.max_jobs = 16;
  options.max_takeovers = 1000;
  options.lease_expires = lease;
  options.heartbeat_every = lease / 5;
  options.probe_every = Millis(50);
  options.purge_every = lease;
  const auto runner =
      stubbornly([&] { return std::make_unique<PhaseRunner>(store, std::vector<Pipeline>{pipeline(log)}, options); });
  std::puts("working");
  std::fflush(stdout);
  for (;;) ::pause();
}

template <typename Visit>
void visit_jobs(PhaseRunner& runner, const Visit& visit) {
  JobQuery query;
  query.limit = 1000;
  for (;;) {
    const std::vector<Job> page = runner.list(query);
    for (const Job& job : page) visit(job);
    if (page.size() < query.limit) return;
    query.after = page.back().id;
  }
}

void look(JobStore& store, bool whole) {
  RunnerOptions options;
  options.claim = ClaimScope::none;
  PhaseRunner runner(store, {pipeline(nullptr)}, options);
  std::map<std::string, int> states;
  visit_jobs(runner, [&](const Job& job) {
    ++states[std::string(to_string(job.state))];
    if (!whole) return;
    std::string outputs;
    for (const PhaseRecord& phase : job.phases)
      if (phase.state == PhaseState::succeeded)
        outputs += fmt::format(R"({}"{}":{})", outputs.empty() ? "" : ",", phase.name,
                               runner.output(job.id, phase.name).text());
    fmt::print("{{\"job\":{},\"outputs\":{{{}}}}}\n", to_json(job).text(), outputs);
  });
  if (whole) return;
  fmt::print("runners {}\n", store.runners().size());
  for (const auto& [state, count] : states) fmt::print("{} {}\n", state, count);
}

void run(const std::vector<std::string>& arguments) {
  const std::string& command = arguments.at(1);
  const Millis lease(command == "work" ? std::stoi(arguments.at(3)) : 1000);
  const auto store = stubbornly([&] { return open(arguments.at(0), lease); });
  if (command == "submit") return submit(*store, std::stoi(arguments.at(2)), std::stoi(arguments.at(3)));
  if (command == "work") return work(*store, arguments.at(2), lease);
  if (command == "leases") {
    for (const RunnerStatus& runner : store->runners()) fmt::print("{} {}\n", runner.running, runner.info);
    return;
  }
  if (command == "states" || command == "dump") return look(*store, command == "dump");
  throw std::invalid_argument(command);
}

}  // namespace
}  // namespace bespoke::testing

int main(int argc, char** argv) {
  try {
    bespoke::testing::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "store_worker: {}\n", error.what());
    return 1;
  }
  return 0;
}
