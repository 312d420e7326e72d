#include "peer_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace bespoke::testing {

PeerProcess::PeerProcess(std::vector<std::string> command) {
  int to_peer[2];
  int from_peer[2];
  if (pipe2(to_peer, O_CLOEXEC) != 0 || pipe2(from_peer, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_peer[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_peer[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to_peer[0]);
  close(from_peer[1]);
  input_ = to_peer[1];
  output_ = from_peer[0];
  if (failed != 0) throw std::runtime_error("can't start " + command.at(0));
}

PeerProcess::~PeerProcess() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    wait_ended();
  }
  close(input_);
  close(output_);
}

std::string PeerProcess::read_line() {
  for (;;) {
    if (const std::size_t end = buffered_.find('\n'); end != std::string::npos) {
      std::string line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return line;
    }
    char bytes[4096];
    const ssize_t size = read(output_, bytes, sizeof bytes);
    if (size <= 0) return {};
    buffered_.append(bytes, static_cast<std::size_t>(size));
  }
}

std::vector<std::string> PeerProcess::read_lines() {
  std::vector<std::string> lines;
  for (std::string line = read_line(); !line.empty(); line = read_line()) lines.push_back(line);
  return lines;
}

void PeerProcess::write(const std::string& text) {
  if (::write(input_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the peer doesn't read");
}

void PeerProcess::send(int signal) {
  kill(pid_, signal);
}

bool PeerProcess::wait_stopped() {
  int status = 0;
  waitpid(pid_, &status, WUNTRACED);
  ended_ = !WIFSTOPPED(status);
  return !ended_;
}

int PeerProcess::wait_ended() {
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace bespoke::testing
