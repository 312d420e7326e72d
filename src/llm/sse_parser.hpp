#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// One event of a `text/event-stream`. The views live until the handler returns.
struct SseEvent {
  std::string_view type;  ///< "message" unless the stream named it
  std::string_view data;  ///< lines joined by LF
};

/// Takes what an SseParser finds. Must not destroy or feed the parser that calls it.
class SseHandler {
 public:
  virtual ~SseHandler() = default;
  virtual void on_event(const SseEvent& event) = 0;
  /// A field that the standard tells clients to ignore. Some servers say `error: {...}` this way.
  virtual void on_unknown_field(std::string_view /*name*/, std::string_view /*value*/) {}
};

/// Reads `text/event-stream` as it arrives, by the rules of the WHATWG HTML standard (9.2.6), with two differences.
/// Bytes stay bytes: what isn't UTF-8 is passed on, where a JSON parser refuses it. And `finish` dispatches a last
/// event that lacks its blank line, because real servers forget it; who needs the strict reading doesn't call `finish`.
/// No I/O, no clock, not thread-safe.
class SseParser {
 public:
  /// `max_event_bytes` bounds the data of one event, and any one line.
  explicit SseParser(std::size_t max_event_bytes = std::size_t{4} << 20) : max_event_bytes_(max_event_bytes) {}

  /// Reads the next bytes of the stream, cut anywhere. False once an event was over the limit: nothing is read from
  /// then on.
  [[nodiscard]] bool feed(std::string_view bytes, SseHandler& handler);

  /// Says that the stream has ended. False like `feed`.
  [[nodiscard]] bool finish(SseHandler& handler);

  bool overflowed() const { return overflowed_; }
  /// The last `id` field, kept across events as the standard says.
  const std::string& last_event_id() const { return last_event_id_; }
  /// The last valid `retry` field, in milliseconds.
  std::optional<std::uint64_t> retry_ms() const { return retry_ms_; }

 private:
  std::string_view skip_byte_order_mark(std::string_view bytes);
  void line(std::string_view text, SseHandler& handler);
  void field(std::string_view name, std::string_view value, SseHandler& handler);
  void dispatch(SseHandler& handler);

  std::size_t max_event_bytes_;
  std::string pending_;  // the line that has no end yet
  std::string data_;     // each data line with an LF after it
  std::string type_;
  std::string last_event_id_;
  std::optional<std::uint64_t> retry_ms_;
  std::uint8_t mark_bytes_ = 0;  // bytes of a byte order mark seen so far; 3 once that is settled
  bool after_cr_ = false;        // an LF that comes next belongs to the line end before
  bool overflowed_ = false;
};

}  // namespace bespoke
