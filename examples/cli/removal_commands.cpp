#include "commands.hpp"
#include "input_files.hpp"
#include "screen.hpp"
#include "session.hpp"

#include <fmt/format.h>

namespace cli {
namespace {

ExitCode tell_count(std::size_t count, bool json) {
  Screen screen(stdout, look_of(stdout));
  screen.line(json ? fmt::format("{{\"deleted\":{}}}", count)
                   : fmt::format("{} {} deleted", count, count == 1 ? "job" : "jobs"));
  return ExitCode::done;
}

}  // namespace

ExitCode run_jobs_delete(const std::string& /*program*/, const DeleteOptions& options) {
  if (options.ids.empty() && !options.all)
    throw bespoke::Error(bespoke::ErrorCode::invalid_argument, "give the ids of jobs, or --owner ID --all");
  std::vector<bespoke::JobId> ids;
  for (const std::string& id : options.ids) ids.push_back(bespoke::Uuid::parse(id));
  const Desk desk(options.store);
  if (options.all) return tell_count(desk.runner->remove_owner(options.owner.value()), options.json);
  for (const bespoke::JobId& id : ids) desk.runner->remove(id, options.owner);
  return tell_count(ids.size(), options.json);
}

ExitCode run_jobs_purge(const std::string& /*program*/, const PurgeOptions& options) {
  const Desk desk(options.store);
  std::optional<bespoke::Millis> ended_for;
  if (options.ended_hours)
    ended_for = std::chrono::duration_cast<bespoke::Millis>(
        std::chrono::duration<double, std::ratio<3600>>(*options.ended_hours));
  return tell_count(desk.runner->purge(options.owner, ended_for), options.json);
}

ExitCode run_jobs_signal(const std::string& /*program*/, const SignalOptions& options) {
  const bespoke::JobId id = bespoke::Uuid::parse(options.id);
  const bespoke::Json payload = bespoke::Json::parse(options.payload == "-" ? read_input("-") : options.payload);
  const Desk desk(options.store);
  const bespoke::Job job = desk.runner->signal(id, options.name, payload, options.owner);
  Screen screen(stdout, look_of(stdout));
  screen.line(options.json ? to_json(job).text()
                           : fmt::format("job {} has the signal {}; it is {}", id.to_string(), options.name,
                                         to_string(job.state)));
  return ExitCode::done;
}

}  // namespace cli
