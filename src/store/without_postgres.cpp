#include "store/postgres_store.hpp"

namespace bespoke {

std::unique_ptr<JobStore> open_postgres_uri(const std::string&, const StoreOptions&) {
  throw Error(ErrorCode::unsupported, "postgresql: Bespoke was built without BESPOKE_WITH_POSTGRES");
}

}  // namespace bespoke
