#pragma once

#include "store/postgres_writer.hpp"

#include <memory>
#include <string>

namespace bespoke {

/// A store in a PostgreSQL schema, for any number of hosts.
std::unique_ptr<JobStore> open_postgres_store(const PostgresOptions& options);

/// Takes our own parameters (schema, listen_url, listen, durability) out of `uri`; the rest is libpq's. Throws
/// Error(invalid_argument).
PostgresOptions postgres_options_from_uri(const std::string& uri, const StoreOptions& options);

/// The store of a postgresql: URI; `unsupported` where this build has none.
std::unique_ptr<JobStore> open_postgres_uri(const std::string& uri, const StoreOptions& options);

}  // namespace bespoke
