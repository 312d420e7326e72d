#pragma once

#include "llm/http_transport.hpp"

#include "raw_http_server.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// Writes down what it is told; what it answers to data can be chosen.
class Listener : public HttpHandler {
 public:
  HttpProgress on_head(const HttpHead& answer) override {
    head = answer;
    return on_head_answer;
  }
  HttpProgress on_data(std::string_view bytes) override {
    body += bytes;
    first_data.set();
    return judge ? judge(body) : HttpProgress::content;
  }
  void on_end() override {
    ended = true;
    over.set();
  }
  void on_failure(const HttpFailure& what) override {
    failure = what;
    over.set();
  }

  HttpProgress on_head_answer = HttpProgress::bytes;
  std::function<HttpProgress(const std::string& body)> judge;
  HttpHead head;
  std::string body;
  bool ended = false;
  std::optional<HttpFailure> failure;
  Event first_data;
  Event over;
};

inline HttpRequest a_request(const std::string& url) {
  HttpRequest request;
  request.url = url + "/v1/chat/completions";
  request.headers = {{"Authorization", "Bearer sk-secret"}, {"Content-Type", "application/json"}};
  request.body = R"({"model":"m"})";
  return request;
}

/// Answers every request of a connection in full.
inline void answer_all(RawConnection& connection) {
  while (connection.read_request()) connection.send(whole_answer(200, "text/plain", "hello"));
}

/// Begins an answer that goes on.
inline void begin_answer(RawConnection& connection) {
  connection.read_request();
  connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("first"));
}

}  // namespace bespoke
