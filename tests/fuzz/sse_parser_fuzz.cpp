// However a stream is cut, SseParser must read the same, and what the standard's rules, read plainly, give.

#include "llm/sse_parser.hpp"

#include "plain_sse.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t limit = 64;  // small, so that inputs reach it
  // The first byte says into what steps the rest is cut.
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);

  bespoke::SseParser whole(limit);
  bespoke::SseRecorder at_once;
  const bool good = whole.feed(stream, at_once);
  if (good && at_once.seen != bespoke::read_plainly(std::string(stream))) std::abort();
  const bool ended_well = good && whole.finish(at_once);

  bespoke::SseParser cut(limit);
  bespoke::SseRecorder in_steps;
  bool still_good = true;
  for (std::size_t at = 0; at < stream.size() && still_good; at += step) {
    still_good = cut.feed(stream.substr(at, step), in_steps);
  }
  still_good = still_good && cut.finish(in_steps);
  if (ended_well != still_good || at_once.seen != in_steps.seen) std::abort();
  if (whole.last_event_id() != cut.last_event_id() || whole.retry_ms() != cut.retry_ms()) std::abort();
  return 0;
}
