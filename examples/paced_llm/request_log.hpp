#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

/// Appends JSON lines to a file, each by one write, so that several servers may share it and a reader never sees half
/// a line.
class RequestLog {
 public:
  /// Writes nowhere when `file` is empty. Throws std::system_error.
  explicit RequestLog(const std::string& file);
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  /// Adds the time and writes.
  void write(nlohmann::ordered_json line);

 private:
  int fd_ = -1;
};

/// Names a body: the same for the same bytes (64-bit FNV-1a, in hexadecimal).
std::string body_hash(const std::string& body);
