// What a store can do: submit, claim, checkpoint (2 KiB), get, list and the change feed, with 1, 16, 256 and 1,000
// mutations in flight (a transaction each), beside what bare SQLite and bare fdatasync do in the same run. See
// bench/run.sh.

#include "sample_job.hpp"
#include "temporary_folder.hpp"

#include <bespoke/phase_runner.hpp>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <stdexcept>

namespace bespoke::testing {
namespace {

const std::string body = "\"" + std::string(2046, 'c') + "\"";

/// Under BESPOKE_BENCH_DIR, since /tmp may be memory.
std::string fresh_folder() {
  const char* base = std::getenv("BESPOKE_BENCH_DIR");
  std::string name = std::string(base != nullptr ? base : "/var/tmp") + "/bespoke-bench-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
  return name;
}

struct Opened {
  std::string folder = fresh_folder();
  std::unique_ptr<JobStore> store;
  ~Opened() {
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

std::unique_ptr<Opened> open(const std::string& kind) {
  auto opened = std::make_unique<Opened>();
  StoreOptions options;
  std::string uri = "memory:";
  if (kind == "sqlite") uri = "sqlite:" + opened->folder + "/jobs.db";
  if (kind == "sqlite_process") uri = "sqlite:" + opened->folder + "/jobs.db?durability=process";
  if (kind == "file") uri = "file:" + opened->folder;
  if (kind == "postgres") {
    static int count = 0;
    uri = std::string(std::getenv("BESPOKE_BENCH_POSTGRES")) + fmt::format("&schema=b{}_{}", getpid(), ++count);
  }
  opened->store = open_store(uri, options);
  return opened;
}

JobRecord new_job() {
  static const std::string owners[] = {"ada", "bob", "cyd", "dan"};
  static std::size_t count = 0;
  JobRecord record = queued_job(owners[++count % 4]);
  return record;
}

std::vector<JobRecord> submit(JobStore& store, std::size_t amount, bool claim) {
  std::vector<JobRecord> jobs;
  std::vector<Mutation> batch;
  const RunnerId runner = fresh_runner();
  for (std::size_t i = 0; i < amount; ++i) {
    JobRecord record = new_job();
    Mutation mutation = submit_of(record);
    mutation.put = {{PayloadKind::input, "", body}};
    batch.push_back(std::move(mutation));
    if (claim) {
      record = claimed(record, runner);
      batch.push_back(put_of(MutationKind::claim, record));
    }
    jobs.push_back(record);
    if (batch.size() >= 512) {
      store.apply(batch);
      batch.clear();
    }
  }
  if (!batch.empty()) store.apply(batch);
  return jobs;
}

void count_items(benchmark::State& state, std::size_t each) {
  state.SetItemsProcessed(static_cast<std::int64_t>(each) * state.iterations());
}

void submit_batches(benchmark::State& state, JobStore& store, std::size_t flight) {
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Mutation> batch;
    for (std::size_t i = 0; i < flight; ++i) {
      batch.push_back(submit_of(new_job()));
      batch.back().put = {{PayloadKind::input, "", body}};
    }
    state.ResumeTiming();
    store.apply(batch);
  }
  count_items(state, flight);
}

void claim_batches(benchmark::State& state, JobStore& store, std::size_t flight) {
  const RunnerId runner = fresh_runner();
  for (auto _ : state) {
    state.PauseTiming();
    submit(store, flight, false);
    state.ResumeTiming();
    const ClaimPage page = store.claimable(claim_query(flight));
    std::vector<Mutation> batch;
    for (const JobRecord& record : page.jobs) {
      batch.push_back(put_of(MutationKind::claim, claimed(record, runner)));
      batch.back().guard.revision = record.job.revision;
    }
    store.apply(batch);
  }
  count_items(state, flight);
}

void checkpoint_batches(benchmark::State& state, JobStore& store, std::size_t flight) {
  const std::vector<JobRecord> jobs = submit(store, flight, true);
  int phase = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Mutation> batch;
    ++phase;
    for (const JobRecord& record : jobs) {
      batch.push_back(put_of(MutationKind::checkpoint, record));
      batch.back().guard.token = token_of(record);
      batch.back().put = {{PayloadKind::checkpoint, "phase_" + std::to_string(phase), body}};
    }
    state.ResumeTiming();
    store.apply(batch);
  }
  count_items(state, flight);
}

/// Runs `batches` on a fresh store, with as many jobs a batch as the benchmark's argument says.
template <void (*batches)(benchmark::State&, JobStore&, std::size_t)>
void on_fresh_store(benchmark::State& state, const std::string& kind) {
  const auto opened = open(kind);
  batches(state, *opened->store, static_cast<std::size_t>(state.range(0)));
}

/// A job of `pipeline` as a runner would submit it.
JobRecord queued_record(const Pipeline& pipeline) {
  const auto store = open_store("memory:");
  RunnerOptions options;
  options.claim = ClaimScope::none;
  PhaseRunner runner(*store, {pipeline}, options);
  SubmitRequest request;
  request.pipeline = pipeline.spec().name;
  return *store->get(runner.submit(request));
}

/// One whole runner that works `flight` jobs at a time off a queue of four times as many, each with phases that give
/// 2 KiB and do nothing: looking for jobs, claims and ends count as well as checkpoints; submits don't.
void bench_runner(benchmark::State& state, const std::string& kind) {
  const auto opened = open(kind);
  const auto flight = static_cast<std::size_t>(state.range(0));
  const std::size_t queue = 4 * flight;
  constexpr int phases = 10;
  Pipeline pipeline("bench", 1);
  for (int i = 0; i < phases; ++i)
    pipeline.phase({fmt::format("p{}", i), "Phase", static_cast<double>(i) * 10, {}},
                   AsyncWork{[](const std::shared_ptr<PhaseContext>&, const std::shared_ptr<Completion>& done) {
                     done->finish(Json::trusted(body));
                   }});
  RunnerOptions options;
  options.log = stderr_log(LogLevel::off);
  options.max_jobs = flight;
  PhaseRunner runner(*opened->store, {pipeline}, options);
  JobRecord record = queued_record(pipeline);
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Mutation> batch;
    for (std::size_t i = 0; i < queue; ++i) {
      record.job.id = make_uuid_v7(system_clock().wall_now(), system_random());
      batch.push_back(submit_of(record));
      batch.back().put = {{PayloadKind::input, "", "null"}};
    }
    opened->store->apply(batch);
    state.ResumeTiming();
    runner.wait_until_idle();
  }
  state.counters["commits"] = static_cast<double>(runner.stats().commits) / static_cast<double>(state.iterations());
  count_items(state, queue * phases);
}

void bench_get(benchmark::State& state, const std::string& kind) {
  const auto opened = open(kind);
  const std::vector<JobRecord> jobs = submit(*opened->store, static_cast<std::size_t>(state.range(0)), false);
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(opened->store->get(jobs[(at += 7919) % jobs.size()].job.id));
  count_items(state, 1);
}

void bench_list(benchmark::State& state, const std::string& kind) {
  const auto opened = open(kind);
  submit(*opened->store, static_cast<std::size_t>(state.range(0)), false);
  for (auto _ : state) benchmark::DoNotOptimize(opened->store->list({.owner = "ada", .limit = 50}));
  count_items(state, 1);
}

void bench_feed(benchmark::State& state, const std::string& kind) {
  const auto opened = open(kind);
  submit(*opened->store, static_cast<std::size_t>(state.range(0)), false);
  const ChangeCursor since = opened->store->latest_change() - 100;
  for (auto _ : state) benchmark::DoNotOptimize(opened->store->changes(since, 100));
  count_items(state, 100);
}

/// A store that holds so many queued jobs already; the one of the last call is kept for the next.
struct Grown {
  std::string kind;
  std::int64_t size = 0;
  std::unique_ptr<Opened> opened;
  std::vector<JobId> ids;  ///< some of them

  static Grown& of(const std::string& kind, std::int64_t size) {
    static Grown grown;
    if (grown.kind == kind && grown.size == size) return grown;
    grown = Grown();
    grown.opened = open(kind);
    for (std::int64_t left = size; left > 0; left -= 1000) {
      const auto jobs =
          submit(*grown.opened->store, static_cast<std::size_t>(std::min<std::int64_t>(left, 1000)), false);
      for (std::size_t i = 0; i < jobs.size(); i += 50) grown.ids.push_back(jobs[i].job.id);
    }
    grown.kind = kind;
    grown.size = size;
    return grown;
  }
};

constexpr std::size_t grown_flight = 16;

void grown_submit(benchmark::State& state, const std::string& kind) {
  submit_batches(state, *Grown::of(kind, state.range(0)).opened->store, grown_flight);
}

void grown_claim(benchmark::State& state, const std::string& kind) {
  claim_batches(state, *Grown::of(kind, state.range(0)).opened->store, grown_flight);
}

void grown_checkpoint(benchmark::State& state, const std::string& kind) {
  checkpoint_batches(state, *Grown::of(kind, state.range(0)).opened->store, grown_flight);
}

/// A look for claimable jobs while every owner has as many running as may be.
void grown_full_owners(benchmark::State& state, const std::string& kind) {
  JobStore& store = *Grown::of(kind, state.range(0)).opened->store;
  submit(store, grown_flight, true);
  ClaimQuery query = claim_query(grown_flight);
  query.max_running_per_owner = 1;
  for (auto _ : state) benchmark::DoNotOptimize(store.claimable(query));
  count_items(state, 1);
}

void grown_get(benchmark::State& state, const std::string& kind) {
  const Grown& grown = Grown::of(kind, state.range(0));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(grown.opened->store->get(grown.ids[(at += 7919) % grown.ids.size()]));
  count_items(state, 1);
}

void grown_list(benchmark::State& state, const std::string& kind) {
  JobStore& store = *Grown::of(kind, state.range(0)).opened->store;
  for (auto _ : state) benchmark::DoNotOptimize(store.list({.owner = "ada", .limit = 50}));
  count_items(state, 1);
}

void run_sql(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database));
}

/// Checkpoints appended in rowid order, an index on (job, phase), a small job row updated; WAL, FULL.
void bare_sqlite(benchmark::State& state) {
  const std::string folder = fresh_folder();
  const auto flight = static_cast<int>(state.range(0));
  sqlite3* database = nullptr;
  sqlite3_open((folder + "/bare.db").c_str(), &database);
  run_sql(database, "PRAGMA page_size = 8192");
  run_sql(database, "PRAGMA journal_mode = WAL");
  run_sql(database, "PRAGMA synchronous = FULL");
  run_sql(database, "CREATE TABLE jobs(id INTEGER PRIMARY KEY, phase TEXT, revision INTEGER)");
  run_sql(database, "CREATE TABLE checkpoints(job INTEGER, phase TEXT, body TEXT)");
  run_sql(database, "CREATE UNIQUE INDEX checkpoints_phase ON checkpoints(job, phase)");
  for (int i = 0; i < flight; ++i) run_sql(database, "INSERT INTO jobs(phase, revision) VALUES ('', 0)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_stmt* update = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO checkpoints VALUES (?1, ?2, ?3)", -1, &insert, nullptr);
  sqlite3_prepare_v2(database, "UPDATE jobs SET phase = ?2, revision = revision + 1 WHERE id = ?1", -1, &update,
                     nullptr);
  int round = 0;
  for (auto _ : state) {
    const std::string phase = "phase_" + std::to_string(++round);
    run_sql(database, "BEGIN IMMEDIATE");
    for (int job = 1; job <= flight; ++job) {
      sqlite3_bind_int(insert, 1, job);
      sqlite3_bind_text(insert, 2, phase.data(), static_cast<int>(phase.size()), SQLITE_STATIC);
      sqlite3_bind_text(insert, 3, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
      sqlite3_bind_int(update, 1, job);
      sqlite3_bind_text(update, 2, phase.data(), static_cast<int>(phase.size()), SQLITE_STATIC);
      sqlite3_step(update);
      sqlite3_reset(update);
    }
    run_sql(database, "COMMIT");
  }
  sqlite3_finalize(insert);
  sqlite3_finalize(update);
  sqlite3_close(database);
  std::filesystem::remove_all(folder);
  count_items(state, static_cast<std::size_t>(flight));
}

void bare_fdatasync(benchmark::State& state) {
  const std::string folder = fresh_folder();
  const int fd = ::open((folder + "/bare").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::string all;
  for (std::int64_t i = 0; i < state.range(0); ++i) all += body;
  for (auto _ : state) {
    if (::write(fd, all.data(), all.size()) < 0 || ::fdatasync(fd) != 0) throw std::runtime_error("fdatasync");
  }
  ::close(fd);
  std::filesystem::remove_all(folder);
  count_items(state, static_cast<std::size_t>(state.range(0)));
}

void add(const std::string& what, const std::string& kind, void (*run)(benchmark::State&, const std::string&),
         const std::vector<std::int64_t>& sizes, double seconds = 0.3) {
  auto* bench = benchmark::RegisterBenchmark((what + "/" + kind).c_str(),
                                             [run, kind](benchmark::State& state) { run(state, kind); });
  for (const std::int64_t size : sizes) bench->Arg(size);
  bench->MeasureProcessCPUTime()->UseRealTime()->MinTime(seconds);
}

}  // namespace
}  // namespace bespoke::testing

int main(int argc, char** argv) {
  using namespace bespoke::testing;
  const std::vector<std::int64_t> flights = {1, 16, 256, 1000};
  for (const std::int64_t flight : flights) {
    benchmark::RegisterBenchmark("checkpoint/bare_sqlite", bare_sqlite)
        ->Arg(flight)
        ->MeasureProcessCPUTime()
        ->UseRealTime()
        ->MinTime(0.3);
    benchmark::RegisterBenchmark("checkpoint/bare_fdatasync", bare_fdatasync)
        ->Arg(flight)
        ->MeasureProcessCPUTime()
        ->UseRealTime()
        ->MinTime(0.3);
  }
  std::vector<std::string> kinds = {"memory", "file", "sqlite", "sqlite_process"};
  if (std::getenv("BESPOKE_BENCH_POSTGRES") != nullptr) kinds.emplace_back("postgres");
  for (const std::string& kind : kinds) {
    add("submit", kind, on_fresh_store<submit_batches>, flights);
    add("claim", kind, on_fresh_store<claim_batches>, flights);
    add("checkpoint", kind, on_fresh_store<checkpoint_batches>, flights);
    add("runner", kind, bench_runner, {16, 256, 1000});
    add("get", kind, bench_get, {1000});
    add("list", kind, bench_list, {1000});
    add("feed", kind, bench_feed, {1000});
  }
  const char* grown = std::getenv("BESPOKE_BENCH_GROWN");
  if (grown != nullptr) {
    const std::int64_t most = std::atoll(grown);
    for (const std::string kind : {"sqlite", "postgres"}) {
      if (kind == "postgres" && kinds.back() != "postgres") continue;
      for (std::int64_t size = 1000; size <= most; size *= 10) {
        if (size == 10'000) continue;
        add("grown_get", kind, grown_get, {size});
        add("grown_list", kind, grown_list, {size});
        add("grown_checkpoint", kind, grown_checkpoint, {size});
        add("grown_full_owners", kind, grown_full_owners, {size});
        add("grown_claim", kind, grown_claim, {size});
        add("grown_submit", kind, grown_submit, {size});
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
