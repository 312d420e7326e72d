#include "commands.hpp"
#include "screen.hpp"
#include "session.hpp"

#include <bespoke/store_doctor.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

std::string readable(std::int64_t bytes) {
  constexpr std::int64_t kibi = 1024;
  if (bytes < 10 * kibi) return fmt::format("{} B", bytes);
  if (bytes < 10 * kibi * kibi) return fmt::format("{} KiB", bytes / kibi);
  return fmt::format("{} MiB", bytes / kibi / kibi);
}

std::string_view word_of(bespoke::StoreFinding::Weight weight) {
  switch (weight) {
    case bespoke::StoreFinding::Weight::note:
      return "note";
    case bespoke::StoreFinding::Weight::attention:
      return "attention";
    case bespoke::StoreFinding::Weight::damage:
      return "damage";
  }
  return "";
}

std::string as_json(const bespoke::StoreReport& report) {
  std::string jobs;
  for (const auto& [state, count] : report.jobs)
    jobs += fmt::format("{}\"{}\":{}", jobs.empty() ? "" : ",", to_string(state), count);
  std::string bytes;
  for (const auto& [name, size] : report.bytes)
    bytes += fmt::format("{}{}:{}", bytes.empty() ? "" : ",", bespoke::Json(name).text(), size);
  std::string runners;
  for (const bespoke::RunnerStatus& runner : report.runners) {
    const auto life = report.lives.at(runner.id);
    runners += fmt::format(R"({}{{"id":"{}","alive":{},"running":{},"info":{}}})", runners.empty() ? "" : ",",
                           runner.id.to_string(),
                           life == bespoke::Liveness::unknown ? "null"
                           : life == bespoke::Liveness::alive ? "true"
                                                              : "false",
                           runner.running, runner.info.empty() ? "null" : bespoke::Json::parse(runner.info).text());
  }
  std::string findings;
  for (const bespoke::StoreFinding& finding : report.findings) {
    std::string ids;
    for (const bespoke::JobId& id : finding.jobs)
      ids += fmt::format("{}\"{}\"", ids.empty() ? "" : ",", id.to_string());
    findings += fmt::format(R"({}{{"weight":"{}","what":{},"advice":{},"count":{},"jobs":[{}]}})",
                            findings.empty() ? "" : ",", word_of(finding.weight), bespoke::Json(finding.what).text(),
                            bespoke::Json(finding.advice).text(), finding.count, ids);
  }
  return fmt::format(R"({{"jobs":{{{}}},"bytes":{{{}}},"runners":[{}],"findings":[{}]}})", jobs, bytes, runners,
                     findings);
}

}  // namespace

ExitCode run_doctor(const std::string& /*program*/, const DoctorOptions& options) {
  const auto log = bespoke::stderr_log(bespoke::LogLevel::error);
  open_store(options.store, log, true);  // a store that isn't there is not made
  bespoke::StoreOptions store;
  store.log = log;
  const bespoke::StoreReport report =
      bespoke::examine_store(options.store.uri, store, bespoke::system_clock().wall_now());
  Screen screen(stdout, look_of(stdout));
  auto worst = bespoke::StoreFinding::Weight::note;
  for (const bespoke::StoreFinding& finding : report.findings) worst = std::max(worst, finding.weight);
  if (options.json) {
    screen.line(as_json(report));
  } else {
    std::string jobs;
    for (const auto& [state, count] : report.jobs)
      jobs += fmt::format("{}{} {}", jobs.empty() ? "" : ", ", count, to_string(state));
    screen.line("jobs      " + (jobs.empty() ? "none" : jobs));
    std::string sizes;
    for (const auto& [name, size] : report.bytes)
      sizes += fmt::format("{}{} {}", sizes.empty() ? "" : ", ", name, readable(size));
    if (!sizes.empty()) screen.line("size      " + sizes);
    for (const bespoke::RunnerStatus& runner : report.runners) {
      const auto life = report.lives.at(runner.id);
      screen.line(fmt::format("runner    {}  {}, {} jobs", runner.id.to_string(),
                              life == bespoke::Liveness::alive  ? "alive"
                              : life == bespoke::Liveness::dead ? "dead"
                                                                : "not known to be dead",
                              runner.running));
    }
    for (const bespoke::StoreFinding& finding : report.findings) {
      screen.line(fmt::format("{:<9} {}", word_of(finding.weight), finding.what));
      for (const bespoke::JobId& id : finding.jobs) screen.line("          " + id.to_string());
      if (!finding.advice.empty()) screen.line("          " + finding.advice);
    }
    if (worst == bespoke::StoreFinding::Weight::note) screen.line("ok        nothing to do");
  }
  switch (worst) {
    case bespoke::StoreFinding::Weight::note:
      return ExitCode::done;
    case bespoke::StoreFinding::Weight::attention:
      return ExitCode::job_failed;
    case bespoke::StoreFinding::Weight::damage:
      return ExitCode::store_trouble;
  }
  return ExitCode::done;
}

ExitCode run_store_copy(const std::string& /*program*/, const CopyOptions& options) {
  const auto log = bespoke::stderr_log(bespoke::LogLevel::error);
  const auto from = open_store(options.from, log, true);
  const auto to = open_store(options.to, log, false);
  const bespoke::CopyReport report = bespoke::copy_store(*from, *to);
  Screen screen(stdout, look_of(stdout));
  screen.line(options.json ? fmt::format(R"({{"copied":{},"there":{}}})", report.copied, report.there)
                           : fmt::format("{} jobs copied, {} were there already", report.copied, report.there));
  return ExitCode::done;
}

}  // namespace cli
