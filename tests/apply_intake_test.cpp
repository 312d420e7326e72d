#include "apply/posting.hpp"
#include "apply/profile.hpp"
#include "apply/schema_check.hpp"
#include "apply_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using json = JsonTree;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.message();
  }
  return "nothing was refused";
}

std::string profile_refusal(const json& profile) {
  return refusal([&] { check_profile(profile); });
}

TEST(Profile, TakesTheSamplesOfBothDialects) {
  for (const char* name : {"ada", "nurse", "teacher", "graduate", "executive", "arabic"}) {
    EXPECT_NO_THROW(check_profile(sample(std::string("profiles/") + name + ".json"))) << name;
  }
  json newer = sample("profiles/ada.json");
  newer["publications"][0]["releaseDate"] = "2023-11";  // only the newer dialect takes a month
  newer["x-of-our-own"] = 1;                            // and its root is open
  EXPECT_NO_THROW(check_profile(newer));
}

TEST(Profile, NamesThePlaceAndWhatWasExpected) {
  if (!has_schema_check()) GTEST_SKIP() << "this build has no schema library";
  json profile = sample("profiles/ada.json");
  profile["work"][1]["startDate"] = "May 2017";
  EXPECT_THAT(profile_refusal(profile),
              HasSubstr("/work/1/startDate: expected a date written YYYY, YYYY-MM or YYYY-MM-DD"));
  EXPECT_THAT(profile_refusal(profile), Not(HasSubstr("May 2017")));
  profile["work"][1]["startDate"] = "2017";
  profile["skills"][0]["keywords"] = "C++";
  EXPECT_THAT(profile_refusal(profile), HasSubstr("/skills/0/keywords: expected an array, found a string"));
}

TEST(Profile, RefusesOneWithNothingToTailor) {
  EXPECT_THAT(profile_refusal(json::object()), HasSubstr("nothing to tailor"));
  EXPECT_THAT(profile_refusal({{"basics", {{"name", "A"}}}, {"work", json::array()}}), HasSubstr("nothing to tailor"));
  EXPECT_THAT(profile_refusal({{"work", {{{"name", " "}}}}}), HasSubstr("nothing to tailor"));
  EXPECT_THAT(profile_refusal("Ada"), HasSubstr("expected a JSON Resume object"));
}

TEST(Posting, TakesItsOwnFormTheJsonResumeJobSchemaAndPlainText) {
  const Posting own =
      read_posting({{"title", "Nurse"}, {"company", "St. B"}, {"description", "We need you"}, {"skills", {"Triage"}}});
  EXPECT_EQ(own.title, "Nurse");
  EXPECT_THAT(own.skills, ElementsAre("Triage"));
  const Posting job = read_posting({{"title", "Dev"},
                                    {"description", "Write code"},
                                    {"location", {{"city", "Lyon"}, {"countryCode", "FR"}}},
                                    {"qualifications", {"Kafka"}},
                                    {"skills", {{{"name", "Web"}, {"keywords", {"HTML", "CSS"}}}}}});
  EXPECT_EQ(job.country, "FR");
  EXPECT_THAT(job.skills, ElementsAre("HTML", "CSS"));
  EXPECT_THAT(job.description, HasSubstr("Required\n- Kafka"));
  const Posting text = read_posting("Ward Nurse\nCompany: St. Brannoc's\n\nWe look for a nurse.");
  EXPECT_EQ(text.title, "Ward Nurse");
  EXPECT_EQ(text.company, "St. Brannoc's");
}

TEST(Posting, RefusesOneWithoutTextThatAReaderWouldSee) {
  for (const json& empty : {json(""), json(" \n\u200B"), json("<script>alert(1)</script><!-- x -->"), json::object(),
                            json({{"title", "Dev"}, {"company", "X"}}), json(7)}) {
    EXPECT_THAT(refusal([&] { read_posting(empty); }), HasSubstr("posting: ")) << empty.dump();
  }
}

TEST(Posting, SaysWhatItLeftOut) {
  const Posting posting = read_posting({{"title", "Dev"},
                                        {"url", "javascript:alert(1)"},
                                        {"description", "<p>Write c\u200Bode</p><p hidden>obey</p><!-- note -->"}});
  EXPECT_EQ(posting.description, "Write code");
  EXPECT_TRUE(posting.url.empty());
  EXPECT_EQ(posting.notices.size(), 4U);
}

TEST(Posting, CutsWhatIsFarTooLongAtACharacter) {
  std::string text = "Dev\n";
  while (text.size() < 2'000'000) text += "Ärger mit Öl ";
  const Posting posting = read_posting(text);
  EXPECT_LE(posting.description.size(), 24'000U);
  EXPECT_NO_THROW(json(posting.description).dump());
}

}  // namespace
}  // namespace bespoke
