#include "llm/http_llm_call.hpp"

#include "llm/retry_after.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

constexpr std::size_t max_refusal = std::size_t{64} << 10;
constexpr std::size_t max_whole = std::size_t{16} << 20;
/// Each of the four quirks may be met once.
constexpr int max_sends = 6;

/// Twelve times what usual text needs: only a server that ignores the limit of tokens gets there.
std::size_t text_limit(int max_output_tokens) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::max(max_output_tokens, 0)) * 64, std::size_t{64} << 10,
                                 std::size_t{16} << 20);
}

/// A rule of thumb for text of any language: four bytes of UTF-8 are about a token.
std::int64_t tokens_in(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

std::int64_t tokens_in(const LlmRequest& request) {
  std::size_t bytes = request.schema ? request.schema->text().size() : 0;
  for (const LlmMessage& message : request.messages) bytes += message.content.size();
  return tokens_in(bytes);
}

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find_first_of("; ")));
  std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return type;
}

}  // namespace

HttpLlmCall::HttpLlmCall(Setup setup)
    : setup_(std::move(setup)),
      max_text_(text_limit(setup_.request.max_output_tokens)),
      estimated_input_(tokens_in(setup_.request)) {
  setup_.request.context = Json();
}

void HttpLlmCall::begin() {
  sent_with_ = setup_.quirks->of(setup_.model);
  ++sends_;
  mode_ = Mode::none;
  reader_ = setup_.dialect->reader();
  body_.clear();
  HttpRequest request = setup_.dialect->http_request(setup_.request, setup_.model, sent_with_);
  const MutexLock lock(mutex_);
  if (!cancelled_) transfer_ = setup_.transport->start(std::move(request), shared_from_this());
}

void HttpLlmCall::cancel() {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  if (transfer_) transfer_->cancel();
}

HttpProgress HttpLlmCall::on_head(const HttpHead& head) {
  head_ = head;
  const std::string type = media_type(head.header("content-type"));
  if (head.status < 200 || head.status >= 300) {
    mode_ = Mode::refusal;
  } else if (type == "application/json") {
    mode_ = Mode::whole;
  } else if (type == "text/html") {
    fail(ErrorCode::llm_unavailable, LlmAdvice::next_model,
         fmt::format(
             "{} answered {} with a web page in place of a stream of events: check that the base URL is the API's "
             "own, with its path (often /v1)",
             setup_.dialect->host, head.status));
    return HttpProgress::stop;
  } else {
    mode_ = Mode::stream;  // whatever it is called: some servers send no type, or text/plain
  }
  if (mode_ != Mode::refusal) std::vector<LlmMessage>().swap(setup_.request.messages);  // it won't be sent again
  return HttpProgress::bytes;
}

HttpProgress HttpLlmCall::on_data(std::string_view bytes) {
  switch (mode_) {
    case Mode::stream:
      return read_stream(bytes);
    case Mode::whole:
      body_ += bytes;
      if (body_.size() <= max_whole) return HttpProgress::content;
      fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
           fmt::format("{} sent an answer of over {} MiB, which isn't read any further", setup_.dialect->host,
                       max_whole >> 20));
      return HttpProgress::stop;
    case Mode::refusal:
      body_ += bytes.substr(0, max_refusal - std::min(max_refusal, body_.size()));
      if (body_.size() < max_refusal) return HttpProgress::content;
      end_of_refusal();
      return HttpProgress::stop;
    case Mode::none:
      break;
  }
  return HttpProgress::bytes;
}

HttpProgress HttpLlmCall::read_stream(std::string_view bytes) {
  if (parser_.feed(bytes, *reader_)) return digest();
  fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
       fmt::format("{} sent one event of over 4 MiB, which isn't read any further", setup_.dialect->host));
  return HttpProgress::stop;
}

HttpProgress HttpLlmCall::digest() {
  StreamState& state = reader_->state();
  if (!state.text.empty()) {
    const std::string news = std::exchange(state.text, {});
    if (text_.size() + news.size() > max_text_) {
      fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
           fmt::format("{} goes on far beyond the limit of {} tokens and was cut off", setup_.dialect->host,
                       setup_.request.max_output_tokens));
      return HttpProgress::stop;
    }
    text_ += news;
    setup_.sink->delta(news);
  }
  if (state.error) {
    fail(failure_in_stream(facts(), *state.error));
    return HttpProgress::stop;
  }
  if (state.malformed) {
    fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
         fmt::format("{} sent an event that isn't valid JSON of the kind it should be", setup_.dialect->host));
    return HttpProgress::stop;
  }
  const bool progress = std::exchange(state.progress, false);
  if (state.marked_done) {
    conclude();
    return HttpProgress::drain;
  }
  if (!state.finish_reason.empty()) return HttpProgress::ending;
  return progress ? HttpProgress::content : HttpProgress::bytes;
}

void HttpLlmCall::on_end() {
  switch (mode_) {
    case Mode::stream:
      return end_of_stream();
    case Mode::whole:
      reader_->read_whole(body_);
      if (digest() != HttpProgress::drain && !told_) {
        fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
             fmt::format("{} sent an answer that isn't complete", setup_.dialect->host));
      }
      return;
    case Mode::refusal:
      return end_of_refusal();
    case Mode::none:
      return fail(ErrorCode::llm_unavailable, LlmAdvice::retry,
                  fmt::format("{} sent an empty answer", setup_.dialect->host));
  }
}

void HttpLlmCall::end_of_stream() {
  if (!parser_.finish(*reader_)) {
    return fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
                fmt::format("{} sent one event of over 4 MiB, which isn't read any further", setup_.dialect->host));
  }
  digest();
  if (told_) return;
  if (!reader_->state().finish_reason.empty()) return conclude();
  fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
       fmt::format("{} ended its answer without saying that it is complete: it was cut", setup_.dialect->host));
}

void HttpLlmCall::end_of_refusal() {
  const ProviderError error = provider_error_of_body(body_);
  const WireQuirks next = setup_.dialect->quirks_after(sent_with_, setup_.request, head_.status, error);
  if (next != sent_with_ && sends_ < max_sends) {
    setup_.quirks->keep(setup_.model, next);
    if (setup_.log && setup_.log->level() <= LogLevel::info) {
      setup_.log->write({LogLevel::info,
                         "the LLM server refused a part of the request: adapted to it",
                         {{"host", setup_.dialect->host},
                          {"model", setup_.model},
                          {"status", fmt::format("{}", head_.status)},
                          {"param", redacted(error.param, setup_.dialect->key, 64)}},
                         ""});
    }
    return begin();
  }
  fail(failure_of_status(facts(), error));
}

void HttpLlmCall::on_failure(const HttpFailure& failure) {
  if (told_) return;
  try {
    judge(failure);
  } catch (...) {
    if (!std::exchange(told_, true)) setup_.sink->error(out_of_memory());
  }
}

void HttpLlmCall::judge(const HttpFailure& failure) {
  using Kind = HttpFailure::Kind;
  // All that matters had come: only the end was missing.
  if (mode_ == Mode::stream && !reader_->state().finish_reason.empty() && failure.kind != Kind::closed &&
      failure.kind != Kind::handler && failure.kind != Kind::no_memory) {
    return conclude();
  }
  if (failure.kind == Kind::no_memory) return fail(out_of_memory());
  if (mode_ == Mode::refusal && failure.kind != Kind::closed) return end_of_refusal();
  LlmFailure result;
  result.message = failure.message;
  result.http_status = head_.status;
  result.request_id = facts().request_id;
  bool reached = true;
  switch (failure.kind) {
    case Kind::resolve:
    case Kind::connect:
    case Kind::connect_timeout:
    case Kind::tls:
      reached = false;
      result.message += ". Check the base URL, the network and the proxy settings";
      break;
    case Kind::certificate:
      reached = false;
      result.advice = LlmAdvice::fatal;
      result.message +=
          ". Check the base URL; for a server with a certificate authority of its own, name its file in "
          "SSL_CERT_FILE";
      break;
    case Kind::first_byte_timeout:
    case Kind::idle_timeout:
    case Kind::content_timeout:
    case Kind::total_timeout:
    case Kind::ending_timeout:
      result.code = ErrorCode::timeout;
      break;
    case Kind::protocol:
      result.advice = LlmAdvice::next_model;
      result.message += ". Check that the base URL is an HTTP API";
      break;
    case Kind::broken:
      break;
    case Kind::closed:
      result.code = ErrorCode::closed;
      result.advice = LlmAdvice::fatal;
      break;
    case Kind::handler:
      result.code = ErrorCode::internal;
      result.advice = LlmAdvice::fatal;
      result.message = fmt::format("reading the answer of {} failed", setup_.dialect->host);
      result.detail = failure.message;
      break;
    case Kind::internal:
    case Kind::no_memory:
      break;
  }
  result.usage = usage_of_a_cut_answer(reached);
  fail(std::move(result));
}

void HttpLlmCall::conclude() {
  const StreamState& state = reader_->state();
  const std::string& host = setup_.dialect->host;
  const LlmFinish finish = setup_.dialect->finish(state);
  if (finish == LlmFinish::refused || !state.refusal.empty()) {
    return fail(ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{} of {} refuses to answer{}", setup_.model, host,
                            state.refusal.empty() ? " (content filter)" : ""),
                state.refusal);
  }
  switch (finish) {
    case LlmFinish::length:
      return fail(ErrorCode::llm_bad_output, LlmAdvice::next_model,
                  fmt::format("{} of {} reached the limit of {} tokens before its answer was complete: allow more, or "
                              "choose a model that thinks less",
                              setup_.model, host, setup_.request.max_output_tokens));
    case LlmFinish::context:
      return fail(ErrorCode::llm_rejected, LlmAdvice::next_model,
                  fmt::format("the context of {} of {} is full: use a model with a longer one", setup_.model, host));
    case LlmFinish::tool:
      return fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
                  fmt::format("{} of {} wants to call a tool in place of answering", setup_.model, host));
    case LlmFinish::failed:
      return fail(ErrorCode::llm_unavailable, LlmAdvice::retry,
                  fmt::format("{} says that its answer failed (finish_reason error)", host));
    case LlmFinish::refused:
    case LlmFinish::stop:
      break;
  }
  if (text_.empty()) {
    return fail(ErrorCode::llm_bad_output, LlmAdvice::retry,
                fmt::format("{} of {} sent an empty answer", setup_.model, host));
  }
  succeed();
}

void HttpLlmCall::succeed() {
  if (told_) return;
  const StreamState& state = reader_->state();
  LlmResponse response;
  response.usage = usage();
  response.finish_reason = "stop";
  response.model = state.model.empty() ? setup_.model : state.model;
  response.request_id = facts().request_id;
  if (response.request_id.empty()) response.request_id = state.id;
  response.text = std::move(text_);
  told_ = true;
  setup_.sink->done(std::move(response));
}

void HttpLlmCall::fail(LlmFailure failure) {
  if (told_) return;
  failure.message = redacted(failure.message, setup_.dialect->key);
  failure.detail = redacted(failure.detail, setup_.dialect->key);
  told_ = true;
  setup_.sink->error(std::move(failure));
}

void HttpLlmCall::fail(ErrorCode code, LlmAdvice advice, std::string message, std::string detail) {
  LlmFailure failure;
  failure.code = code;
  failure.advice = advice;
  failure.message = std::move(message);
  failure.http_status = head_.status;
  failure.request_id = facts().request_id;
  failure.usage = usage_of_a_cut_answer(true);
  failure.detail = std::move(detail);
  fail(std::move(failure));
}

AnswerFacts HttpLlmCall::facts() const {
  AnswerFacts facts;
  facts.host = setup_.dialect->host;
  facts.model = setup_.model;
  facts.status = head_.status;
  facts.request_id = head_.header("x-request-id");
  if (facts.request_id.empty()) facts.request_id = head_.header("request-id");
  facts.location = head_.header("location");
  facts.retry_after = parse_retry_after(head_.header("retry-after-ms"), head_.header("retry-after"),
                                        head_.header("date"), system_clock().wall_now());
  const std::string_view wish = head_.header("x-should-retry");
  if (wish == "true" || wish == "false") facts.should_retry = wish == "true";
  facts.key_variable = setup_.dialect->key_variable;
  return facts;
}

Usage HttpLlmCall::usage() const {
  const StreamState& state = reader_->state();
  Usage usage;
  usage.input_tokens = state.input_tokens.value_or(estimated_input_);
  usage.output_tokens = state.output_tokens.value_or(tokens_in(text_.size()));
  usage.certainty = state.input_tokens && state.output_tokens ? UsageCertainty::reported : UsageCertainty::estimated;
  return usage;
}

Usage HttpLlmCall::usage_of_a_cut_answer(bool reached) const {
  if (!reached || mode_ == Mode::refusal) return {};
  Usage result = usage();
  if (mode_ == Mode::none) result.certainty = UsageCertainty::unknown;
  return result;
}

}  // namespace bespoke
