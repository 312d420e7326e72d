#include <bespoke/job_store.hpp>

#include "store/memory_store.hpp"

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

}  // namespace

std::unique_ptr<JobStore> open_store(const std::string& uri, const StoreOptions& options) {
  static_cast<void>(options);
  const StoreUri parts = split(uri);
  if (parts.scheme == "memory") {
    if (!parts.path.empty() || !parts.parameters.empty())
      throw Error(ErrorCode::invalid_argument, fmt::format("\"memory:\" takes neither a path nor parameters: {}", uri));
    return make_memory_store();
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not a store; use \"sqlite:FILE\" or \"memory:\"", uri));
}

}  // namespace bespoke
