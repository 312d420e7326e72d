#include "http_request.hpp"

#include <charconv>

namespace {

constexpr std::size_t max_head = std::size_t{64} * 1024;
constexpr std::size_t max_body = 16U << 20;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

ParsedRequest invalid(int status) {
  ParsedRequest result;
  result.state = ParsedRequest::State::invalid;
  result.error_status = status;
  return result;
}

}  // namespace

ParsedRequest parse_request(std::string_view input) {
  const std::size_t head_end = input.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return input.size() > max_head ? invalid(431) : ParsedRequest{};
  std::string_view head = input.substr(0, head_end);
  const std::string_view first = head.substr(0, head.find("\r\n"));
  const std::size_t method_end = first.find(' ');
  const std::size_t target_end = first.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end) return invalid(400);
  ParsedRequest result;
  result.request.method = first.substr(0, method_end);
  result.request.target = first.substr(method_end + 1, target_end - method_end - 1);
  result.request.keep_alive = first.substr(target_end + 1) != "HTTP/1.0";
  std::size_t length = 0;
  head.remove_prefix(first.size());
  while (!head.empty()) {
    head.remove_prefix(2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return invalid(400);
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (same_word(name, "content-length")) {
      const auto read = std::from_chars(value.data(), value.data() + value.size(), length);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return invalid(400);
      if (length > max_body) return invalid(413);
    } else if (same_word(name, "transfer-encoding")) {
      return invalid(411);
    } else if (same_word(name, "connection") && same_word(value, "close")) {
      result.request.keep_alive = false;
    }
  }
  const std::size_t body = head_end + 4;
  if (input.size() - body < length) return {};
  result.request.body = input.substr(body, length);
  result.size = body + length;
  result.state = ParsedRequest::State::complete;
  return result;
}
