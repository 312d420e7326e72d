#include "options.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>

namespace {

constexpr const char* usage =
    R"(bespoke_paced_llm: answers chat completions on loopback at a set pace, with text taken from the request itself.

  --port N                 0 (the default) takes any port that is free
  --tokens-per-second N    of each stream; default 40
  --first-token-delay N    milliseconds before the first token; default 0
  --log FILE               appends one JSON line for each start and end of a request
  --log-word-after TEXT    also logs the word that follows TEXT in a request, to tell requests apart
  --port-file FILE         writes the port's number there once the server listens
  --fail-first N           answers the first N requests with 503
  --cut-after N            breaks one stream off after N tokens
  --stamp N                answers with N tokens that hold the moment of their sending, in nanoseconds of the steady clock
  --status N               answers every request with this error status

Point a client to the URL that it prints: no key is needed.
)";

[[noreturn]] void refuse(std::string_view problem) {
  std::cerr << "bespoke_paced_llm: " << problem << " (see --help)\n";
  std::exit(2);
}

template <typename Number>
Number number(std::string_view name, std::string_view text, Number least, Number most) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || value < least || value > most) {
    refuse(std::string(name) + " can't be \"" + std::string(text) + '"');
  }
  return value;
}

}  // namespace

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--help" || name == "-h") {
      std::cout << usage;
      std::exit(0);
    }
    if (i + 1 == count) refuse(std::string(name) + (name.starts_with("--") ? " needs a value" : " is not an option"));
    const std::string_view value = arguments[++i];
    if (name == "--port") {
      options.port = number(name, value, 0, 65535);
    } else if (name == "--tokens-per-second") {
      options.tokens_per_second = number(name, value, 0.01, 1e6);
    } else if (name == "--first-token-delay") {
      options.first_token_delay_ms = number(name, value, 0, 3'600'000);
    } else if (name == "--log") {
      options.log_file = value;
    } else if (name == "--log-word-after") {
      options.log_word_after = value;
    } else if (name == "--port-file") {
      options.port_file = value;
    } else if (name == "--fail-first") {
      options.fail_first = number(name, value, 0, 1'000'000);
    } else if (name == "--cut-after") {
      options.cut_after = number(name, value, 0, 1'000'000);
    } else if (name == "--stamp") {
      options.stamp = number(name, value, 1, 10'000'000);
    } else if (name == "--status") {
      options.status = number(name, value, 400, 599);
    } else {
      refuse(std::string(name) + " is not an option");
    }
  }
  return options;
}
