#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The texts of the chat completions protocol, for one answer.
class CompletionChunks {
 public:
  CompletionChunks(std::size_t number, std::string model);

  /// The status line, headers and first event of a stream.
  std::string begin() const;
  std::string token(std::string_view text) const;
  /// What follows the last token: the finish reason, the usage if asked for, [DONE], and the end of the body.
  std::string end(bool with_usage, std::size_t input_tokens, std::size_t output_tokens) const;
  /// The whole answer for a client that doesn't stream.
  std::string whole(const std::string& text, std::size_t input_tokens, std::size_t output_tokens) const;

 private:
  std::string id_;
  std::string model_;
  std::string head_;  // what every event begins with
};

/// A whole answer with a JSON body.
std::string json_answer(int status, const std::string& body, std::string_view more_headers = {});

/// An error as OpenAI has them.
std::string error_answer(int status, std::string_view code, std::string_view message,
                         std::string_view more_headers = {});
