#include "store/store_files.hpp"

#ifdef BESPOKE_HAVE_SQLITE
#include "platform/fork_gate.hpp"
#include "store/sqlite_connection.hpp"
#endif

#include <fmt/format.h>

#include <filesystem>

namespace bespoke {

#ifdef BESPOKE_HAVE_SQLITE
namespace {

/// Of each table with its indexes, where SQLite was built to tell.
void add_table_sizes(SqliteConnection& connection, StoreReport& report) {
  if (connection.integer("SELECT count(*) FROM pragma_module_list WHERE name = 'dbstat'") == 0) return;
  SqliteStatement table = connection.prepare(
      "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name "
      "WHERE d.aggregate = TRUE GROUP BY s.tbl_name");
  while (table.step()) report.bytes[std::string(table.text(0))] = table.integer(1);
}

}  // namespace
#endif

void examine_sqlite_files([[maybe_unused]] const std::string& file, [[maybe_unused]] StoreReport& report) {
#ifdef BESPOKE_HAVE_SQLITE
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file + suffix, missing);
    if (!missing)
      report.bytes[std::filesystem::path(file + suffix).filename().string()] = static_cast<std::int64_t>(size);
  }
  const ForkGate::Use use;
  SqliteConnection connection(file, SqliteConnection::Mode::read_only);
  add_table_sizes(connection, report);
  SqliteStatement problem = connection.prepare("PRAGMA integrity_check(10)");
  std::string problems;
  while (problem.step()) {
    if (problem.text(0) == "ok") continue;
    problems += (problems.empty() ? "" : "; ") + std::string(problem.text(0));
  }
  if (!problems.empty())
    report.findings.push_back(
        {StoreFinding::Weight::damage,
         fmt::format("{} is damaged: {}", file, problems),
         "Stop the runners, keep a copy of the file and its -wal, and see what \"sqlite3 FILE .recover\" "
         "finds.",
         {},
         0});
#endif
}

void examine_job_files(const std::string& folder, StoreReport& report) {
  std::int64_t bytes = 0;
  std::size_t damaged = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    std::error_code missing;
    const auto size = entry.file_size(missing);
    if (!missing) bytes += static_cast<std::int64_t>(size);
    if (entry.path().extension() == ".damaged") ++damaged;
  }
  report.bytes["files"] = bytes;
  if (damaged > 0)
    report.findings.push_back({StoreFinding::Weight::damage,
                               fmt::format("{} files in {} can't be read and were set aside", damaged, folder),
                               "Mend them and take .damaged from their names, or delete them.",
                               {},
                               damaged});
}

}  // namespace bespoke
