#pragma once

#include <bespoke/llm_client.hpp>

#include "raw_http_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bespoke {

/// A sink that writes down what it is told.
class LlmRecorder final : public LlmSink {
 public:
  void delta(std::string_view text) override {
    deltas.emplace_back(text);
    joined += text;
    first.set();
  }
  void done(LlmResponse response) override {
    answer = std::move(response);
    ++ends;
    over.set();
  }
  void error(LlmFailure what) override {
    failure = std::move(what);
    ++ends;
    over.set();
  }

  std::vector<std::string> deltas;
  std::string joined;
  std::optional<LlmResponse> answer;
  std::optional<LlmFailure> failure;
  int ends = 0;
  Event first;
  Event over;
};

}  // namespace bespoke
