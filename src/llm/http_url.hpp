#pragma once

#include <string>

namespace bespoke {

/// The parts of an http or https URL that decide how it is reached.
struct HttpUrl {
  bool tls = false;
  std::string host;       ///< lower case; IPv6 in brackets
  std::string authority;  ///< "host", or "host:port" unless the port is the scheme's own: for messages
  bool loopback = false;  ///< 127.0.0.0/8, [::1], localhost and what ends in .localhost
  bool numeric = false;   ///< an address: needs no lookup
};

/// Throws Error(invalid_argument) when `url` is neither http nor https, or carries a user name or password. The message
/// doesn't quote it beyond its host, since keys hide in URLs too.
HttpUrl parse_http_url(const std::string& url);

}  // namespace bespoke
