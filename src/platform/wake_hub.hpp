#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace bespoke {

/// Calls listeners when something they wait for has happened: somebody poked them, a file was written to by any
/// process of this host, or a look that is taken once a second says so. One thread and one inotify instance serve all
/// listeners of the process, and only while there are any.
class WakeHub {
 public:
  struct Listener {
    std::function<void()> call;  ///< must return soon
    std::string file;            ///< an existing file; empty for none
    std::function<bool()> look;  ///< taken once a second; empty for none
  };
  using Key = std::uint64_t;

  /// The hub of this process; it ends with its last user. A forked child gets one of its own. Throws
  /// Error(store_unavailable) when the kernel has no inotify instance left.
  static std::shared_ptr<WakeHub> of_this_process();

  WakeHub(const WakeHub&) = delete;
  WakeHub& operator=(const WakeHub&) = delete;

  /// Throws Error(store_unavailable) when the kernel has no inotify watch left.
  Key add(Listener listener);
  /// Waits for a call or look of this listener that is under way, unless it is called from it.
  void remove(Key key);
  /// Has the listener called soon, on the hub's thread.
  void poke(Key key);

 private:
  struct Entry {
    std::shared_ptr<const Listener> listener;
    int watch = -1;
    bool due = false;
  };

  WakeHub();
  ~WakeHub();
  static void let_go(WakeHub* hub);
  void run();
  void read_file_events();
  bool run_due_calls(std::unique_lock<std::mutex>& lock);
  void take_looks(std::unique_lock<std::mutex>& lock);
  void signal();

  int inotify_fd_ = -1;
  int event_fd_ = -1;

  std::mutex mutex_;
  std::condition_variable idle_;
  // Guarded by mutex_:
  bool stopping_ = false;
  bool orphaned_ = false;  // the thread itself deletes the hub
  Key last_key_ = 0;
  Key busy_with_ = 0;  // the listener whose function runs now
  std::map<Key, Entry> entries_;
  std::map<int, std::set<Key>> watches_;

  std::thread thread_;
};

}  // namespace bespoke
