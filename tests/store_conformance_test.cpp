#include "store_case.hpp"
#include "temporary_folder.hpp"

#include <bespoke/encrypted_store.hpp>
#include "store/file_store.hpp"
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

#ifdef BESPOKE_HAVE_SODIUM
/// The same kind of store, encrypted.
StoreFactory encrypted(const StoreFactory& plain) {
  return {"Encrypted" + plain.name, [make = plain.make] {
            const StoreFixture inner = make();
            auto folder = std::make_shared<TemporaryFolder>();
            const auto open = [=] {
              EncryptionOptions options;
              options.master_keys["m1"].fill(7);
              options.current = "m1";
              return encrypt_store(inner.open(), open_key_folder(folder->path() / "keys"), options);
            };
            return StoreFixture{
                open, std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(folder, inner.keep)};
          }};
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
  all.push_back({"File", [] {
                   auto folder = std::make_shared<TemporaryFolder>();
                   return StoreFixture{
                       [=] { return open_file_store((folder->path() / "new").string(), {.feed_length = 100}); },
                       folder};
                 }});
#ifdef BESPOKE_HAVE_POSTGRES
  all.push_back({"Postgres", postgres_fixture});
#endif
#ifdef BESPOKE_HAVE_SODIUM
  for (const StoreFactory& plain : std::vector<StoreFactory>(all)) {
    if (plain.name != "SqliteProcess") all.push_back(encrypted(plain));
  }
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
