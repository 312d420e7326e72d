#include "store/postgres_store.hpp"
#include "store/store_files.hpp"

namespace bespoke {

std::unique_ptr<JobStore> open_postgres_uri(const std::string&, const StoreOptions&) {
  throw Error(ErrorCode::unsupported, "postgresql: Bespoke was built without BESPOKE_WITH_POSTGRES");
}

void examine_postgres_tables(const std::string&, StoreReport&) {}

}  // namespace bespoke
