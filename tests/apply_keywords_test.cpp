#include "apply/coverage.hpp"
#include "apply/keywords.hpp"
#include "apply_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::string> names(const std::vector<Keyword>& keywords, bool required) {
  std::vector<std::string> names;
  for (const Keyword& keyword : keywords) {
    if (keyword.required == required) names.push_back(keyword.text);
  }
  return names;
}

KeywordMatch match(std::string_view keyword, std::string_view text) {
  Stemmer stemmer("en");
  return match_keyword(make_keyword(keyword, true, stemmer), analyse(stemmer, text));
}

TEST(Keywords, TellRequirementsFromWishes) {
  const Posting posting = read_posting(sample("postings/northwind.json"));
  Stemmer stemmer(posting.language);
  const std::vector<Keyword> keywords = extract_keywords(posting, stemmer);
  EXPECT_THAT(names(keywords, true),
              IsSupersetOf({"C++", "Go", "PostgreSQL", "Kafka", "RabbitMQ", "Linux", "Docker", "gRPC"}));
  EXPECT_THAT(names(keywords, false), IsSupersetOf({"Kubernetes", "Terraform", "ClickHouse", "Rust"}));
  for (const Keyword& keyword : keywords) {
    const bool verbatim = posting.description.find(keyword.text) != std::string::npos ||
                          std::find(posting.skills.begin(), posting.skills.end(), keyword.text) != posting.skills.end();
    EXPECT_TRUE(verbatim) << keyword.text;
  }
}

TEST(Keywords, ReadGermanHeadings) {
  const Posting posting = read_posting(sample("postings/junior.json"));
  EXPECT_EQ(posting.language, "de");
  Stemmer stemmer(posting.language);
  const std::vector<Keyword> keywords = extract_keywords(posting, stemmer);
  EXPECT_THAT(names(keywords, true), IsSupersetOf({"Java", "SQL", "Git"}));
  EXPECT_THAT(names(keywords, false), IsSupersetOf({"Angular", "TypeScript", "Kubernetes"}));
  EXPECT_THAT(names(keywords, true), Not(Contains("Gleitzeit")));
}

TEST(Keywords, LeaveOutWordsThatNobodyLooksForInACv) {
  const Posting posting = read_posting(sample("postings/northwind.json"));
  Stemmer stemmer(posting.language);
  const std::vector<Keyword> keywords = extract_keywords(posting, stemmer);
  for (const std::string word : {"system", "production", "small"}) {
    EXPECT_THAT(names(keywords, true), Not(Contains(word)));
    EXPECT_THAT(names(keywords, false), Not(Contains(word)));
  }
  EXPECT_THAT(names(keywords, true), IsSupersetOf({"partitioning", "query plans", "replication"}));
}

TEST(Keywords, CutChineseRunsIntoTerms) {
  const Posting posting = read_posting(JsonTree::parse(
      R"({"title":"后端工程师","company":"某公司","description":"任职要求\n- 熟悉数据库设计和消息队列\n- 三年以上分布式系统开发经验\n- 精通 Python 与 PostgreSQL"})"));
  EXPECT_EQ(posting.language, "zh");
  Stemmer stemmer(posting.language);
  EXPECT_THAT(names(extract_keywords(posting, stemmer), true),
              testing::UnorderedElementsAre("数据库设计", "消息队列", "分布式系统", "Python", "PostgreSQL"));
  const AnalysedText profile = analyse(stemmer, "设计了消息队列，并维护数据库。");
  EXPECT_EQ(match_keyword(make_keyword("消息队列", true, stemmer), profile), KeywordMatch::literal);
  EXPECT_EQ(match_keyword(make_keyword("数据库设计", true, stemmer), profile), KeywordMatch::none);
}

TEST(KeywordMatching, KnowsWordBoundaries) {
  EXPECT_EQ(match("Java", "JavaScript and TypeScript"), KeywordMatch::none);
  EXPECT_EQ(match("C", "C++ and C#"), KeywordMatch::none);
  EXPECT_EQ(match("C++", "modern C++20"), KeywordMatch::literal);
  EXPECT_EQ(match(".NET", "on .NET 8"), KeywordMatch::literal);
  EXPECT_EQ(match("R", "R&D budget"), KeywordMatch::none);
  EXPECT_EQ(match("Go", "go-to person"), KeywordMatch::none);
  EXPECT_EQ(match("Go", "Python and Go"), KeywordMatch::literal);
}

TEST(KeywordMatching, KnowsStemsAndOtherNames) {
  EXPECT_EQ(match("code review", "reviewed, code reviews"), KeywordMatch::literal);
  EXPECT_EQ(match("Kubernetes", "moved to k8s"), KeywordMatch::alias);
  EXPECT_EQ(match("Postgres", "PostgreSQL 15"), KeywordMatch::alias);
}

TEST(Coverage, PutsEachKeywordIntoItsBucket) {
  Stemmer stemmer("en");
  const std::vector<Keyword> keywords{make_keyword("Kafka", true, stemmer), make_keyword("Kubernetes", true, stemmer),
                                      make_keyword("Redis", false, stemmer), make_keyword("Rust", false, stemmer)};
  const auto item = [](std::string id, std::string text) {
    return Item{std::move(id), "work", "work.0.highlights", "bullet", std::move(text), true, true, true};
  };
  const auto before = find_keywords(keywords, {item("a", "Kafka"), item("b", "k8s"), item("c", "Redis")}, stemmer);
  const auto after = find_keywords(keywords, {item("a", "Kafka"), item("b", "Kubernetes (k8s)")}, stemmer);
  const JsonTree coverage = coverage_json(keywords, before, after);
  std::vector<std::string> buckets;
  for (const auto& keyword : coverage.at("keywords")) buckets.push_back(keyword.at("bucket"));
  EXPECT_EQ(buckets, (std::vector<std::string>{"covered", "surfaced", "hidden", "gap"}));
  EXPECT_EQ(coverage.at("before"), (JsonTree{{"covered", 2}, {"total", 4}}));
  const JsonTree score = score_json(keywords, before, after);
  EXPECT_EQ(score.at("before"), 3);
  EXPECT_EQ(score.at("after"), 4);
  EXPECT_EQ(score.at("max"), 6);
  EXPECT_EQ(score.at("lines").size(), 4U);
}

}  // namespace
}  // namespace bespoke
