#include "llm/http_transport.hpp"

#include <bespoke/error.hpp>

#include "raw_http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>

namespace bespoke {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = HttpFailure::Kind;

/// Writes down what it is told; what it answers to data can be chosen.
class Listener : public HttpHandler {
 public:
  HttpProgress on_head(const HttpHead& answer) override {
    head = answer;
    return on_head_answer;
  }
  HttpProgress on_data(std::string_view bytes) override {
    body += bytes;
    first_data.set();
    return judge ? judge(body) : HttpProgress::content;
  }
  void on_end() override {
    ended = true;
    over.set();
  }
  void on_failure(const HttpFailure& what) override {
    failure = what;
    over.set();
  }

  HttpProgress on_head_answer = HttpProgress::bytes;
  std::function<HttpProgress(const std::string& body)> judge;
  HttpHead head;
  std::string body;
  bool ended = false;
  std::optional<HttpFailure> failure;
  Event first_data;
  Event over;
};

HttpRequest a_request(const std::string& url) {
  HttpRequest request;
  request.url = url + "/v1/chat/completions";
  request.headers = {{"Authorization", "Bearer sk-secret"}, {"Content-Type", "application/json"}};
  request.body = R"({"model":"m"})";
  return request;
}

/// Answers every request of a connection in full.
void answer_all(RawConnection& connection) {
  while (connection.read_request()) connection.send(whole_answer(200, "text/plain", "hello"));
}

TEST(HttpTransport, CarriesARequestAndItsAnswer) {
  std::promise<RawRequest> seen;
  RawHttpServer server([&](RawConnection& connection) {
    seen.set_value(connection.read_request().value());
    connection.send(answer_head(201, {"Content-Type: text/event-stream", "X-Request-ID:  req_1 ", "Retry-After: 7",
                                      "Set-Cookie: a=b", "Transfer-Encoding: chunked"}));
    connection.send(chunk("one ") + chunk("two"));
    connection.send(chunk(""));
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_TRUE(listener->ended);
  EXPECT_EQ(listener->body, "one two");
  EXPECT_EQ(listener->head.status, 201);
  EXPECT_EQ(listener->head.header("content-type"), "text/event-stream");
  EXPECT_EQ(listener->head.header("x-request-id"), "req_1");
  EXPECT_EQ(listener->head.header("retry-after"), "7");
  EXPECT_EQ(listener->head.header("set-cookie"), "");
  const RawRequest request = seen.get_future().get();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/chat/completions");
  EXPECT_EQ(request.header("authorization"), "Bearer sk-secret");
  EXPECT_EQ(request.header("expect"), "");
  EXPECT_EQ(request.body, R"({"model":"m"})");
}

TEST(HttpTransport, KeepsAConnectionForTheNextRequest) {
  RawHttpServer server(answer_all);
  HttpTransport transport;
  for (int i = 0; i < 5; ++i) {
    auto listener = std::make_shared<Listener>();
    const auto transfer = transport.start(a_request(server.url()), listener);
    ASSERT_TRUE(listener->over.wait());
    EXPECT_TRUE(listener->ended);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransport, SkipsProvisionalAnswers) {
  RawHttpServer server([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" + whole_answer(200, "text/plain", "ok"));
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  const auto transfer = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_EQ(listener->head.status, 200);
  EXPECT_EQ(listener->head.header("retry-after"), "");
  EXPECT_EQ(listener->body, "ok");
}

TEST(HttpTransport, CancelClosesTheConnectionAtOnceAndTellsNothingMore) {
  Millis fastest = Millis::max();
  for (int i = 0; i < 5; ++i) {  // a busy machine may be late once, but not always
    std::promise<SteadyTime> closed;
    RawHttpServer server([&](RawConnection& connection) {
      connection.read_request();
      connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("first"));
      if (connection.wait_until_closed()) closed.set_value(std::chrono::steady_clock::now());
    });
    HttpTransport transport;
    auto listener = std::make_shared<Listener>();
    const auto transfer = transport.start(a_request(server.url()), listener);
    ASSERT_TRUE(listener->first_data.wait());
    const SteadyTime asked = std::chrono::steady_clock::now();
    transfer->cancel();
    transfer->cancel();
    auto when = closed.get_future();
    ASSERT_EQ(when.wait_for(Millis(10'000)), std::future_status::ready);
    fastest = std::min(fastest, std::chrono::ceil<Millis>(when.get() - asked));
    EXPECT_FALSE(listener->failure);
    EXPECT_FALSE(listener->ended);
  }
  EXPECT_LT(fastest, Millis(50));
}

TEST(HttpTransport, ClosesTheConnectionThoughAForkedChildHoldsItToo) {
  Event closed;
  RawHttpServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("first"));
    if (connection.wait_until_closed()) closed.set();
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  auto transfer = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->first_data.wait());
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  transfer.reset();
  EXPECT_TRUE(closed.wait(Millis(5'000)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(HttpTransport, AHandlerCanStopItsOwnTransfer) {
  Event closed;
  RawHttpServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("first"));
    if (connection.wait_until_closed()) closed.set();
  });
  HttpTransport transport;
  auto listener = std::make_shared<Listener>();
  listener->judge = [](const std::string&) { return HttpProgress::stop; };
  const auto transfer = transport.start(a_request(server.url()), listener);
  EXPECT_TRUE(closed.wait());
  EXPECT_FALSE(listener->failure);
}

TEST(HttpTransport, DrainsWhatIsNotWantedSoThatTheConnectionCanServeAgain) {
  RawHttpServer server([](RawConnection& connection) {
    while (connection.read_request()) {
      connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("all that matters"));
      connection.send(chunk("a rest") + chunk(""));
    }
  });
  HttpTransport transport;
  for (int i = 0; i < 3; ++i) {
    auto listener = std::make_shared<Listener>();
    listener->judge = [](const std::string&) { return HttpProgress::drain; };
    auto transfer = transport.start(a_request(server.url()), listener);
    ASSERT_TRUE(listener->first_data.wait());
    transfer.reset();  // must not close what is only being drained
    while (transport.stats().transfers > 0) std::this_thread::yield();
    EXPECT_FALSE(listener->ended);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTransport, TellsAThrowingHandlerSoAndCarriesOn) {
  class Thrower final : public Listener {
    HttpProgress on_data(std::string_view) override { throw std::runtime_error("no room in here"); }
  };
  RawHttpServer server(answer_all);
  HttpTransport transport;
  auto thrower = std::make_shared<Thrower>();
  const auto transfer = transport.start(a_request(server.url()), thrower);
  ASSERT_TRUE(thrower->over.wait());
  EXPECT_EQ(thrower->failure.value().kind, Kind::handler);
  auto listener = std::make_shared<Listener>();
  const auto next = transport.start(a_request(server.url()), listener);
  ASSERT_TRUE(listener->over.wait());
  EXPECT_TRUE(listener->ended);
}

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

void begin_answer(RawConnection& connection) {
  connection.read_request();
  connection.send(answer_head(200, {"Transfer-Encoding: chunked"}) + chunk("first"));
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

TEST(HttpTransport, EndsWhatIsUnderWayWhenItIsDestroyed) {
  Event closed;
  RawHttpServer server([&](RawConnection& connection) {
    begin_answer(connection);
    if (connection.wait_until_closed()) closed.set();
  });
  auto listener = std::make_shared<Listener>();
  std::unique_ptr<HttpTransfer> transfer;
  {
    HttpTransport transport;
    transfer = transport.start(a_request(server.url()), listener);
    ASSERT_TRUE(listener->first_data.wait());
  }
  ASSERT_TRUE(listener->failure);
  EXPECT_EQ(listener->failure->kind, Kind::closed);
  EXPECT_TRUE(closed.wait());
}

TEST(HttpTransport, MayBeDestroyedByAHandler) {
  RawHttpServer server(answer_all);
  struct Owner final : Listener {
    void on_end() override {
      transport.reset();
      over.set();
    }
    std::unique_ptr<HttpTransport> transport = std::make_unique<HttpTransport>();
  };
  auto owner = std::make_shared<Owner>();
  const auto transfer = owner->transport->start(a_request(server.url()), owner);
  EXPECT_TRUE(owner->over.wait());
}

TEST(HttpTransport, CarriesHundredsOfStreamsAtOnceFromManyThreads) {
  RawHttpServer server([](RawConnection& connection) {
    begin_answer(connection);
    connection.send(chunk("second"));
    connection.send(chunk(""));
  });
  HttpTransport transport;
  std::vector<std::shared_ptr<Listener>> listeners(300);
  std::vector<std::unique_ptr<HttpTransfer>> transfers(listeners.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < listeners.size(); i += 6) {
        listeners[i] = std::make_shared<Listener>();
        transfers[i] = transport.start(a_request(server.url()), listeners[i]);
        if (i % 5 == 0) transfers[i]->cancel();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (i % 5 == 0) continue;
    ASSERT_TRUE(listeners[i]->over.wait());
    EXPECT_TRUE(listeners[i]->ended);
    EXPECT_EQ(listeners[i]->body, "firstsecond");
  }
  while (transport.stats().transfers > 0) std::this_thread::yield();
}

TEST(HttpTransport, TellsNobodyWhenTheProcessEndsInTheMiddleOfAStream) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer objects to the transport that is left behind here on purpose";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto end_in_the_middle = [] {
    struct Quiet final : Listener {
      void on_failure(const HttpFailure&) override { _exit(7); }
    };
    static RawHttpServer* const server = new RawHttpServer([](RawConnection& connection) {
      begin_answer(connection);
      connection.wait_until_closed();
    });
    static HttpTransport* const transport = new HttpTransport;
    static const auto quiet = std::make_shared<Quiet>();
    static const auto transfer = transport->start(a_request(server->url()), quiet).release();
    ASSERT_TRUE(quiet->first_data.wait());
    ASSERT_NE(transfer, nullptr);
    std::exit(0);
  };
  EXPECT_EXIT(end_in_the_middle(), testing::ExitedWithCode(0), "");
}

TEST(SharedHttpTransport, IsOneForAllAndEndsWithTheLast) {
  std::weak_ptr<HttpTransport> watch;
  {
    SharedHttpTransport one;
    SharedHttpTransport other;
    EXPECT_EQ(one.get(), other.get());
    watch = one.get();
  }
  EXPECT_TRUE(watch.expired());
}

TEST(SharedHttpTransport, WorksInAForkedChild) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer allows no threads in a forked child";
#endif
  RawHttpServer server(answer_all);
  SharedHttpTransport shared;
  auto before = std::make_shared<Listener>();
  const auto parents = shared.get()->start(a_request(server.url()), before);
  ASSERT_TRUE(before->over.wait());
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    parents->cancel();
    auto listener = std::make_shared<Listener>();
    const auto transfer = shared.get()->start(a_request(server.url()), listener);
    const bool good = listener->over.wait() && listener->ended && listener->body == "hello";
    _exit(good ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  auto after = std::make_shared<Listener>();
  const auto transfer = shared.get()->start(a_request(server.url()), after);
  ASSERT_TRUE(after->over.wait());
  EXPECT_TRUE(after->ended);
}

}  // namespace
}  // namespace bespoke
