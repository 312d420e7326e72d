#include <bespoke/error.hpp>

#include "http_listener.hpp"

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
using Kind = HttpFailure::Kind;

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
