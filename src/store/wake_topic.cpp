#include "store/wake_topic.hpp"

namespace bespoke {

class WakeTopic::Subscription final : public WakeSubscription {
 public:
  Subscription(WakeTopic& topic, std::shared_ptr<WakeHub> hub, WakeHub::Listener listener)
      : topic_(topic), hub_(std::move(hub)), key_(hub_->add(std::move(listener))) {
    const std::lock_guard lock(topic_.mutex_);
    topic_.hub_ = hub_;
    topic_.keys_.insert(key_);
  }
  ~Subscription() override {
    {
      const std::lock_guard lock(topic_.mutex_);
      topic_.keys_.erase(key_);
    }
    hub_->remove(key_);
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  WakeTopic& topic_;
  std::shared_ptr<WakeHub> hub_;
  WakeHub::Key key_;
};

std::unique_ptr<WakeSubscription> WakeTopic::subscribe(std::function<void()> wake, std::string file,
                                                       std::function<bool()> look) {
  return std::make_unique<Subscription>(*this, WakeHub::of_this_process(),
                                        WakeHub::Listener{std::move(wake), std::move(file), std::move(look)});
}

void WakeTopic::notify() {
  const std::lock_guard lock(mutex_);
  if (keys_.empty()) return;
  if (const std::shared_ptr<WakeHub> hub = hub_.lock()) {
    for (const WakeHub::Key key : keys_) hub->poke(key);
  }
}

}  // namespace bespoke
