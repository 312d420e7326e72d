#include "apply/date_mentions.hpp"
#include "apply/german_nouns.hpp"
#include "apply/number_words.hpp"
#include "apply/quantities.hpp"
#include "apply/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using testing::ElementsAre;

std::vector<Quantity> quantities(std::string_view text, std::string_view language = "en") {
  return find_quantities(text, tokenize(text), language, {});
}

Quantity quantity(std::string_view text, std::string_view language = "en") {
  const std::vector<Quantity> found = quantities(text, language);
  EXPECT_EQ(found.size(), 1U) << text;
  return found.empty() ? Quantity{} : found.front();
}

double spelled(std::string_view text, std::string_view language) {
  const auto number = read_spelled_number(tokenize(text), 0, language);
  return number ? number->value : -1;
}

TEST(NumberWords, AreReadInSixLanguages) {
  EXPECT_EQ(spelled("eighteen thousand", "en"), 18'000);
  EXPECT_EQ(spelled("two hundred and twelve million", "en"), 212e6);
  EXPECT_EQ(spelled("twenty-five", "en"), 25);
  EXPECT_EQ(spelled("a dozen", "en"), -1);
  EXPECT_EQ(spelled("two dozen", "en"), 24);
  EXPECT_EQ(spelled("achtzehntausendfünfhundert", "de"), 18'500);
  EXPECT_EQ(spelled("siebenundzwanzig", "de"), 27);
  EXPECT_EQ(spelled("quatre-vingt-dix-sept", "fr"), 97);
  EXPECT_EQ(spelled("soixante-quinze", "fr"), 75);
  EXPECT_EQ(spelled("treinta y cinco mil", "es"), 35'000);
  EXPECT_EQ(spelled("ثمانية عشر", "ar"), 18);
  EXPECT_EQ(spelled("خمسة وعشرون", "ar"), 25);
  EXPECT_EQ(spelled("三万五千", "zh"), 35'000);
  EXPECT_EQ(spelled("十二", "zh"), 12);
}

TEST(NumberWords, LeaveArticlesAndPronounsAlone) {
  EXPECT_EQ(spelled("one", "en"), -1);
  EXPECT_EQ(spelled("eine", "de"), -1);
  EXPECT_EQ(spelled("un", "fr"), -1);
  EXPECT_EQ(spelled("two three", "en"), 2);
}

TEST(Quantities, KnowUnitsAndCurrencies) {
  EXPECT_DOUBLE_EQ(quantity("2.4 s").value, 2.4);
  EXPECT_DOUBLE_EQ(quantity("310 ms").value, 0.31);
  EXPECT_DOUBLE_EQ(quantity("2,4 Sekunden", "de").value, 2.4);
  EXPECT_EQ(quantity("3.2 TB").dimension, Dimension::data);
  EXPECT_DOUBLE_EQ(quantity("£40k").value, 40'000);
  EXPECT_EQ(quantity("£40k").unit, "GBP");
  EXPECT_EQ(quantity("$212M").value, 212e6);
  EXPECT_EQ(quantity("1.200 €", "de").value, 1200);
  EXPECT_EQ(quantity("99.7%").dimension, Dimension::percent);
  EXPECT_EQ(quantity("41 per cent").dimension, Dimension::percent);
  EXPECT_EQ(quantity("٢٫٨٪", "ar").value, 2.8);
  EXPECT_EQ(quantity("٦٬٥٠٠ متر مربع", "ar").value, 6500);
  EXPECT_DOUBLE_EQ(quantity("a year and a half").value, 1.5 * 365.25 * 86'400);
}

TEST(Quantities, KnowAreasVolumesAndMoneyHoweverWritten) {
  EXPECT_DOUBLE_EQ(quantity("11.5 square kilometres").value, 11.5e6);
  EXPECT_DOUBLE_EQ(quantity("2 pies cuadrados", "es").value, 2 * 0.3048 * 0.3048);
  EXPECT_DOUBLE_EQ(quantity("3 Kubikmeter", "de").value, 3000);
  EXPECT_DOUBLE_EQ(quantity("five millimetres").value, 0.005);
  EXPECT_EQ(quantity("3,8 Mio. $", "de").unit, "USD");
  EXPECT_DOUBLE_EQ(quantity("6,3 M€", "fr").value, 6.3e6);
  EXPECT_DOUBLE_EQ(quantity("35 000 Franken", "de").value, 35'000);
}

TEST(Quantities, KnowPartsOfHoursAndOfWholes) {
  EXPECT_DOUBLE_EQ(quantity("a quarter of an hour").value, 900);
  EXPECT_DOUBLE_EQ(quantity("trois quarts d'heure", "fr").value, 2700);
  EXPECT_DOUBLE_EQ(quantity("ein dreimonatiges Praktikum", "de").value, 3 * 365.25 * 86'400 / 12);
  EXPECT_DOUBLE_EQ(quantity("a one-year placement").value, 365.25 * 86'400);
  EXPECT_DOUBLE_EQ(quantity("four fifths of them").value, 80);
  EXPECT_EQ(quantity("a quarter of the budget").dimension, Dimension::percent);
  EXPECT_EQ(quantity("twelve weekly hours").rate, "week");
}

TEST(Quantities, ReadSharesInWordsOfSixLanguages) {
  EXPECT_NEAR(quantity("two thirds of them").value, 66.7, 0.1);
  EXPECT_EQ(quantity("en tres cuartas partes", "es").value, 75);
  EXPECT_EQ(quantity("la quinta parte", "es").value, 20);
  EXPECT_NEAR(quantity("بنحو الثلثين", "ar").value, 66.7, 0.1);
  EXPECT_EQ(quantity("ثلاثة أرباع", "ar").value, 75);
  EXPECT_NEAR(quantity("三分之二", "zh").value, 66.7, 0.1);
  EXPECT_EQ(quantity("halb so viel, die Hälfte der Fälle", "de").value, 50);
}

TEST(Quantities, ReadHalvesOfLargeNumbers) {
  EXPECT_EQ(quantity("half a million users").value, 500'000);
  EXPECT_EQ(quantity("a million and a half").value, 1.5e6);
  EXPECT_EQ(quantity("anderthalb Millionen Euro", "de").value, 1.5e6);
  EXPECT_EQ(quantity("media docena", "es").value, 6);
  EXPECT_EQ(quantity("نصف مليون دينار", "ar").value, 500'000);
  EXPECT_EQ(quantity("نصف مليون دينار", "ar").dimension, Dimension::money);
  EXPECT_DOUBLE_EQ(quantity("fünfeinhalb Jahre", "de").value, 5.5 * 365.25 * 86'400);
}

TEST(Quantities, ReadFactorsBehindTheirVerbs) {
  EXPECT_EQ(quantity("multiplié par plus de trois", "fr").value, 3);
  EXPECT_EQ(quantity("multiplié par plus de trois", "fr").bound, Bound::over);
  EXPECT_EQ(quantity("dividido entre cuatro", "es").value, 0.25);
  EXPECT_TRUE(quantity("um knapp die Hälfte gesenkt", "de").ratio);
  EXPECT_EQ(quantity("um knapp die Hälfte gesenkt", "de").bound, Bound::nearly);
}

TEST(Quantities, TakeBoundsFromBehindTheNumber) {
  EXPECT_EQ(quantity("sixty or so casks").bound, Bound::about);
  EXPECT_EQ(quantity("30 casks or more").bound, Bound::at_least);
  EXPECT_EQ(quantity("لا يقل عن ستين حاوية", "ar").bound, Bound::at_least);
}

TEST(Quantities, ReadPartsAndUnitsBehindTheirMarks) {
  EXPECT_EQ(quantity("bis zu 3,2 Mio. Euro im Monat", "de").dimension, Dimension::money);
  EXPECT_EQ(quantity("1 500 € d'achats mensuels", "fr").rate, "month");
  EXPECT_DOUBLE_EQ(quantities("from five hours to two and a quarter").back().value, 2.25 * 3600);
  EXPECT_EQ(spelled("dreidreiviertel", "de"), 3.75);
  EXPECT_EQ(quantity("a two-shift plant").noun, "shift");
  EXPECT_EQ(quantities("120 hectares, dont 35 en conversion", "fr").back().dimension, Dimension::area);
  EXPECT_EQ(quantities("three times as fast (20 minutes)").back().bound, Bound::exact);
}

TEST(Quantities, KnowWhatIsCountedAndHowOften) {
  EXPECT_THAT(quantity("12 Kafka services").noun_classes, ElementsAre("service"));
  EXPECT_THAT(quantity("9 student nurses").noun_classes, ElementsAre("learner", "staff"));
  EXPECT_THAT(quantity("a team of seven").noun_classes, ElementsAre("staff"));
  EXPECT_EQ(quantity("9 pages a month").rate, "month");
  EXPECT_EQ(quantity("64,000 messages/s").rate, "second");
  EXPECT_EQ(quantity("1.1 million transactions a night").rate, "day");
  EXPECT_TRUE(quantity("Band 6").label);
  EXPECT_EQ(quantity("more than 30 teams").bound, Bound::over);
  EXPECT_EQ(quantity("5+ years").bound, Bound::at_least);
}

TEST(Quantities, ShareTheUnitOfARange) {
  const auto range = quantities("3 to 7 minutes");
  ASSERT_EQ(range.size(), 2U);
  EXPECT_DOUBLE_EQ(range[0].value, 180);
  const auto tonnes = quantities("from 41 to 37 tonnes");
  ASSERT_EQ(tonnes.size(), 2U);
  EXPECT_DOUBLE_EQ(tonnes[0].value, 41e6);
  const std::string_view text = "from 41% to 78%";
  const auto tokens = tokenize(text);
  const auto both = find_quantities(text, tokens, "en", {});
  const auto movements = find_movements(text, tokens, both);
  ASSERT_EQ(movements.size(), 1U);
  EXPECT_EQ(movements[0].to->value, 78);
}

TEST(Dates, AreYearsMonthsAndQuarters) {
  const auto dates = [](std::string_view text) { return find_dates(text, tokenize(text)); };
  EXPECT_EQ(dates("since March 2024").front().month, 3);
  EXPECT_TRUE(dates("since March 2024").front().since);
  EXPECT_EQ(dates("second quarter of 2019").front().quarter, 2);
  EXPECT_EQ(dates("2021-05").front().month, 5);
  EXPECT_EQ(dates("seit September 2019").front().month, 9);
  EXPECT_TRUE(dates("seit Anfang 2015").front().since);
  EXPECT_TRUE(dates("منذ عام ٢٠١٢").front().since);
  EXPECT_FALSE(dates("Anfang 2015").front().since);
  EXPECT_TRUE(dates("2,019 messages for $2019 and 1990 people").empty());
}

TEST(GermanNouns, AreToldFromNames) {
  const auto is_name = [](std::string_view text, std::size_t at) { return is_german_name(tokenize(text), at); };
  EXPECT_TRUE(is_name("Praktikum bei Siemens", 2));
  EXPECT_TRUE(is_name("Entwicklung mit Kubernetes", 2));
  EXPECT_FALSE(is_name("Erfahrung mit Kunden", 2));
  EXPECT_FALSE(is_name("habe das Projekt geleitet", 2));
  EXPECT_FALSE(is_name("bei der Entwicklung", 2));
}

}  // namespace
}  // namespace bespoke
