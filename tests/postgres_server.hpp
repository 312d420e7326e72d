#pragma once

#include <string>

namespace bespoke::testing {

/// A PostgreSQL server that this object starts and stops: see postgres_server.sh.
class PostgresServer {
 public:
  /// Throws std::runtime_error.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  const std::string& url() const { return url_; }
  void crash() { run("crash"); }
  void start_again() { run("again"); }

  /// The URL of the server that all tests of a run share (ctest starts it), or of one for this program alone.
  static const std::string& shared_url();
  /// The name of a schema that nobody has used.
  static std::string fresh_schema();

 private:
  std::string run(const std::string& command);

  std::string folder_;
  std::string url_;
};

}  // namespace bespoke::testing
