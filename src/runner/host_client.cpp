#include "runner/host_client.hpp"

#include "job/json_tree.hpp"
#include "platform/mutex.hpp"
#include "runner/host_answer.hpp"
#include "runner/host_task_table.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using ordered_json = OrderedJsonTree;

/// Turns the host's answers into what the sink is told: deltas in their order, then one end. Answers may come from
/// several threads at once; deltas are passed on under the lock that keeps their order, which nothing else takes.
class LlmTask final : public HostTask {
 public:
  LlmTask(const std::string& client, const LlmRequest& request, std::shared_ptr<LlmSink> sink)
      : client_(client), request_(request), sink_(std::move(sink)) {
    if (request_.model.empty()) request_.model = client_.substr(client_.find(':') + 1);
  }

  std::string describe() const override {
    return fmt::format(R"("kind":"llm","client":{},"owner":{},"request":{})", Json(client_).text(),
                       Json(request_.owner).text(), from_json_tree(to_tree(request_)).text());
  }

  void text(const std::string& text) override {
    if (text.empty()) return;
    const MutexLock lock(mutex_);
    if (over_) return;
    text_ += text;
    sink_->delta(text);
  }

  std::function<void()> finish(const ordered_json& answer) override {
    const ordered_json& given = member_of(answer, "response");
    std::string streamed;
    {
      const MutexLock lock(mutex_);
      streamed = text_;
    }
    LlmResponse response = response_from_tree(given, streamed);
    if (response.finish_reason != "stop") {
      LlmFailure failure;
      failure.code = ErrorCode::llm_bad_output;
      failure.message = fmt::format("{} ended its answer with finish_reason \"{}\" instead of \"stop\"", client_,
                                    response.finish_reason.substr(0, 40));
      failure.request_id = response.request_id;
      failure.usage = response.usage;
      return [this, failure] {
        end();
        sink_->error(failure);
      };
    }
    return [this, response, streamed] {
      end();
      // What wasn't streamed comes as one delta, so that watchers see the text in any case.
      if (streamed.empty() && !response.text.empty()) sink_->delta(response.text);
      sink_->done(response);
    };
  }

  std::function<void()> fail(const ordered_json& error) override {
    return [this, failure = failure_from_answer(error)] {
      end();
      sink_->error(failure);
    };
  }

 private:
  void end() {
    const MutexLock lock(mutex_);
    over_ = true;
  }

  const std::string client_;
  LlmRequest request_;
  const std::shared_ptr<LlmSink> sink_;
  Mutex mutex_;
  std::string text_ BESPOKE_GUARDED_BY(mutex_);
  bool over_ BESPOKE_GUARDED_BY(mutex_) = false;
};

class HostCall final : public LlmCall {
 public:
  HostCall(std::shared_ptr<HostTasks::State> table, std::uint64_t number) : table_(std::move(table)), number_(number) {}
  ~HostCall() override { table_->withdraw(number_); }
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;
  void cancel() override { table_->withdraw(number_); }

 private:
  const std::shared_ptr<HostTasks::State> table_;
  const std::uint64_t number_;
};

}  // namespace

HostClient::HostClient(std::shared_ptr<HostTasks::State> table, std::string name)
    : table_(std::move(table)), name_(std::move(name)) {}

std::unique_ptr<LlmCall> HostClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  const std::uint64_t number = table_->open(std::make_shared<LlmTask>(name_, request, std::move(sink)));
  return std::make_unique<HostCall>(table_, number);
}

}  // namespace bespoke
