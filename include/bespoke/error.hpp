#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// What went wrong, as a stable word: the same in C++, in JSON, in the C ABI, in a log and in a page. Numbers are fixed
/// for ever and new ones appended.
enum class ErrorCode : std::int32_t {
  invalid_argument = 1,       ///< the call or its input is wrong; nothing was stored
  not_found = 2,              ///< no such job, or it belongs to another owner
  already_exists = 3,         ///< that id is taken
  conflict = 4,               ///< the same idempotency key with another input, or a state that doesn't allow the call
  lease_lost = 5,             ///< another runner, or a cancel, holds the job now
  cancelled = 6,              ///< somebody cancelled the job
  timeout = 7,                ///< a time limit ran out
  stale = 8,                  ///< alive, but without progress for `stale_after`
  interrupted_too_often = 9,  ///< the process died `max_takeovers` times in the same phase
  rate_limited = 10,          ///< the provider asks to slow down
  llm_unavailable = 11,       ///< the provider can't be reached, or answers 5xx
  llm_rejected = 12,          ///< the provider refuses the request (key, quota, model, size): a retry can't help
  llm_bad_output = 13,        ///< the answer is cut, refused, or not what was asked for
  budget_exceeded = 14,       ///< the job's budget of tokens or money is used up
  phase_failed = 15,          ///< a phase threw something that carries no code of ours
  payload_too_large = 16,     ///< over the limit at the door
  store_unavailable = 17,     ///< the store can't be reached or is busy; nothing was lost
  store_corrupt = 18,         ///< the store's content isn't what this library wrote
  no_space = 19,              ///< the disk is full
  out_of_memory = 20,
  unknown_pipeline = 21,  ///< no pipeline of that name is registered here
  closed = 22,            ///< the runner or the store has been shut down
  forked = 23,            ///< called in a forked child; open a new runner there
  unsupported = 24,       ///< this build or this store can't do that
  internal = 25,          ///< a defect of this library
};

/// The stable word: `ErrorCode::llm_unavailable` is "llm_unavailable".
std::string_view to_string(ErrorCode code);

/// The code of a stable word, or nothing if there is none.
std::optional<ErrorCode> error_code_from_string(std::string_view word);

/// Whether trying the same thing again can help, when nothing more is known than the code.
bool retryable_by_default(ErrorCode code);

/// An error as it is stored with a job and sent to watchers. Never holds a key or the text of a CV.
struct ErrorInfo {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< one or two sentences: what failed, where, and what to do
  std::string phase;    ///< empty when no phase was running
  int attempt = 0;      ///< 0 when no phase was running
  bool retryable = false;
  std::string detail;  ///< for the owner only: provider's words, host traceback, cause chain

  friend bool operator==(const ErrorInfo&, const ErrorInfo&) = default;
};

/// The one exception type of this library. Made anywhere, it remembers the call stack of that place; turning that into
/// text is left to the log.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message);
  /// With the error that led to this one.
  Error(ErrorCode code, std::string message, std::exception_ptr cause);

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Whether a retry can help; by the code unless `with_retryable` said otherwise.
  bool retryable() const noexcept { return retryable_; }
  Error&& with_retryable(bool value) && {
    retryable_ = value;
    return std::move(*this);
  }

  /// For the owner only; see ErrorInfo::detail.
  const std::string& detail() const noexcept { return detail_; }
  Error&& with_detail(std::string value) && {
    detail_ = std::move(value);
    return std::move(*this);
  }

  /// The messages of the chain of causes, this error's own first.
  std::vector<std::string> cause_chain() const;

  /// Return addresses from where this error was made, innermost first; empty where the platform can't tell.
  const std::vector<void*>& stack() const noexcept { return stack_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::string detail_;
  bool retryable_;
  std::exception_ptr cause_;
  std::vector<void*> stack_;
};

/// What `error` says as a stored error: an Error keeps its code, std::bad_alloc is `out_of_memory`, anything else is
/// `fallback`. Must not be null.
ErrorInfo describe(std::exception_ptr error, ErrorCode fallback = ErrorCode::phase_failed);

}  // namespace bespoke
