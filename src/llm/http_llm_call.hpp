#pragma once

#include "llm/http_llm_client.hpp"
#include "llm/out_of_memory.hpp"
#include "platform/mutex.hpp"

#include <optional>

namespace bespoke {

/// One call over HTTP: sends the request, reads the answer, tells the sink, judges how it ended. A request that is
/// refused for a quirk of the server goes out again within the same call, since such a refusal costs nothing.
class HttpLlmCall final : public HttpHandler, public std::enable_shared_from_this<HttpLlmCall> {
 public:
  struct Setup {
    std::shared_ptr<const LlmDialect> dialect;
    std::shared_ptr<QuirkMemory> quirks;
    HttpTransport* transport = nullptr;  ///< outlives all that it tells its handlers
    std::shared_ptr<LogSink> log;
    LlmRequest request;
    std::string model;
    std::shared_ptr<LlmSink> sink;
  };

  explicit HttpLlmCall(Setup setup);

  void begin();
  void cancel();

  HttpProgress on_head(const HttpHead& head) override;
  HttpProgress on_data(std::string_view bytes) override;
  void on_end() override;
  void on_failure(const HttpFailure& failure) override;

 private:
  enum class Mode : std::uint8_t { none, stream, whole, refusal };

  HttpProgress read_stream(std::string_view bytes);
  /// Hands over the text that has come, and decides whether the answer has ended.
  HttpProgress digest();
  void end_of_stream();
  void end_of_refusal();
  /// The answer has ended in order: tells done, or what is wrong with it.
  void conclude();

  void judge(const HttpFailure& failure);
  void succeed();
  void fail(LlmFailure failure);
  void fail(ErrorCode code, LlmAdvice advice, std::string message, std::string detail = {});

  AnswerFacts facts() const;
  Usage usage() const;
  /// For a try that got no complete answer.
  Usage usage_of_a_cut_answer(bool reached) const;

  Setup setup_;
  const std::size_t max_text_;
  const std::int64_t estimated_input_;  // tokens

  Mutex mutex_;
  bool cancelled_ BESPOKE_GUARDED_BY(mutex_) = false;
  std::unique_ptr<HttpTransfer> transfer_ BESPOKE_GUARDED_BY(mutex_);

  // The transport's thread alone, from here on.
  WireQuirks sent_with_;
  int sends_ = 0;
  Mode mode_ = Mode::none;
  HttpHead head_;
  std::unique_ptr<StreamReader> reader_;
  SseParser parser_;
  std::string body_;  // of a refusal, or of an answer that isn't streamed
  std::string text_;
  bool told_ = false;
};

}  // namespace bespoke
