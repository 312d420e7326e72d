#include "apply/edits.hpp"
#include "apply/profile.hpp"
#include "apply_walk.hpp"

#include <gtest/gtest.h>

namespace bespoke {
namespace {

using json = JsonTree;

Operation rewrite(std::string id, std::string text, std::vector<std::string> evidence = {}) {
  return {.op = "rewrite", .id = std::move(id), .text = std::move(text), .evidence = std::move(evidence)};
}
Operation hide(std::string id) {
  return {.op = "hide", .id = std::move(id)};
}
Operation reorder(std::vector<std::string> ids) {
  return {.op = "reorder", .section = "any", .ids = std::move(ids)};
}

class Edits : public testing::Test {
 protected:
  std::string code_of(const Operation& operation) {
    const CheckedOperations checked = check_operations({operation}, items_);
    if (!checked.changes.empty()) return "accepted";
    return checked.refused.empty() ? "lost" : checked.refused.front().code;
  }
  json tailored(const std::vector<Operation>& operations) {
    return apply_changes(profile_, check_operations(operations, items_).changes);
  }

  const json profile_ = sample("profiles/ada.json");
  const std::vector<Item> items_ = list_items(profile_);
};

TEST_F(Edits, AreRefusedWithTheirReason) {
  EXPECT_EQ(code_of(rewrite("work.9.highlights.0", "x")), "unknown_id");
  EXPECT_EQ(code_of(rewrite("work.0", "Chief Engineer, Google")), "not_rewritable");
  EXPECT_EQ(code_of(rewrite("skills.0.keywords.0", "Rust")), "not_rewritable");
  EXPECT_EQ(code_of(rewrite("work.0.highlights.0", "  ")), "empty_text");
  EXPECT_EQ(code_of(rewrite("work.0.highlights.0", std::string(5000, 'x'))), "too_long");
  EXPECT_EQ(code_of(rewrite("work.0.highlights.0", profile_["work"][0]["highlights"][0])), "unchanged");
  EXPECT_EQ(code_of(rewrite("work.0.highlights.0", "x", {"work.0.highlights.99"})), "unknown_evidence");
  EXPECT_EQ(code_of(hide("work.0")), "not_hideable");
  EXPECT_EQ(code_of(hide("education.0")), "not_hideable");
  EXPECT_EQ(code_of(hide("../secret")), "unknown_id");
  EXPECT_EQ(code_of(reorder({"work.1", "work.0"})), "not_reorderable");
  EXPECT_EQ(code_of(reorder({"work.0.highlights.1", "work.0.highlights.1"})), "repeated_id");
  EXPECT_EQ(code_of(reorder({"work.0.highlights.0", "work.0.highlights.1"})), "unchanged");
  EXPECT_EQ(code_of(reorder({})), "empty_text");
}

TEST_F(Edits, FailAloneAndLeaveTheRestStanding) {
  const CheckedOperations checked = check_operations(
      {hide("nothing"), rewrite("work.0.highlights.0", "new"), rewrite("work.0.highlights.0", "newer")}, items_);
  ASSERT_EQ(checked.changes.size(), 1U);
  EXPECT_EQ(checked.changes[0].after, "new");
  ASSERT_EQ(checked.refused.size(), 2U);
  EXPECT_EQ(checked.refused[1].code, "duplicate");
}

TEST_F(Edits, ChangeOnlyWhatTheyName) {
  json expected = profile_;
  expected["work"][0]["highlights"][0] = "new";
  expected["basics"]["summary"] = "short";
  EXPECT_EQ(tailored({rewrite("work.0.highlights.0", "new"),
                      {.op = "set_summary", .text = "short", .evidence = {"work.0.highlights.0"}}}),
            expected);
}

TEST_F(Edits, NameOriginalPlacesWhateverElseMoves) {
  const json profile =
      tailored({reorder({"work.0.highlights.3", "work.0.highlights.1"}), hide("work.0.highlights.1"), hide("skills.1"),
                hide("skills.2.keywords.0"), rewrite("work.0.highlights.3", "third")});
  EXPECT_EQ(profile["work"][0]["highlights"][0], "third");
  EXPECT_EQ(profile["work"][0]["highlights"][1], profile_["work"][0]["highlights"][0]);
  EXPECT_EQ(profile["work"][0]["highlights"].size(), profile_["work"][0]["highlights"].size() - 1);
  EXPECT_EQ(profile["skills"].size(), 3U);
  EXPECT_EQ(profile["skills"][1]["keywords"][0], "Docker");
  EXPECT_NO_THROW(check_profile(profile));
}

TEST_F(Edits, NeverTouchEmployersTitlesDatesAndContactData) {
  std::vector<Operation> operations;
  for (const Item& item : items_) {
    operations.push_back(rewrite(item.id, "changed " + item.id));
    operations.push_back(hide(item.id));
  }
  const json profile = tailored(operations);
  for (std::size_t i = 0; i < profile_["work"].size(); ++i) {
    for (const char* name : {"name", "position", "startDate", "endDate", "location", "url"}) {
      if (!profile_["work"][i].contains(name)) continue;
      EXPECT_EQ(profile["work"][i][name], profile_["work"][i][name]);
    }
  }
  EXPECT_EQ(profile["education"], profile_["education"].is_array() ? profile["education"] : json());
  EXPECT_EQ(profile["education"][0]["institution"], profile_["education"][0]["institution"]);
  for (const char* name : {"name", "email", "phone", "url", "location", "profiles"}) {
    EXPECT_EQ(profile["basics"][name], profile_["basics"][name]) << name;
  }
}

TEST_F(Edits, CanBeTakenBackOneByOne) {
  std::vector<CvChange> changes =
      check_operations({hide("work.0.highlights.1"), rewrite("work.0.highlights.2", "second")}, items_).changes;
  changes[0].accepted = false;
  const json profile = apply_changes(profile_, changes);
  EXPECT_EQ(profile["work"][0]["highlights"].size(), profile_["work"][0]["highlights"].size());
  EXPECT_EQ(profile["work"][0]["highlights"][2], "second");
  changes[1].accepted = false;
  EXPECT_EQ(apply_changes(profile_, changes), profile_);
}

}  // namespace
}  // namespace bespoke
