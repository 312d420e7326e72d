#pragma once

#include <bespoke/host_queue.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/pipeline.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bespoke {

/// What takes the answer to an LLM phase of a host pipeline.
enum class HostParse : std::uint8_t {
  host,  ///< a task of kind "parse"
  json,  ///< the answer is JSON, and the output
  text,  ///< the answer's text, as a JSON string
};

/// Work that the host carries out: phases, LLM calls and lookups of profiles become events of a HostQueue ("task"), and
/// the host answers by number, from any thread, whenever it is done. A task whose attempt ends before is withdrawn
/// ("task_end"). A task under way holds no thread of the library, except those of kind "build" and "parse", which
/// should be quick. capi/bespoke.h tells the form of tasks and answers. All methods may be called from any thread.
class HostTasks {
 public:
  /// `queue` must outlive this and every runner that has its work.
  explicit HostTasks(HostQueue& queue);
  /// As close().
  ~HostTasks();
  HostTasks(const HostTasks&) = delete;
  HostTasks& operator=(const HostTasks&) = delete;

  /// Work for the phases of the pipeline `spec`; what they see as outputs is of its other phases.
  PhaseWork phase(std::shared_ptr<const PipelineSpec> spec);
  /// Asks `client`; the host builds the request, and parses the answer if `parse` says so.
  PhaseWork llm_phase(const std::shared_ptr<const PipelineSpec>& spec, LlmClient& client, HostParse parse,
                      int expected_tokens = 800);

  /// A client whose calls the host answers; `name` is its whole name, such as "host:mine".
  std::unique_ptr<LlmClient> client(std::string name);

  /// Asks the host for a profile; `completion` gets the JSON Resume as output, or the error. For ApplyOptions.
  void look_up_profile(const std::string& profile_id, const std::shared_ptr<PhaseContext>& context,
                       const std::shared_ptr<Completion>& completion);

  /// Takes the host's answer. False when the task is over, so that the answer does nothing. Throws
  /// Error(invalid_argument) when there never was such a task or the answer isn't in order; the task stays open.
  bool respond(std::uint64_t task, const Json& answer);

  /// Drops all open tasks; their phases end by themselves when their runner shuts down.
  void close();

  std::size_t open_tasks() const;

  class State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace bespoke
