#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace bespoke {

ChildProcess::ChildProcess(std::vector<std::string> command) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  const int problem = posix_spawnp(&id_, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  output_ = out[0];
  if (problem != 0) {
    close(input_);
    close(output_);
    throw std::runtime_error("can't start " + command[0]);
  }
}

ChildProcess::~ChildProcess() {
  if (id_ > 0) {
    kill(id_, SIGKILL);
    wait();
  }
  close(output_);
}

std::optional<std::string> ChildProcess::read_line(Millis limit) {
  const SteadyTime end = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (const std::size_t at = buffer_.find('\n'); at != std::string::npos) {
      std::string line = buffer_.substr(0, at);
      buffer_.erase(0, at + 1);
      return line;
    }
    const auto left = std::chrono::ceil<Millis>(end - std::chrono::steady_clock::now());
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    std::array<char, 4096> bytes;
    const ssize_t size = read(output_, bytes.data(), bytes.size());
    if (size <= 0) return std::nullopt;
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

std::optional<std::string> ChildProcess::read_line_with(const std::string& start, Millis limit) {
  while (auto line = read_line(limit)) {
    if (line->starts_with(start)) return line;
  }
  return std::nullopt;
}

void ChildProcess::write_line(const std::string& line) {
  const std::string bytes = line + '\n';
  if (write(input_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the program reads no more");
}

int ChildProcess::wait() {
  if (id_ < 0) return -1;
  close(input_);
  int status = 0;
  waitpid(id_, &status, 0);
  id_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace bespoke
