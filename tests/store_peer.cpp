// Another process on the same SQLite or PostgreSQL store, for tests that kill, stop and watch one: store_peer FILE|URI
// COMMAND [ARGUMENT]. It says what it did in lines on standard output.

#include "sample_job.hpp"

#include "store/sqlite_store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace bespoke::testing {
namespace {

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

JobRecord fresh_job() {
  JobRecord record = queued_job();
  record.job.id = make_uuid_v7(system_clock().wall_now(), system_random());
  return record;
}

/// Submits jobs, each with a payload, `count` of them or for ever when it is 0; says each id when it is stored.
void submit(JobStore& store, long count) {
  for (long i = 0; count == 0 || i < count; ++i) {
    Mutation mutation = submit_of(fresh_job());
    mutation.put = {{PayloadKind::input, "", "\"" + std::string(3000, 'x') + "\""}};
    apply_one(store, mutation);
    say(mutation.id.to_string());
  }
}

void run(const std::string& file, const std::string& command, const std::string& argument) {
  SqliteOptions options;
  if (command == "stop-in-commit") options.before_commit = [] { std::raise(SIGSTOP); };
  if (command == "die-in-commit") options.before_commit = [] { std::raise(SIGKILL); };
  const std::unique_ptr<JobStore> store =
      file.starts_with("postgresql:") ? open_store(file) : open_sqlite_store(file, options);
  if (command == "submit" || command == "stop-in-commit" || command == "die-in-commit") {
    submit(*store, std::stol(argument));
  } else if (command == "submit-at-request") {  // says when it was done, by the clock that all processes share
    say("ready");
    while (std::getchar() == '\n') {
      apply_one(*store, submit_of(fresh_job()));
      say(std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
    }
  } else if (command == "join" || command == "join-and-fork") {
    const std::unique_ptr<RunnerPresence> presence = store->join(RunnerId::parse(argument));
    const pid_t child = command == "join-and-fork" ? fork() : -1;
    if (child != 0) say(std::to_string(child));
    pause();
  } else {
    throw std::invalid_argument(command);
  }
}

}  // namespace
}  // namespace bespoke::testing

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    bespoke::testing::run(argv[1], argv[2], argc > 3 ? argv[3] : "");
  } catch (const std::exception& error) {
    fmt::print(stderr, "store_peer: {}\n", error.what());
    return 1;
  }
  return 0;
}
