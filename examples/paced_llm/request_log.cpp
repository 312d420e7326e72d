#include "request_log.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <system_error>

RequestLog::RequestLog(const std::string& file) {
  if (file.empty()) return;
  fd_ = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), file);
}

RequestLog::~RequestLog() {
  if (fd_ >= 0) close(fd_);
}

void RequestLog::write(nlohmann::ordered_json line) {
  if (fd_ < 0) return;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[24];
  char text[40];
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof(text), "%s.%03dZ", date, static_cast<int>(now.time_since_epoch().count() % 1000));
  line["time"] = text;
  const std::string bytes = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  [[maybe_unused]] const auto written = ::write(fd_, bytes.data(), bytes.size());
}

std::string body_hash(const std::string& body) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}
