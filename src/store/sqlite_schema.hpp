#pragma once

#include "store/sqlite_connection.hpp"

#include <span>

namespace bespoke {

/// One step from a schema version to the next; runs inside a transaction.
using SqliteMigration = void (*)(SqliteConnection& connection);

/// The steps of this library; the first makes the tables of version 1 in an empty database. Their number is the schema
/// version that this library knows. A step that was released never changes.
std::span<const SqliteMigration> sqlite_migrations();

/// Brings the database to the newest schema, each step in a transaction of its own. An empty file becomes a database of
/// ours. Throws Error(unsupported) for a newer schema and Error(store_corrupt) for a database of something else, both
/// untouched. The caller holds the write lock.
void prepare_sqlite_schema(SqliteConnection& connection, std::span<const SqliteMigration> steps = sqlite_migrations());

/// Throws Error(unsupported) when another process has brought the database to a newer schema since it was opened.
void check_sqlite_schema(SqliteConnection& connection);

}  // namespace bespoke
