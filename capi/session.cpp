#include "session.hpp"

#include "config.hpp"
#include "job/json_tree.hpp"

#include "platform/background_thread.hpp"

#include <bespoke/error.hpp>

namespace bespoke::capi {

Session::Session(const Json& config) : queue_(read_max_log_events(config)) {
  const JsonReader::Tree tree = JsonReader::Tree::parse(config.text());
  JsonReader reader(tree, "config");
  reader.value("max_log_events");
  const std::shared_ptr<LogSink> log = read_log(reader, queue_);
  RunnerOptions options = read_limits(reader);
  options.on_breakdown = [this] { queue_.stop(); };
  options.log = log;
  StoreConfig store = read_store(reader);
  store.options.log = log;
  clients_ = read_models(reader, tasks_, log);
  for (const auto& client : clients_) {
    options.models.emplace(client->name(), client.get());
    for (LlmClient* model : client->chain()) options.models.emplace(model->name(), model);
  }
  std::vector<Pipeline> pipelines = read_pipelines(reader, tasks_, *clients_.front());
  reader.finish();
  store_ = open_store(store.uri, store.options);
  runner_ = std::make_unique<PhaseRunner>(*store_, std::move(pipelines), std::move(options));
}

Session::~Session() {
  close();
}

void Session::end(Millis grace) {
  runner_->shutdown(grace);
  tasks_.close();
  queue_.close();
}

void Session::shut_down(Millis grace) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  closer_ = start_background_thread("bespoke-close", [this, grace] { end(grace); });
  closing_ = true;
}

void Session::close() {
  std::unique_lock lock(mutex_);
  const bool asked = std::exchange(closing_, true);
  std::thread closer = std::move(closer_);
  lock.unlock();
  if (closer.joinable()) closer.join();
  if (!asked && runner_) end(Millis(0));
  lock.lock();
  left_.wait(lock, [this] { return visitors_ == 0; });
}

Session::Visit::Visit(Session& session) : session_(session) {
  const std::lock_guard lock(session_.mutex_);
  ++session_.visitors_;
}

Session::Visit::~Visit() {
  const std::lock_guard lock(session_.mutex_);
  --session_.visitors_;
  session_.left_.notify_all();
}

}  // namespace bespoke::capi
