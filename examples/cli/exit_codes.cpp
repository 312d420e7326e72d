#include "exit_codes.hpp"

#include <csignal>

namespace cli {

ExitCode exit_code_of(bespoke::ErrorCode code) {
  using bespoke::ErrorCode;
  switch (code) {
    case ErrorCode::store_unavailable:
    case ErrorCode::store_corrupt:
    case ErrorCode::no_space:
    case ErrorCode::unsupported:
      return ExitCode::store_trouble;
    case ErrorCode::invalid_argument:
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::payload_too_large:
    case ErrorCode::unknown_pipeline:
      return ExitCode::bad_input;
    default:
      return ExitCode::job_failed;
  }
}

ExitCode exit_code_of(bespoke::JobState state) {
  return state == bespoke::JobState::succeeded ? ExitCode::done : ExitCode::job_failed;
}

ExitCode exit_code_of_signal(int number) {
  return number == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

}  // namespace cli
