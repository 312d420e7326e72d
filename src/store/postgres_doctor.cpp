#include "store/postgres_queries.hpp"
#include "store/postgres_schema.hpp"
#include "store/postgres_store.hpp"
#include "store/store_files.hpp"

namespace bespoke {

void examine_postgres_tables(const std::string& uri, StoreReport& report) {
  const PostgresOptions options = postgres_options_from_uri(uri, {});
  PostgresConnection connection(options.url);
  const PostgresRows rows = connection.run(
      PostgresStatement("SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND "
                        "relnamespace = to_regnamespace($1)")
          .add(options.schema));
  for (int row = 0; row < rows.size(); ++row) report.bytes[std::string(rows.text(row, 0))] = rows.integer(row, 1);
  if (!options.listen)
    report.findings.push_back({StoreFinding::Weight::note,
                               "listen=off: changes are seen within a second, and a runner's death after 30 s",
                               "Give listen_url, a direct connection to the server.",
                               {},
                               0});
}

}  // namespace bespoke
