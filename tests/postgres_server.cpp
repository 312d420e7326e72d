#include "postgres_server.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace bespoke::testing {

PostgresServer::PostgresServer() {
  static std::atomic<int> count{0};
  folder_ = "/tmp/bespoke-pg-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  url_ = run("start");
}

PostgresServer::~PostgresServer() {
  try {
    run("stop");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

std::string PostgresServer::run(const std::string& command) {
  const std::string line = std::string(POSTGRES_SERVER_SH) + " " + command + " " + folder_;
  FILE* output = popen(line.c_str(), "r");  // NOLINT(cert-env33-c): a script of ours
  if (output == nullptr) throw std::runtime_error("can't run " + line);
  std::string text;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) {
    if (c != '\n') text += static_cast<char>(c);
  }
  if (pclose(output) != 0) throw std::runtime_error(line + " failed");
  return text;
}

const std::string& PostgresServer::shared_url() {
  static const std::string url = [] {
    if (const char* given = std::getenv("BESPOKE_TEST_POSTGRES")) return std::string(given);
    static const PostgresServer own;
    return own.url();
  }();
  return url;
}

std::string PostgresServer::fresh_schema() {
  static std::atomic<int> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return "t" + std::to_string(now) + "_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace bespoke::testing
