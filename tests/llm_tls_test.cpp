#include "llm/http_transport.hpp"
#include "llm/openai_client.hpp"

#include <bespoke/error.hpp>

#include "child_process.hpp"
#include "llm_harness.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <list>
#include <stdexcept>

namespace bespoke {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A server with a certificate that it signed itself, for the names given; tests/llm_peers/tls_server.mjs.
class Tls : public testing::Test {
 protected:
  Tls() {
    std::string pattern = (fs::temp_directory_path() / "tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Tls() override { fs::remove_all(folder_); }

  std::string certificate() const { return folder_ / "certificate.pem"; }

  void start_server(const std::string& names) {
    ChildProcess openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-days", "1", "-subj", "/CN=test", "-addext", "subjectAltName=" + names, "-keyout",
                          folder_ / "key.pem", "-out", certificate()});
    openssl.wait();
    if (!fs::exists(certificate())) throw std::runtime_error("openssl made no certificate");
    server_.emplace(std::vector<std::string>{"node", BESPOKE_TESTS_DIR "/llm_peers/tls_server.mjs", folder_ / "key.pem",
                                             certificate()});
    const auto line = server_->read_line_with("port ");
    if (!line) throw std::runtime_error("the TLS server didn't start");
    port_ = line->substr(5);
  }

  std::unique_ptr<LlmClient> client(const std::string& trusted) const {
    LlmConfig config;
    config.model = "openai:m";
    config.base_url = "https://127.0.0.1:" + port_ + "/v1";
    config.api_key = "sk-test-secret";
    return make_openai_client(config, env_of({{"SSL_CERT_FILE", trusted}}));
  }

  static LlmRequest asking(const std::string& text) {
    LlmRequest request;
    request.messages = {{"user", text}};
    request.timeout = Millis(30'000);
    return request;
  }

  fs::path folder_;
  std::optional<ChildProcess> server_;
  std::string port_;
};

TEST_F(Tls, RefusesACertificateThatNobodyVouchesFor) {
  start_server("IP:127.0.0.1");
  const auto client_without = client("");
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = client_without->start(asking("go"), sink);
  ASSERT_TRUE(sink->over.wait());
  ASSERT_TRUE(sink->failure);
  EXPECT_EQ(sink->failure->code, ErrorCode::llm_unavailable);
  EXPECT_EQ(sink->failure->advice, LlmAdvice::fatal);
  EXPECT_THAT(sink->failure->message, HasSubstr("certificate"));
  EXPECT_THAT(sink->failure->message, HasSubstr("SSL_CERT_FILE"));
  EXPECT_EQ(sink->failure->usage, Usage());
}

TEST_F(Tls, RefusesACertificateForAnotherHost) {
  start_server("DNS:elsewhere.example.com");
  const auto trusting = client(certificate());
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = trusting->start(asking("go"), sink);
  ASSERT_TRUE(sink->over.wait());
  EXPECT_EQ(sink->failure.value().advice, LlmAdvice::fatal) << sink->failure->message;
}

TEST_F(Tls, TrustsTheFileThatTheEnvironmentNames) {
  start_server("IP:127.0.0.1");
  const auto trusting = client(certificate());
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = trusting->start(asking("go"), sink);
  ASSERT_TRUE(sink->over.wait());
  ASSERT_TRUE(sink->answer) << sink->failure->message;
  EXPECT_EQ(sink->joined, "first second");
  EXPECT_EQ(server_->read_line_with("request"), uses_http2() ? "request 2.0" : "request 1.1");
}

TEST_F(Tls, EndsACancelledStreamAtOnceAndNoOther) {
  start_server("IP:127.0.0.1");
  const auto trusting = client(certificate());
  std::list<std::pair<std::shared_ptr<LlmRecorder>, std::unique_ptr<LlmCall>>> held;
  for (int i = 0; i < 20; ++i) {
    auto sink = std::make_shared<LlmRecorder>();
    auto call = trusting->start(asking("hold"), sink);
    held.emplace_back(std::move(sink), std::move(call));
  }
  for (const auto& [sink, call] : held) ASSERT_TRUE(sink->first.wait());

  held.front().second->cancel();
  ASSERT_EQ(server_->read_line_with("closed", Millis(5'000)), "closed");
  EXPECT_EQ(held.front().first->ends, 0);

  auto sink = std::make_shared<LlmRecorder>();
  const auto call = trusting->start(asking("go"), sink);
  ASSERT_TRUE(sink->over.wait());
  EXPECT_TRUE(sink->answer);
  for (const auto& [other, unused] : held) EXPECT_EQ(other->ends, 0);
}

TEST_F(Tls, SharesConnectionsWhereThatCanBeCancelled) {
  start_server("IP:127.0.0.1");
  const auto trusting = client(certificate());
  std::list<std::pair<std::shared_ptr<LlmRecorder>, std::unique_ptr<LlmCall>>> held;
  for (int i = 0; i < 20; ++i) {
    auto sink = std::make_shared<LlmRecorder>();
    auto call = trusting->start(asking("hold"), sink);
    held.emplace_back(std::move(sink), std::move(call));
  }
  int connections = 0;
  for (int requests = 0; requests < 20;) {
    const auto line = server_->read_line();
    ASSERT_TRUE(line);
    connections += *line == "connection" ? 1 : 0;
    requests += line->starts_with("request") ? 1 : 0;
  }
  EXPECT_EQ(connections, uses_http2() ? 1 : 20);
}

}  // namespace
}  // namespace bespoke
