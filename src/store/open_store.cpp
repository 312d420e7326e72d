#include <bespoke/job_store.hpp>

#include "store/file_store.hpp"
#include "store/memory_store.hpp"
#include "store/postgres_store.hpp"
#ifdef BESPOKE_HAVE_SQLITE
#include "store/sqlite_store.hpp"
#endif

#include <fmt/format.h>

#include <string_view>

namespace bespoke {
namespace {

/// What precedes the first ':' is the scheme, what follows the first '?' the parameters.
struct StoreUri {
  std::string scheme;
  std::string path;
  std::string parameters;
};

StoreUri split(const std::string& uri) {
  StoreUri parts;
  const std::size_t colon = uri.find(':');
  if (colon == std::string::npos) return parts;
  parts.scheme = uri.substr(0, colon);
  parts.path = uri.substr(colon + 1);
  if (const std::size_t question = parts.path.find('?'); question != std::string::npos) {
    parts.parameters = parts.path.substr(question + 1);
    parts.path.resize(question);
  }
  return parts;
}

#ifdef BESPOKE_HAVE_SQLITE
std::unique_ptr<JobStore> open_sqlite(const std::string& uri, const StoreUri& parts, const StoreOptions& options) {
  if (parts.path.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("\"{}\" names no file: use \"sqlite:FILE\"", uri));
  SqliteOptions sqlite;
  sqlite.store = options;
  if (parts.parameters == "durability=process") {
    sqlite.store.durability = Durability::process;
  } else if (parts.parameters == "durability=full") {
    sqlite.store.durability = Durability::full;
  } else if (!parts.parameters.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("unknown parameter \"{}\" in \"{}\": there is durability=full and durability=process",
                            parts.parameters, uri));
  }
  return open_sqlite_store(parts.path, sqlite);
}
#else
std::unique_ptr<JobStore> open_sqlite(const std::string& uri, const StoreUri&, const StoreOptions&) {
  throw Error(ErrorCode::unsupported, fmt::format("{}: Bespoke was built without BESPOKE_WITH_SQLITE", uri));
}
#endif

}  // namespace

std::unique_ptr<JobStore> open_store(const std::string& uri, const StoreOptions& options) {
  const StoreUri parts = split(uri);
  if (parts.scheme == "memory") {
    if (!parts.path.empty() || !parts.parameters.empty())
      throw Error(ErrorCode::invalid_argument, fmt::format("\"memory:\" takes neither a path nor parameters: {}", uri));
    return make_memory_store();
  }
  if (parts.scheme == "file") {
    if (parts.path.empty() || !parts.parameters.empty())
      throw Error(ErrorCode::invalid_argument, fmt::format("use \"file:FOLDER\", without parameters, not {}", uri));
    return open_file_store(parts.path, {options});
  }
  if (parts.scheme == "sqlite") return open_sqlite(uri, parts, options);
  if (parts.scheme == "postgresql" || parts.scheme == "postgres") return open_postgres_uri(uri, options);
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("\"{}\" is not a store; use \"postgresql://...\", \"file:FOLDER\", \"sqlite:FILE\" or \"memory:\"",
                  uri));
}

}  // namespace bespoke
