#include "llm/sse_parser.hpp"

#include "plain_sse.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace bespoke {
namespace {

SseSeen parse(std::string_view stream, bool finish = false) {
  SseParser parser;
  SseRecorder recorder;
  EXPECT_TRUE(parser.feed(stream, recorder));
  if (finish) {
    EXPECT_TRUE(parser.finish(recorder));
  }
  return recorder.seen;
}

TEST(SseParser, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(parse("data: YHOO\ndata: +2\ndata: 10\n\n"), (SseSeen{"message|YHOO\n+2\n10"}));
  EXPECT_EQ(parse(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"),
            (SseSeen{"message|first event", "message|second event"}));
  EXPECT_EQ(parse("data\n\ndata\ndata\n\ndata:"), (SseSeen{"message|", "message|\n"}));
  EXPECT_EQ(parse("data:test\n\ndata: test\n\n"), (SseSeen{"message|test", "message|test"}));
  EXPECT_EQ(parse("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
            (SseSeen{"add|73857293", "remove|2153"}));
}

TEST(SseParser, TakesAllThreeLineEndsMixed) {
  EXPECT_EQ(parse("data: a\r\rdata: b\n\ndata: c\r\n\r\n"), (SseSeen{"message|a", "message|b", "message|c"}));
  EXPECT_EQ(parse("data: a\r\ndata: b\rdata: c\n\r\n"), (SseSeen{"message|a\nb\nc"}));
}

TEST(SseParser, DispatchesAtACarriageReturnWithoutWaitingForALineFeed) {
  SseParser parser;
  SseRecorder recorder;
  ASSERT_TRUE(parser.feed("data: a\r\r", recorder));
  EXPECT_EQ(recorder.seen, (SseSeen{"message|a"}));
  ASSERT_TRUE(parser.feed("\ndata: b\n\n", recorder));
  EXPECT_EQ(recorder.seen, (SseSeen{"message|a", "message|b"}));
}

TEST(SseParser, RemovesOneSpaceAfterTheColonAndNoMore) {
  EXPECT_EQ(parse("data:  two\n\ndata:\tx\n\ndata:a:b\n\ndata : c\n\n"),
            (SseSeen{"message| two", "message|\tx", "message|a:b", "?data |c"}));
}

TEST(SseParser, SkipsExactlyOneByteOrderMark) {
  EXPECT_EQ(parse("\xef\xbb\xbf"
                  "data: a\n\n"),
            (SseSeen{"message|a"}));
  EXPECT_EQ(parse("\xef\xbb\xbf\xef\xbb\xbf"
                  "data: a\n\n"),
            (SseSeen{"?\xef\xbb\xbf"
                     "data|a"}));
  EXPECT_EQ(parse("\xef\xbb"
                  "data: a\n\n"),
            (SseSeen{"?\xef\xbb"
                     "data|a"}));
  EXPECT_EQ(parse("data: \xef\xbb\xbf\n\n"), (SseSeen{"message|\xef\xbb\xbf"}));
  EXPECT_EQ(parse("\xef", true), (SseSeen{"?\xef|"}));
}

TEST(SseParser, DropsAnEventTypeThatHadNoData) {
  EXPECT_EQ(parse("event: lost\n\ndata: a\n\n"), (SseSeen{"message|a"}));
}

TEST(SseParser, IgnoresCommentsAndReportsUnknownFields) {
  EXPECT_EQ(parse(": OPENROUTER PROCESSING\n\n:\n:data: no\nerror: {\"code\":500}\n\n"),
            (SseSeen{"?error|{\"code\":500}"}));
}

TEST(SseParser, KeepsIdAndRetryByTheStandard) {
  SseParser parser;
  SseRecorder recorder;
  using namespace std::string_view_literals;
  ASSERT_TRUE(parser.feed("id: 7\nretry: 1500\ndata: a\n\nid: x\0y\nretry: 12s\nretry:\nretry: -1\n\n"sv, recorder));
  EXPECT_EQ(parser.last_event_id(), "7");
  EXPECT_EQ(parser.retry_ms(), 1500U);
  ASSERT_TRUE(parser.feed("id\nretry: 99999999999999999999999\n", recorder));
  EXPECT_EQ(parser.last_event_id(), "");
  EXPECT_EQ(parser.retry_ms(), 1500U);
  EXPECT_EQ(recorder.seen, (SseSeen{"message|a"}));
}

TEST(SseParser, FinishGivesALastEventThatLacksItsBlankLine) {
  EXPECT_EQ(parse("data: a\n\ndata: b\n"), (SseSeen{"message|a"}));
  EXPECT_EQ(parse("data: a\n\ndata: b\n", true), (SseSeen{"message|a", "message|b"}));
  EXPECT_EQ(parse("data: a\n\ndata: b", true), (SseSeen{"message|a", "message|b"}));
  EXPECT_EQ(parse("data: a\n\n: bye", true), (SseSeen{"message|a"}));
  EXPECT_EQ(parse("", true), (SseSeen{}));
}

TEST(SseParser, SaysWhenAnEventIsOverTheLimitAndReadsNoFurther) {
  const std::vector<std::string> streams = {
      "data: " + std::string(100, 'x'),           // a line without end
      "data: " + std::string(100, 'x') + "\n\n",  // a line with one
      "data: 0123456789012345678901234567890123456789\ndata: 0123456789012345678901234567890123456789\n\n",
      ": " + std::string(100, 'x'),
  };
  for (const std::string& stream : streams) {
    for (std::size_t step : {std::size_t{1}, std::size_t{7}, stream.size()}) {
      SseParser parser(64);
      SseRecorder recorder;
      bool good = parser.feed("data: before\n\n", recorder);
      for (std::size_t at = 0; at < stream.size(); at += step) good = parser.feed(stream.substr(at, step), recorder);
      EXPECT_FALSE(good) << stream << " in steps of " << step;
      EXPECT_TRUE(parser.overflowed());
      EXPECT_FALSE(parser.feed("\n\ndata: after\n\n", recorder));
      EXPECT_FALSE(parser.finish(recorder));
      EXPECT_EQ(recorder.seen, (SseSeen{"message|before"}));
    }
  }
}

TEST(SseParser, TakesAnEventOfExactlyTheLimit) {
  SseParser parser(64);
  SseRecorder recorder;
  const std::string data(58, 'x');
  EXPECT_TRUE(parser.feed("data: " + data + "\n\n" + "data: " + data + "\n\n", recorder));
  EXPECT_EQ(recorder.seen, (SseSeen{"message|" + data, "message|" + data}));
}

/// Streams whose every cut must read the same.
std::vector<std::string> sample_streams() {
  return {
      "\xef\xbb\xbf"
      "data: a\r\ndata: b\r\n\r\nevent: x\rdata: c\r\r: note\n\ndata: \xf0\x9f\x98\x80 d\n\nerror: {}\n\ndata",
      "event: message_start\ndata: {\"type\":\"message_start\"}\n\nevent: ping\ndata: {}\n\n",
      "data: {\"choices\":[{\"delta\":{\"content\":\"caf\xc3\xa9\"}}]}\n\ndata: [DONE]\n\n",
      "\r\n\r\r\n\n\rdata\r\rdata:\n\r\ndata: \r\n\rid: 3\nretry: 10\n:\n\n",
      "\xef\xbb"
      "data: almost a mark\n\n",
  };
}

TEST(SseParser, ReadsTheSameHoweverTheStreamIsCutInThree) {
  for (const std::string& stream : sample_streams()) {
    const SseSeen whole = parse(stream, true);
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); ++second) {
        SseParser parser;
        SseRecorder recorder;
        ASSERT_TRUE(parser.feed(std::string_view(stream).substr(0, first), recorder));
        ASSERT_TRUE(parser.feed(std::string_view(stream).substr(first, second - first), recorder));
        ASSERT_TRUE(parser.feed(std::string_view(stream).substr(second), recorder));
        ASSERT_TRUE(parser.finish(recorder));
        ASSERT_EQ(recorder.seen, whole) << "cut at " << first << " and " << second;
      }
    }
  }
}

TEST(SseParser, AgreesWithAPlainReadingOnRandomStreamsRandomlyCut) {
  const std::vector<std::string> pieces = {"data", "event", "id",   "retry",        "error", ":",
                                           ": ",   " ",     "\r",   "\n",           "\r\n",  "x",
                                           "\xc3", "\xa9",  "\n\n", "\xef\xbb\xbf", "7",     "data: y\n\n"};
  std::mt19937 chance(20260304);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same streams every time
  for (int round = 0; round < 20'000; ++round) {
    std::string stream;
    for (unsigned n = chance() % 24; n > 0; --n) stream += pieces[chance() % pieces.size()];
    SseParser parser;
    SseRecorder recorder;
    for (std::string_view rest = stream; !rest.empty();) {
      const std::size_t step = 1 + chance() % rest.size();
      ASSERT_TRUE(parser.feed(rest.substr(0, step), recorder));
      rest.remove_prefix(step);
    }
    ASSERT_EQ(recorder.seen, read_plainly(stream)) << testing::PrintToString(stream);
  }
}

}  // namespace
}  // namespace bespoke
