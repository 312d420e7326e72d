#pragma once

#include <bespoke/store_doctor.hpp>

#include <string>

namespace bespoke {

/// Adds sizes, and what is wrong with the files, of an SQLite store that is open in this process.
void examine_sqlite_files(const std::string& file, StoreReport& report);

/// The same for a file: store.
void examine_job_files(const std::string& folder, StoreReport& report);

/// Sizes of the tables of a PostgreSQL store, and whether notifications are off.
void examine_postgres_tables(const std::string& uri, StoreReport& report);

}  // namespace bespoke
