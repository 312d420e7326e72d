#pragma once

#include "llm/sse_parser.hpp"

#include <string>
#include <vector>

namespace bespoke {

/// Writes down what it is told: "type|data" for events, "?name|value" for fields that the standard doesn't know.
class SseRecorder final : public SseHandler {
 public:
  void on_event(const SseEvent& event) override {
    seen.push_back(std::string(event.type) + '|' + std::string(event.data));
  }
  void on_unknown_field(std::string_view name, std::string_view value) override {
    seen.push_back('?' + std::string(name) + '|' + std::string(value));
  }
  std::vector<std::string> seen;
};

using SseSeen = std::vector<std::string>;

/// The standard's rules, written as plainly as possible: the whole stream at once, line by line.
inline SseSeen read_plainly(std::string stream) {
  if (stream.starts_with("\xef\xbb\xbf")) stream.erase(0, 3);
  SseSeen seen;
  std::string data;
  std::string type;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find_first_of("\r\n", at);
    if (end == std::string::npos) break;
    const std::string text = stream.substr(at, end - at);
    at = end + (stream.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    if (text.empty()) {
      if (!data.empty()) seen.push_back((type.empty() ? "message" : type) + '|' + data.substr(0, data.size() - 1));
      data.clear();
      type.clear();
      continue;
    }
    const std::size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (name == "data") {
      data += value + '\n';
    } else if (name == "event") {
      type = value;
    } else if (!name.empty() && name != "id" && name != "retry") {
      seen.push_back('?' + name + '|' + value);
    }
  }
  return seen;
}

}  // namespace bespoke
