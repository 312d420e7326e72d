#pragma once

#include "runner/job_run.hpp"

namespace bespoke {

/// All that one start of a phase holds; ends as a whole.
struct JobRun::Attempt {
  std::string phase;
  int number = 0;
  SteadyTime started{};
  SteadyTime active{};  ///< of the last sign of progress
  std::stop_source stop;
  std::shared_ptr<AttemptChannel> channel;
  std::shared_ptr<AttemptContext> context;
  std::shared_ptr<WorkPool::Ticket> ticket;  ///< of the newest work on the pool
  std::uint64_t works = 0;                   ///< counts it
  std::optional<TimerId> watch_timer;
  std::optional<TimerId> progress_timer;

  std::string text;               ///< streamed so far
  std::uint64_t stored_text = 0;  ///< bytes of it that are stored, or on their way
  double fraction = 0;

  // Only for phases that ask a model.
  int ask = 0;
  LlmRequest request;
  LlmClient* client = nullptr;
  std::unique_ptr<LlmCall> call;
  bool calling = false;
  std::string unusable_answer;  ///< name of a journaled answer that could not be parsed
};

}  // namespace bespoke
