#include <bespoke/store_doctor.hpp>

#include "job/json_tree.hpp"
#include "job/rfc3339.hpp"
#include "store/store_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bespoke {
namespace {

using Weight = StoreFinding::Weight;

/// Jobs named in a finding; the count says how many there are.
constexpr std::size_t named_at_most = 5;
/// How late a job may be before somebody should look.
constexpr Millis late(60'000);

/// What the runners that live can carry out, as far as they say.
struct Abilities {
  bool any = false;      ///< some runner takes any job
  bool unknown = false;  ///< some runner doesn't say what it takes
  std::vector<std::pair<std::string, int>> pipelines;
  std::set<std::string> models = {""};

  bool covers(const Job& job) const {
    return unknown ||
           (models.contains(job.model) && std::any_of(pipelines.begin(), pipelines.end(), [&](const auto& pipeline) {
              return pipeline.first == job.pipeline && pipeline.second >= job.version;
            }));
  }
};

Abilities abilities_of(const StoreReport& report) {
  Abilities abilities;
  for (const RunnerStatus& runner : report.runners) {
    if (report.lives.at(runner.id) == Liveness::dead || runner.heartbeat == 0) continue;
    const auto info = JsonTree::parse(runner.info, nullptr, false);
    if (!info.is_object() || !info.contains("claims")) {
      abilities.any = abilities.unknown = true;
      continue;
    }
    const auto& claims = info["claims"];
    if (!claims.value("all", false)) continue;
    abilities.any = true;
    for (const auto& pipeline : claims.value("pipelines", JsonTree::array()))
      abilities.pipelines.emplace_back(pipeline.at(0).get<std::string>(), pipeline.at(1).get<int>());
    for (const auto& model : claims.value("models", JsonTree::array())) abilities.models.insert(model);
  }
  return abilities;
}

void note(StoreFinding& finding, const JobId& id) {
  if (finding.jobs.size() < named_at_most) finding.jobs.push_back(id);
  ++finding.count;
}

void look_at_jobs(JobStore& store, WallTime now, StoreReport& report) {
  const Abilities abilities = abilities_of(report);
  StoreFinding orphaned{Weight::attention, "", "Any runner on this store takes them over at once: start one.", {}, 0};
  StoreFinding overdue{Weight::attention, "", "Start a runner for them; if there is one, see its log.", {}, 0};
  StoreFinding homeless{Weight::attention,
                        "",
                        "Start a runner that has the pipeline, in that version, and the model; or cancel them.",
                        {},
                        0};
  StoreFinding expired{
      Weight::note, "", "A runner deletes them within a minute, or do so with: bespoke jobs purge", {}, 0};
  JobQuery query;
  query.limit = 1000;
  for (;;) {
    const std::vector<JobRecord> page = store.list(query);
    for (const JobRecord& record : page) {
      const Job& job = record.job;
      ++report.jobs[job.state];
      if (job.state == JobState::running) {
        const auto life = report.lives.find(record.control.runner);
        if (life == report.lives.end() || life->second == Liveness::dead) note(orphaned, job.id);
      } else if (const auto due = due_at(record); due && *due <= now) {
        if (abilities.any && !abilities.covers(job)) {
          note(homeless, job.id);
        } else if (*due + late <= now) {
          note(overdue, job.id);
        }
      } else if (is_terminal(job.state) && job.expires_at && *job.expires_at + late <= now) {
        note(expired, job.id);
      }
    }
    if (page.size() < query.limit) break;
    query.after = page.back().job.id;
  }
  orphaned.what = fmt::format("{} jobs run under a runner that is dead", orphaned.count);
  overdue.what = fmt::format("{} jobs have been due for more than a minute and nobody has taken them", overdue.count);
  homeless.what =
      fmt::format("{} queued jobs are of a pipeline, version or model that no live runner has", homeless.count);
  expired.what = fmt::format("{} ended jobs have outlived their time", expired.count);
  for (StoreFinding* finding : {&orphaned, &homeless, &overdue, &expired})
    if (finding->count > 0) report.findings.push_back(std::move(*finding));
}

}  // namespace

StoreReport examine_store(const std::string& uri, const StoreOptions& options, WallTime now) {
  StoreReport report;
  const std::unique_ptr<JobStore> store = open_store(uri, options);
  if (uri.starts_with("sqlite:")) {
    examine_sqlite_files(uri.substr(7, uri.find('?') - 7), report);
  } else if (uri.starts_with("file:")) {
    examine_job_files(uri.substr(5), report);
  } else if (uri.starts_with("postgres")) {
    examine_postgres_tables(uri, report);
  }
  report.runners = store->runners();
  for (const RunnerStatus& runner : report.runners) {
    report.lives[runner.id] = store->probe(runner.id);
    if (report.lives[runner.id] == Liveness::dead && runner.running == 0)
      report.findings.push_back({Weight::note, fmt::format("runner {} has died", runner.id.to_string()), "", {}, 0});
  }
  look_at_jobs(*store, now, report);
  return report;
}

}  // namespace bespoke
