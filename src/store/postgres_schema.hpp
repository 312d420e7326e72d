#pragma once

#include "store/postgres_connection.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// `sql` with each "{s}" replaced by the name of the schema.
std::string in_schema(std::string_view sql, const std::string& schema);

/// Makes the schema, or brings it forward, under a lock of the server; changes nothing when it is up to date, so that a
/// role without the right to make tables can work. Throws Error(unsupported) for a newer schema.
void prepare_postgres_schema(PostgresConnection& connection, const std::string& schema);

}  // namespace bespoke
