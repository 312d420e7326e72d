#include "llm/sse_parser.hpp"

#include <algorithm>
#include <charconv>

namespace bespoke {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Where the first line of `bytes` ends. Two searches for one byte are much faster than one for either.
std::size_t line_end(std::string_view bytes) {
  const std::size_t line_feed = bytes.find('\n');
  return std::min(bytes.substr(0, line_feed).find('\r'), line_feed);
}

}  // namespace

std::string_view SseParser::skip_byte_order_mark(std::string_view bytes) {
  while (mark_bytes_ < byte_order_mark.size() && !bytes.empty()) {
    if (bytes.front() != byte_order_mark[mark_bytes_]) {
      pending_.append(byte_order_mark.substr(0, mark_bytes_));  // it only began like one
      mark_bytes_ = byte_order_mark.size();
      break;
    }
    ++mark_bytes_;
    bytes.remove_prefix(1);
  }
  return bytes;
}

bool SseParser::feed(std::string_view bytes, SseHandler& handler) {
  bytes = skip_byte_order_mark(bytes);
  while (!bytes.empty() && !overflowed_) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = line_end(bytes);
    if (std::min(end, bytes.size()) > max_event_bytes_ - std::min(pending_.size(), max_event_bytes_)) {
      overflowed_ = true;
      break;
    }
    if (end == std::string_view::npos) {
      pending_ += bytes;
      break;
    }
    after_cr_ = bytes[end] == '\r';
    if (pending_.empty()) {
      line(bytes.substr(0, end), handler);
    } else {
      pending_ += bytes.substr(0, end);
      line(pending_, handler);
      pending_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
  return !overflowed_;
}

bool SseParser::finish(SseHandler& handler) {
  if (mark_bytes_ < byte_order_mark.size()) {
    pending_.append(byte_order_mark.substr(0, mark_bytes_));
    mark_bytes_ = byte_order_mark.size();
  }
  if (!pending_.empty() && !overflowed_) line(pending_, handler);
  pending_.clear();
  if (!overflowed_) dispatch(handler);
  return !overflowed_;
}

void SseParser::line(std::string_view text, SseHandler& handler) {
  if (text.empty()) return dispatch(handler);
  const std::size_t colon = text.find(':');
  if (colon == 0) return;  // a comment
  if (colon == std::string_view::npos) return field(text, "", handler);
  std::string_view value = text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(text.substr(0, colon), value, handler);
}

void SseParser::field(std::string_view name, std::string_view value, SseHandler& handler) {
  if (name == "data") {
    if (value.size() > max_event_bytes_ - std::min(data_.size(), max_event_bytes_)) {
      overflowed_ = true;
      return;
    }
    data_ += value;
    data_ += '\n';
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) last_event_id_ = value;
  } else if (name == "retry") {
    std::uint64_t milliseconds = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (problem == std::errc() && end == value.data() + value.size()) retry_ms_ = milliseconds;
  } else {
    handler.on_unknown_field(name, value);
  }
}

void SseParser::dispatch(SseHandler& handler) {
  if (!data_.empty()) {
    data_.pop_back();  // the LF after the last line
    handler.on_event({type_.empty() ? std::string_view("message") : std::string_view(type_), data_});
  }
  data_.clear();
  type_.clear();
}

}  // namespace bespoke
