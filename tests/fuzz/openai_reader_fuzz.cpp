#include "llm/openai_wire.hpp"

#include "llm_reader_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bespoke::read_both_ways<bespoke::OpenAiReader>(data, size);
  return 0;
}
