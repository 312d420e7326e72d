#include "platform/lock_file.hpp"

#include "platform/os_error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <thread>

namespace bespoke {
namespace {

using namespace std::chrono_literals;

constexpr mode_t private_mode = 0600;

UninheritedFd open_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, private_mode);
  if (fd < 0) throw_os_error("can't open " + path);
  return UninheritedFd(fd);
}

/// flock(2) that a signal doesn't end.
int lock(int fd, int operation) {
  int result = 0;
  do {
    result = flock(fd, operation);
  } while (result != 0 && errno == EINTR);
  return result;
}

std::string pid_line() {
  return std::to_string(getpid()) + "\n";
}

std::string read_start(int fd) {
  char buffer[32];
  const ssize_t size = pread(fd, buffer, sizeof buffer, 0);
  return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

/// Only tells people who holds the lock, so nothing depends on whether it works.
void write_pid(int fd) {
  const std::string line = pid_line();
  if (read_start(fd) == line) return;
  [[maybe_unused]] const ssize_t written = pwrite(fd, line.data(), line.size(), 0);
  [[maybe_unused]] const int cut = ftruncate(fd, static_cast<off_t>(line.size()));
}

}  // namespace

LockFile::LockFile(std::string path) : path_(std::move(path)), file_(open_file(path_)) {}

bool LockFile::try_lock() {
  if (lock(file_.get(), LOCK_EX | LOCK_NB) == 0) {
    write_pid(file_.get());
    return true;
  }
  if (errno != EWOULDBLOCK) throw_os_error("can't lock " + path_);
  return false;
}

bool LockFile::lock_until(SteadyTime deadline) {
  auto pause = 50us;
  while (!try_lock()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(pause * 2, 2ms);
  }
  return true;
}

void LockFile::unlock() {
  lock(file_.get(), LOCK_UN);
}

std::optional<pid_t> LockFile::holder() const {
  const std::string line = read_start(file_.get());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
  if (error != std::errc{} || pid <= 0) return std::nullopt;
  return pid;
}

PresenceFile::PresenceFile(std::string path)
    : path_(std::move(path)), generation_(fork_generation()), file_(open_file(path_)) {
  // Waits only for a look that is being taken at this moment.
  if (lock(file_.get(), LOCK_EX) != 0) throw_os_error("can't lock " + path_);
  write_pid(file_.get());
}

PresenceFile::~PresenceFile() {
  // A forked child has no part in its parent's presence. Deleted before it is unlocked, so that nobody finds it free.
  if (generation_ == fork_generation()) unlink(path_.c_str());
}

PresenceFile::State PresenceFile::look(const std::string& path) {
  const UninheritedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT ? State::gone : State::unknown;
  // Shared, so that several can look at once without taking each other for the owner.
  if (lock(file.get(), LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK ? State::held : State::unknown;
  unlink(path.c_str());
  return State::gone;
}

}  // namespace bespoke
