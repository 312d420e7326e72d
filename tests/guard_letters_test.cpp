#include "apply/fact_guard.hpp"

#include <gtest/gtest.h>

#include <string_view>

// Of whom and of what a letter's sentence speaks, which decides what has to bear it out.

namespace bespoke {
namespace {

const JsonTree profile = JsonTree::parse(R"({
  "basics": {"name": "Maren Holt", "label": "Brewer", "summary": "Brewer with a laboratory background."},
  "work": [
    {"name": "Brackenridge Brewing", "location": "Leeds, England", "position": "Shift Brewer", "startDate": "2021-03",
     "highlights": ["Brew four batches of 60 hl a week", "Sold 900 hl of Low Road in 2024", "Look after six strains of yeast"]},
    {"name": "Quarrybank Ales", "location": "Bergen, Norway", "position": "Assistant Brewer", "startDate": "2017-06",
     "endDate": "2021-02", "highlights": ["Filled casks on a 10-barrel plant"]}],
  "education": [{"institution": "Tarn University", "area": "Microbiology", "studyType": "BSc", "startDate": "2013-09",
                 "endDate": "2016-06"}]})");

Posting saltmarsh() {
  Posting posting;
  posting.title = "Head Brewer";
  posting.company = "Saltmarsh Brewing";
  posting.location = "Norfolk, England";
  posting.description =
      "Saltmarsh Brewing has made beer on the coast since 2009. We are 45 people and have been employee-owned since "
      "2022.\n"
      "You will bring our two alcohol-free beers to market.";
  posting.language = "en";
  return posting;
}

bool stands(std::string_view sentence) {
  static const FactGuard guard(profile, saltmarsh(), PlainDate{2026, 12});
  return !has_violation(guard.check_letter(sentence));
}

TEST(GuardOfLetters, TakesADateOfTheCompanyFromItsOwnClauseOfThePosting) {
  EXPECT_TRUE(stands("I like that Saltmarsh has been owned by its employees since 2022."));
  EXPECT_FALSE(stands("I like that Saltmarsh has been owned by its employees since 2009."));
}

TEST(GuardOfLetters, LooksForEventsOfTheCompanyInThePostingAlone) {
  EXPECT_FALSE(stands("You have already brought one of the two beers to market."));
  EXPECT_FALSE(stands("A brewery of 45 people that has just won a national prize is where I want to be."));
  EXPECT_FALSE(stands("You plan to open a brewery in Norway, and I would gladly help."));
  EXPECT_TRUE(stands("You plan to bring two alcohol-free beers to market, and I would gladly help."));
}

TEST(GuardOfLetters, EndsADenialAtTheCommaBehindWhatTheApplicantSaid) {
  EXPECT_FALSE(stands("I took a doctorate in brewing, so the science would not be new to me."));
  EXPECT_TRUE(stands("A doctorate in brewing I do not have."));
}

TEST(GuardOfLetters, BindsATimeToTheJobThatAFigureOrAPlaceNames) {
  EXPECT_TRUE(stands("I have been brewing on a 60 hl plant since 2021."));
  EXPECT_FALSE(stands("I have been brewing on a 60 hl plant since 2017."));
  EXPECT_FALSE(stands("I have worked in England since 2017."));
}

TEST(GuardOfLetters, AsksNoProofOfNoticePeriodsAndOfOnesOwnManager) {
  EXPECT_TRUE(stands("My notice period is eight weeks."));
  EXPECT_TRUE(stands("You are welcome to speak to my brewery manager."));
}

}  // namespace
}  // namespace bespoke
