#pragma once

#include <optional>
#include <string>
#include <string_view>

/// An HTTP/1.1 request with its body.
struct HttpRequest {
  std::string method;
  std::string target;
  std::string body;
  bool keep_alive = true;
};

/// What the beginning of a connection's input is.
struct ParsedRequest {
  enum class State { incomplete, complete, invalid } state = State::incomplete;
  int error_status = 400;  ///< when invalid
  std::size_t size = 0;    ///< bytes of input that belong to the request, when complete
  HttpRequest request;
};

/// Reads the first request of `input`; bodies need a Content-Length and may hold 16 MiB.
ParsedRequest parse_request(std::string_view input);
