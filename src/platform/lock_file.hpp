#pragma once

#include "platform/fork_guard.hpp"

#include <bespoke/time.hpp>

#include <sys/types.h>

#include <optional>
#include <string>

namespace bespoke {

/// A lock between processes, and between several objects in one: flock(2) on a file, made if missing, that holds the
/// pid of who has the lock. The kernel takes the lock back when its holder dies. Not thread-safe.
class LockFile {
 public:
  /// Throws Error(store_unavailable or no_space) that names the path.
  explicit LockFile(std::string path);
  ~LockFile() = default;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  /// Takes the lock, looking again every few milliseconds at most; false when it was not free until `deadline`.
  bool lock_until(SteadyTime deadline);
  void unlock();

  /// The pid in the file: who has the lock, if anybody has. Nothing when it holds none.
  std::optional<pid_t> holder() const;
  const std::string& path() const { return path_; }

 private:
  bool try_lock();

  std::string path_;
  UninheritedFd file_;
};

/// A file of its own that is locked as long as this object lives in the process that made it, and then deleted.
class PresenceFile {
 public:
  /// Makes `path`, which nobody else may be making. Throws like LockFile.
  explicit PresenceFile(std::string path);
  ~PresenceFile();
  PresenceFile(const PresenceFile&) = delete;
  PresenceFile& operator=(const PresenceFile&) = delete;

  enum class State { held, gone, unknown };
  /// Whether `path` is held in any process of this host. A file that is left over from a death is deleted.
  static State look(const std::string& path);

 private:
  std::string path_;
  std::uint64_t generation_;
  UninheritedFd file_;
};

}  // namespace bespoke
