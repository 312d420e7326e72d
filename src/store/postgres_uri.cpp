#include "store/postgres_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bespoke {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

bool is_schema_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

PostgresOptions postgres_options_from_uri(const std::string& uri, const StoreOptions& options) {
  PostgresOptions postgres;
  postgres.store = options;
  const std::size_t question = uri.find('?');
  postgres.url = uri.substr(0, question);
  char separator = '?';
  std::string_view rest =
      question == std::string::npos ? std::string_view() : std::string_view(uri).substr(question + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const std::string value =
        percent_decoded(equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1));
    // Never the URI itself in a message: it may hold a password.
    if (name == "schema") {
      if (!is_schema_name(value))
        throw Error(ErrorCode::invalid_argument, "the schema of a PostgreSQL store is 1 to 40 of a-z, 0-9 and _");
      postgres.schema = value;
    } else if (name == "listen_url") {
      postgres.listen_url = value;
    } else if (name == "listen") {
      if (value != "on" && value != "off")
        throw Error(ErrorCode::invalid_argument, "listen of a PostgreSQL store is on or off");
      postgres.listen = value == "on";
    } else if (name == "durability") {
      if (value != "full" && value != "process")
        throw Error(ErrorCode::invalid_argument, "durability of a PostgreSQL store is full or process");
      postgres.store.durability = value == "full" ? Durability::full : Durability::process;
    } else {
      postgres.url += separator;
      postgres.url += parameter;
      separator = '&';
    }
  }
  return postgres;
}

std::unique_ptr<JobStore> open_postgres_uri(const std::string& uri, const StoreOptions& options) {
  return open_postgres_store(postgres_options_from_uri(uri, options));
}

}  // namespace bespoke
