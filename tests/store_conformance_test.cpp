#include "store_case.hpp"
#include "temporary_folder.hpp"

#include "store/memory_store.hpp"
#ifdef BESPOKE_HAVE_SQLITE
#include "store/sqlite_store.hpp"
#endif
#ifdef BESPOKE_HAVE_POSTGRES
#include "postgres_server.hpp"
#include "store/postgres_store.hpp"
#endif

namespace bespoke::testing {

namespace {

#ifdef BESPOKE_HAVE_SQLITE
StoreFixture sqlite_fixture(Durability durability) {
  auto folder = std::make_shared<TemporaryFolder>();
  SqliteOptions options;
  options.store.durability = durability;
  options.feed_length = 100;
  return {[=] { return open_sqlite_store(folder->path() / "new" / "jobs.db", options); }, folder};
}
#endif

#ifdef BESPOKE_HAVE_POSTGRES
StoreFixture postgres_fixture() {
  PostgresOptions options;
  options.url = PostgresServer::shared_url();
  options.schema = PostgresServer::fresh_schema();
  options.feed_length = 100;
  options.lock_missing_for = std::chrono::milliseconds(50);
  const auto drop = [options](void*) {
    PostgresConnection(options.url).run(PostgresStatement("DROP SCHEMA IF EXISTS " + options.schema + " CASCADE"));
  };
  return {[=] { return open_postgres_store(options); }, std::shared_ptr<void>(nullptr, drop)};
}
#endif

std::vector<StoreFactory> factories() {
  std::vector<StoreFactory> all = {{"Memory", [] {
                                      return StoreFixture{[] { return make_memory_store(100); }, nullptr};
                                    }}};
#ifdef BESPOKE_HAVE_SQLITE
  all.push_back({"Sqlite", [] { return sqlite_fixture(Durability::full); }});
  all.push_back({"SqliteProcess", [] { return sqlite_fixture(Durability::process); }});
#endif
#ifdef BESPOKE_HAVE_POSTGRES
  all.push_back({"Postgres", postgres_fixture});
#endif
  return all;
}

class StoreConformance : public ::testing::TestWithParam<std::tuple<StoreFactory, StoreCase>> {};

TEST_P(StoreConformance, Holds) {
  const auto& [factory, promise] = GetParam();
  StoreUnderTest store(factory.make());
  promise.run(store);
}

std::string name_of(const ::testing::TestParamInfo<StoreConformance::ParamType>& info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Combine(::testing::ValuesIn(factories()), ::testing::ValuesIn(store_cases())),
                         name_of);

}  // namespace

void PrintTo(const StoreFactory& factory, std::ostream* out) {
  *out << factory.name;
}
void PrintTo(const StoreCase& promise, std::ostream* out) {
  *out << promise.name;
}

}  // namespace bespoke::testing
