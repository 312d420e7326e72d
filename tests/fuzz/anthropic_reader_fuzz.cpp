#include "llm/anthropic_wire.hpp"

#include "llm_reader_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bespoke::read_both_ways<bespoke::AnthropicReader>(data, size);
  return 0;
}
