#pragma once

#include <string>

namespace bespoke {

/// A file that processes write to in order to wake those that watch it (see WakeHub). What it holds means nothing.
/// Not thread-safe.
class NotifyFile {
 public:
  /// Makes the file if it is missing. Throws Error(store_unavailable or no_space).
  explicit NotifyFile(std::string path);
  ~NotifyFile();
  NotifyFile(const NotifyFile&) = delete;
  NotifyFile& operator=(const NotifyFile&) = delete;

  /// Wakes the watchers; a failure is left to them, since they look by themselves too.
  void write() noexcept;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
  unsigned writes_ = 0;
};

}  // namespace bespoke
