#include "completion_chunks.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace {

using nlohmann::json;

/// One chunk of a chunked body.
std::string chunk(std::string_view bytes) {
  char size[24];
  const int digits = std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
  std::string text(size, static_cast<std::size_t>(digits));
  text += bytes;
  return text + "\r\n";
}

std::string event(std::string_view data) {
  std::string text = "data: ";
  text += data;
  return text + "\n\n";
}

json usage(std::size_t input_tokens, std::size_t output_tokens) {
  return {{"prompt_tokens", input_tokens},
          {"completion_tokens", output_tokens},
          {"total_tokens", input_tokens + output_tokens}};
}

const char* reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

}  // namespace

CompletionChunks::CompletionChunks(std::size_t number, std::string model)
    : id_("chatcmpl-" + std::to_string(number)), model_(std::move(model)) {
  head_ = "{\"id\":" + json(id_).dump() +
          ",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":" + json(model_).dump() + ",\"choices\":";
}

std::string CompletionChunks::begin() const {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nx-request-id: " + id_ +
         "\r\nTransfer-Encoding: chunked\r\n\r\n" +
         chunk(event(head_ + R"([{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"));
}

std::string CompletionChunks::token(std::string_view text) const {
  return chunk(
      event(head_ + R"([{"index":0,"delta":{"content":)" + json(text).dump() + R"(},"finish_reason":null}]})"));
}

std::string CompletionChunks::end(bool with_usage, std::size_t input_tokens, std::size_t output_tokens) const {
  std::string events = event(head_ + R"([{"index":0,"delta":{},"finish_reason":"stop"}]})");
  if (with_usage) events += event(head_ + R"([],"usage":)" + usage(input_tokens, output_tokens).dump() + '}');
  return chunk(events + event("[DONE]")) + "0\r\n\r\n";
}

std::string CompletionChunks::whole(const std::string& text, std::size_t input_tokens,
                                    std::size_t output_tokens) const {
  const json message = {{"role", "assistant"}, {"content", text}};
  const json body = {{"id", id_},
                     {"object", "chat.completion"},
                     {"model", model_},
                     {"choices", {{{"index", 0}, {"message", message}, {"finish_reason", "stop"}}}},
                     {"usage", usage(input_tokens, output_tokens)}};
  return json_answer(200, body.dump(), "x-request-id: " + id_ + "\r\n");
}

std::string json_answer(int status, const std::string& body, std::string_view more_headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + ' ' + reason(status) +
                     "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text += more_headers;
  return text + "\r\n" + body;
}

std::string error_answer(int status, std::string_view code, std::string_view message, std::string_view more_headers) {
  const json error = {{"message", message}, {"type", code}, {"param", nullptr}, {"code", code}};
  return json_answer(status, json{{"error", error}}.dump(), more_headers);
}
