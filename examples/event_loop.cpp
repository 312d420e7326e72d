// A backend with an event loop of its own: no callback ever comes on a foreign thread. The loop waits with epoll for
// its own descriptors (here a timer that stands for them) and for the queue's; when that wakes, it takes what is there:
// changes of watched jobs, and phases to carry out, which it answers when it is done, here on the timer's next tick.
#include <bespoke/bespoke.hpp>
#include <bespoke/host_queue.hpp>
#include <bespoke/host_tasks.hpp>
#include <bespoke/json.hpp>

#include <fmt/format.h>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <deque>
#include <stdexcept>

namespace {

using nlohmann::json;

void add(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) throw std::runtime_error("epoll_ctl failed");
}

int make_ticks(long milliseconds) {
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  const timespec every{.tv_sec = 0, .tv_nsec = milliseconds * 1'000'000};
  const itimerspec times{.it_interval = every, .it_value = every};
  if (fd < 0 || timerfd_settime(fd, 0, &times, nullptr) != 0) throw std::runtime_error("timerfd failed");
  return fd;
}

}  // namespace

int main() {
  const auto store = bespoke::open_store("memory:");
  bespoke::HostQueue queue;
  bespoke::HostTasks tasks(queue);

  auto spec = std::make_shared<bespoke::PipelineSpec>();
  spec->name = "invoice";
  spec->phases = {{"fetch", "Fetching orders...", 10}, {"send", "Sending...", 60}};
  bespoke::Pipeline pipeline(spec->name, spec->version);
  for (const bespoke::PhaseSpec& phase : spec->phases) pipeline.phase(phase, tasks.phase(spec));

  bespoke::PhaseRunner runner(*store, {pipeline});
  const auto id = runner.submit({.pipeline = "invoice", .input = {{"customer", 7}}, .owner = "user-42"});
  queue.watch(runner, id);

  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int wake = queue.wake_fd();
  const int ticks = make_ticks(20);
  add(epoll, wake);
  add(epoll, ticks);

  std::deque<json> open;  // phases that this loop is carrying out
  for (bool done = false; !done;) {
    epoll_event ready;
    if (epoll_wait(epoll, &ready, 1, -1) != 1) continue;
    if (ready.data.fd == ticks) {
      std::uint64_t count = 0;
      if (read(ticks, &count, sizeof count) != sizeof count) continue;
      while (!open.empty()) {
        const json task = std::move(open.front());
        open.pop_front();
        fmt::print("       {} is done\n", task.at("phase").get<std::string>());
        tasks.respond(task.at("task"), {{"answer", "finish"}, {"output", {{"orders", 3}}}});
      }
      continue;
    }
    std::string text;
    while (queue.take(bespoke::Millis(0), text) == bespoke::HostQueue::Taken::event) {
      json event = json::parse(text);
      if (event.at("event") == "task") {
        open.push_back(std::move(event));
      } else if (event.at("event") == "change" && event.at("change").at("kind") == "snapshot") {
        const json& job = event.at("change").at("job");
        fmt::print("{:3.0f} %  {}\n", job.at("percent").get<double>(), job.at("label").get<std::string>());
        done = done || job.at("state") == "succeeded" || job.at("state") == "failed";
      }
    }
  }
  fmt::print("{}\n", runner.result(id).text());
  runner.shutdown(bespoke::Millis(0));
  for (const int fd : {epoll, wake, ticks}) close(fd);
}
