#include <bespoke/error.hpp>

#include "job/words.hpp"
#include "platform/stack_trace.hpp"

#include <new>

namespace bespoke {
namespace {

constexpr Words<ErrorCode, 25> error_codes{{{ErrorCode::invalid_argument, "invalid_argument"},
                                            {ErrorCode::not_found, "not_found"},
                                            {ErrorCode::already_exists, "already_exists"},
                                            {ErrorCode::conflict, "conflict"},
                                            {ErrorCode::lease_lost, "lease_lost"},
                                            {ErrorCode::cancelled, "cancelled"},
                                            {ErrorCode::timeout, "timeout"},
                                            {ErrorCode::stale, "stale"},
                                            {ErrorCode::interrupted_too_often, "interrupted_too_often"},
                                            {ErrorCode::rate_limited, "rate_limited"},
                                            {ErrorCode::llm_unavailable, "llm_unavailable"},
                                            {ErrorCode::llm_rejected, "llm_rejected"},
                                            {ErrorCode::llm_bad_output, "llm_bad_output"},
                                            {ErrorCode::budget_exceeded, "budget_exceeded"},
                                            {ErrorCode::phase_failed, "phase_failed"},
                                            {ErrorCode::payload_too_large, "payload_too_large"},
                                            {ErrorCode::store_unavailable, "store_unavailable"},
                                            {ErrorCode::store_corrupt, "store_corrupt"},
                                            {ErrorCode::no_space, "no_space"},
                                            {ErrorCode::out_of_memory, "out_of_memory"},
                                            {ErrorCode::unknown_pipeline, "unknown_pipeline"},
                                            {ErrorCode::closed, "closed"},
                                            {ErrorCode::forked, "forked"},
                                            {ErrorCode::unsupported, "unsupported"},
                                            {ErrorCode::internal, "internal"}}};

}  // namespace

std::string_view to_string(ErrorCode code) {
  return error_codes.word(code);
}
std::optional<ErrorCode> error_code_from_string(std::string_view word) {
  return error_codes.value(word);
}

bool retryable_by_default(ErrorCode code) {
  switch (code) {
    case ErrorCode::timeout:
    case ErrorCode::stale:
    case ErrorCode::rate_limited:
    case ErrorCode::llm_unavailable:
    case ErrorCode::llm_bad_output:
    case ErrorCode::phase_failed:
    case ErrorCode::store_unavailable:
    case ErrorCode::no_space:
    case ErrorCode::out_of_memory:
      return true;
    default:
      return false;
  }
}

Error::Error(ErrorCode code, std::string message)
    : code_(code), message_(std::move(message)), retryable_(retryable_by_default(code)), stack_(capture_stack(1)) {}

Error::Error(ErrorCode code, std::string message, std::exception_ptr cause)
    : code_(code),
      message_(std::move(message)),
      retryable_(retryable_by_default(code)),
      cause_(std::move(cause)),
      stack_(capture_stack(1)) {}

std::vector<std::string> Error::cause_chain() const {
  std::vector<std::string> chain{message_};
  std::exception_ptr next = cause_;
  while (next) {
    try {
      std::rethrow_exception(std::exchange(next, nullptr));
    } catch (const Error& error) {
      chain.push_back(error.message_);
      next = error.cause_;
    } catch (const std::exception& error) {
      chain.emplace_back(error.what());
    } catch (...) {
      chain.emplace_back("an exception of unknown type");
    }
  }
  return chain;
}

ErrorInfo describe(std::exception_ptr error, ErrorCode fallback) {
  ErrorInfo info;
  try {
    std::rethrow_exception(std::move(error));
  } catch (const Error& known) {
    info.code = known.code();
    info.message = known.message();
    info.retryable = known.retryable();
    info.detail = known.detail();
    const std::vector<std::string> chain = known.cause_chain();
    for (std::size_t i = 1; i < chain.size(); ++i) {
      info.detail += (info.detail.empty() ? "caused by: " : "\ncaused by: ") + chain[i];
    }
  } catch (const std::bad_alloc&) {
    info.code = ErrorCode::out_of_memory;
    info.message = "out of memory";
    info.retryable = true;
  } catch (const std::exception& unknown) {
    info.code = fallback;
    info.message = unknown.what();
    info.retryable = retryable_by_default(fallback);
  } catch (...) {
    info.code = fallback;
    info.message = "an exception of unknown type";
    info.retryable = retryable_by_default(fallback);
  }
  return info;
}

}  // namespace bespoke
