// What goes wrong with a transfer: limits that run out, servers that break off or speak no HTTP, requests that are
// refused.

#include <bespoke/error.hpp>

#include "http_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = HttpFailure::Kind;

struct Stall {
  std::string name;
  std::function<void(RawConnection&)> script;
  std::function<void(HttpTimeouts&)> limit;
  Kind kind;
  std::string message;
};

void PrintTo(const Stall& stall, std::ostream* out) {
  *out << stall.name;
}

std::string stall_name(const testing::TestParamInfo<Stall>& stall) {
  return stall.param.name;
}

class HttpTransportTimers : public testing::TestWithParam<Stall> {};

TEST_P(HttpTransportTimers, EndsTheTransferClosesTheConnectionAndSaysWhy) {
  Event closed;
  RawHttpServer server([&](RawConnection& connection) {
    GetParam().script(connection);
    if (connection.wait_until_closed()) closed.set();
  });
  HttpTransport transport;
  HttpRequest request = a_request(server.url());
  GetParam().limit(request.timeouts);
  auto listener = std::make_shared<Listener>();
  listener->judge = [](const std::string& body) {
    if (body.ends_with("END")) return HttpProgress::ending;
    return body.ends_with("ping") ? HttpProgress::bytes : HttpProgress::content;
  };
  const SteadyTime start = std::chrono::steady_clock::now();
  const auto transfer = transport.start(request, listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_LT(std::chrono::steady_clock::now() - start, Millis(2'000));
  ASSERT_TRUE(listener->failure);
  EXPECT_EQ(listener->failure->kind, GetParam().kind) << listener->failure->message;
  EXPECT_THAT(listener->failure->message, HasSubstr("127.0.0.1:" + std::to_string(server.port())));
  EXPECT_THAT(listener->failure->message, HasSubstr(GetParam().message));
  EXPECT_THAT(listener->failure->message, Not(HasSubstr("sk-secret")));
  EXPECT_TRUE(closed.wait());
}

/// Sends `bytes` every few milliseconds until the client goes.
void repeat(RawConnection& connection, std::string_view bytes) {
  while (!connection.wait_until_closed(Millis(10))) connection.send(chunk(bytes));
}

INSTANTIATE_TEST_SUITE_P(All, HttpTransportTimers,
                         testing::Values(Stall{"HeadersNever", [](RawConnection& c) { c.read_request(); },
                                               [](HttpTimeouts& limits) { limits.first_byte = Millis(150); },
                                               Kind::first_byte_timeout, "began no answer within 0.15 s"},
                                         Stall{"SilenceInTheMiddle", begin_answer,
                                               [](HttpTimeouts& limits) { limits.idle_bytes = Millis(150); },
                                               Kind::idle_timeout, "sent nothing for 0.15 s"},
                                         Stall{"SilenceAfterTheHead",
                                               [](RawConnection& c) {
                                                 c.read_request();
                                                 c.send(answer_head(200, {"Transfer-Encoding: chunked"}));
                                               },
                                               [](HttpTimeouts& limits) { limits.idle_bytes = Millis(150); },
                                               Kind::idle_timeout, "sent nothing"},
                                         Stall{"KeepAlivesForEver",
                                               [](RawConnection& c) {
                                                 begin_answer(c);
                                                 repeat(c, "ping");
                                               },
                                               [](HttpTimeouts& limits) {
                                                 limits.idle_bytes = Millis(5'000);
                                                 limits.idle_content = Millis(200);
                                               },
                                               Kind::content_timeout, "only keep-alives"},
                                         Stall{"ContentForEver",
                                               [](RawConnection& c) {
                                                 begin_answer(c);
                                                 repeat(c, "more");
                                               },
                                               [](HttpTimeouts& limits) { limits.total = Millis(300); },
                                               Kind::total_timeout, "within 0.3 s"},
                                         Stall{"NoEndAfterAllHasCome",
                                               [](RawConnection& c) {
                                                 begin_answer(c);
                                                 c.send(chunk("END"));
                                               },
                                               [](HttpTimeouts& limits) { limits.ending = Millis(150); },
                                               Kind::ending_timeout, "after its last content"}),
                         stall_name);

TEST(HttpTransport, SaysWhatIsWrongWhenNobodyListens) {
  int port = 0;
  {
    port = RawHttpServer([](RawConnection&) {}).port();
  }
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request("http://127.0.0.1:" + std::to_string(port)), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_EQ(listener->failure.value().kind, Kind::connect);
  EXPECT_THAT(listener->failure->message, HasSubstr("127.0.0.1:" + std::to_string(port) + " can't be reached"));
}

TEST(HttpTransport, SaysWhatIsWrongWhenANameDoesNotExist) {
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request("https://no-such-host.invalid"), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_EQ(listener->failure.value().kind, Kind::resolve) << listener->failure->message;
  EXPECT_THAT(listener->failure->message, HasSubstr("no-such-host.invalid can't be reached"));
}

TEST(HttpTransport, TellsACutAnswerFromAWholeOne) {
  const std::vector<std::function<void(RawConnection&)>> cuts = {
      [](RawConnection& c) { c.send(answer_head(200, {"Content-Length: 100"}) + "some"); },
      [](RawConnection& c) { c.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("some")); },
      [](RawConnection& c) { c.send(answer_head(200, {"Transfer-Encoding: chunked"}) + "fff\r\nsome"); },
      [](RawConnection& c) {
        c.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("some"));
        c.reset();
      },
      [](RawConnection& c) { c.reset(); },
      [](RawConnection&) {},
  };
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    RawHttpServer server([&](RawConnection& connection) {
      connection.read_request();
      cuts[i](connection);
    });
    HttpTransport transport;
    auto listener = std::make_shared<Listener>();
    const auto transfer = transport.start(a_request(server.url()), listener);
    ASSERT_TRUE(listener->over.wait());
    ASSERT_TRUE(listener->failure) << "cut " << i;
    EXPECT_EQ(listener->failure->kind, Kind::broken) << listener->failure->message;
  }
}

TEST(HttpTransport, RefusesWhatIsNotHttp) {
  RawHttpServer server([](RawConnection& connection) {
    connection.read_request();
    connection.send("SSH-2.0-OpenSSH_9.2\r\n");
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_EQ(listener->failure.value().kind, Kind::protocol) << listener->failure->message;
}

TEST(HttpTransport, DoesNotFollowRedirects) {
  RawHttpServer other(answer_all);
  RawHttpServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send(whole_answer(307, "text/plain", "", {"Location: " + other.url() + "/elsewhere"}));
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_EQ(listener->head.status, 307);
  EXPECT_EQ(listener->head.header("location"), other.url() + "/elsewhere");
  EXPECT_EQ(other.connections(), 0);
}

std::string refusal(HttpRequest request) {
  HttpTransport transport;
  try {
    transport.start(std::move(request), std::make_shared<Listener>());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.message(), Not(HasSubstr("secret")));
    return error.message();
  }
  return "accepted";
}

TEST(HttpTransport, RefusesPlainHttpBeyondLoopbackUnlessAskedFor) {
  EXPECT_THAT(refusal(a_request("http://api.example.com")), HasSubstr("plain http to api.example.com"));
  EXPECT_THAT(refusal(a_request("http://127.0.0.1.example.com")), HasSubstr("plain http"));
  EXPECT_THAT(refusal(a_request("http://notlocalhost")), HasSubstr("plain http"));
  EXPECT_THAT(refusal(a_request("http://10.0.0.1")), HasSubstr("plain http"));
  for (const char* good : {"http://127.0.0.1:1", "http://127.9.9.9:1", "http://[::1]:1", "http://LOCALHOST:1",
                           "http://ollama.localhost:1", "https://api.example.com"}) {
    EXPECT_EQ(refusal(a_request(good)), "accepted") << good;
  }
  HttpRequest request = a_request("http://api.example.com");
  request.allow_http = true;
  EXPECT_EQ(refusal(request), "accepted");
}

TEST(HttpTransport, RefusesUrlsThatItShouldNotOpen) {
  for (const char* bad : {"ftp://x", "file:///etc/passwd", "nonsense", "", "//host"}) {
    EXPECT_NE(refusal(a_request(bad)), "accepted") << bad;
  }
  EXPECT_THAT(refusal(a_request("https://me:secret@api.example.com")), HasSubstr("a user name or a password"));
}

TEST(HttpTransport, RefusesLineBreaksInHeaders) {
  for (const std::string& bad : {std::string("Bearer secret\n"), std::string("Bearer secret\r\nX-Evil: 1"),
                                 std::string("Bearer secret\0", 14)}) {
    HttpRequest request = a_request("http://127.0.0.1:1");
    request.headers[0].second = bad;
    EXPECT_THAT(refusal(request), HasSubstr("the header Authorization")) << bad;
  }
  HttpRequest request = a_request("http://127.0.0.1:1");
  request.headers[0].first = "X\r\nY";
  EXPECT_NE(refusal(request), "accepted");
}

}  // namespace
}  // namespace bespoke
