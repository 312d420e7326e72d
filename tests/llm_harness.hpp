#pragma once

#include "llm/env_lookup.hpp"

#include <bespoke/open_llm.hpp>

#include "llm_recorder.hpp"
#include "raw_http_server.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bespoke {

/// What one call against a scripted server came to.
struct Outcome {
  std::shared_ptr<LlmRecorder> sink = std::make_shared<LlmRecorder>();
  std::vector<RawRequest> requests;
  Millis took{0};
};

/// Runs single calls of one kind of client against scripted servers.
class LlmHarness {
 public:
  using Make = std::unique_ptr<LlmClient> (*)(const LlmConfig& config, const EnvLookup& env);
  using Answer = std::function<void(RawConnection& connection, const RawRequest& request)>;
  using Change = std::function<void(LlmConfig& config, LlmRequest& request)>;

  LlmHarness(Make make, std::string model, std::string base_path)
      : make_(make), model_(std::move(model)), base_path_(std::move(base_path)) {}

  LlmConfig config_for(const std::string& url) const;
  std::unique_ptr<LlmClient> client_for(const std::string& url) const;

  /// One call, whose requests are all answered by `answer`. Expects exactly one end, and neither key, prompt nor answer
  /// ("secret answer") in what a failure says.
  Outcome call(const Answer& answer, const Change& change = {}) const;
  /// A call that is answered with `body` as an event stream, and then ends in order.
  Outcome stream(const std::string& body) const;
  /// A call that is answered with a status and JSON.
  Outcome refusal(int status, const std::string& body, const std::vector<std::string>& headers = {}) const;

 private:
  Make make_;
  std::string model_;
  std::string base_path_;
};

EnvLookup env_of(std::map<std::string, std::string> values);
LlmRequest a_usual_request();
/// The head of an event stream in chunks, with "x-request-id: req_1".
std::string stream_head();
void expect_failure(const Outcome& outcome, ErrorCode code, LlmAdvice advice, const std::string& words);

}  // namespace bespoke
