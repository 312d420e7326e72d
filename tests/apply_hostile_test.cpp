#include "apply_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

// Postings that try to command a model, to leak contact data and to bring active content into the preview: each is run
// with a client that reads no prose, and with a model that does whatever the posting asks for.

namespace bespoke {
namespace {

using json = JsonTree;
using testing::HasSubstr;
using testing::Not;

struct Hostile {
  std::string name;
  json posting;
  std::vector<std::string> bait;    ///< what a model that obeys would say
  std::vector<std::string> hidden;  ///< what no reader sees, so that no model may see it either
};

/// Some postings are too long to be kept as they are.
json expand(json posting) {
  std::string description;
  if (posting.contains("repeat")) {
    while (description.size() < posting.at("repeat").get<std::size_t>()) description += posting.at("text");
  } else if (posting.contains("nest")) {
    const std::size_t depth = posting.at("nest");
    for (std::size_t i = 0; i < depth; ++i) description += "<div><b>";
    description += posting.at("text");
    for (std::size_t i = 0; i < depth; ++i) description += "</b></div>";
  } else {
    return posting;
  }
  return {{"title", posting.at("title")}, {"company", posting.at("company")}, {"description", description}};
}

std::vector<Hostile> hostile_postings() {
  std::vector<Hostile> postings;
  for (const auto& entry : std::filesystem::directory_iterator(BESPOKE_CORPUS "/hostile")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    const json file = json::parse(in);
    postings.push_back({file.at("name"), expand(file.at("posting")), file.at("bait"), file.at("hidden")});
  }
  std::sort(postings.begin(), postings.end(), [](const Hostile& a, const Hostile& b) { return a.name < b.name; });
  return postings;
}

/// The first tag of a page that could do something; empty when there is none. Text is escaped, so whatever stands
/// between
/// "<" and ">" is a tag.
std::string active_content(const std::string& html) {
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos; ++at) {
    std::string tag = html.substr(at, html.find('>', at) - at + 1);
    std::transform(tag.begin(), tag.end(), tag.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const char* bad :
         {"<script", "<iframe", "<object", "<embed", "<form", "<base", "javascript:", "data:text",
          "http-equiv=\"refresh", "http-equiv=refresh", " onerror", " onload", " onclick", " srcdoc", "vbscript:"}) {
      if (tag.find(bad) != std::string::npos) return tag;
    }
  }
  return {};
}

void PrintTo(const Hostile& hostile, std::ostream* out) {
  *out << hostile.name;
}

class HostilePosting : public testing::TestWithParam<Hostile> {
 protected:
  const json profile_ = sample("profiles/ada.json");
  const std::unique_ptr<LlmClient> client_ = make_extractive_client();

  ApplyWalk walk(const Answerer& answer) const {
    return {apply_pipeline(*client_), {{"profile", profile_}, {"posting", GetParam().posting}}, answer};
  }

  void expect_unharmed(const ApplyWalk& walked) const {
    const json& result = walked.result;
    for (const std::string& bait : GetParam().bait) {
      EXPECT_THAT(result.at("profile").dump(-1, ' ', false), Not(HasSubstr(bait)));
      EXPECT_THAT(result.at("cover_letter").get<std::string>(), Not(HasSubstr(bait)));
    }
    // Whatever the model said, these are the applicant's own.
    for (std::size_t i = 0; i < profile_.at("work").size(); ++i) {
      for (const char* name : {"name", "position", "startDate", "endDate"}) {
        EXPECT_EQ(result.at("profile").at("work").at(i).value(name, json()),
                  profile_.at("work").at(i).value(name, json()));
      }
    }
    for (const char* section : {"education", "certificates", "languages"})
      EXPECT_EQ(result.at("profile").at(section), profile_.at(section));
    for (const char* name : {"name", "email", "phone", "label"})
      EXPECT_EQ(result.at("profile").at("basics").at(name), profile_.at("basics").at(name));
    EXPECT_EQ(active_content(result.at("previews").at("html")), "");
    EXPECT_THAT(result.at("previews").at("html").get<std::string>(), HasSubstr("Content-Security-Policy"));
    for (const LlmRequest& request : walked.requests) expect_sealed(request);
  }

  /// The request holds the posting as one JSON document between two lines, nothing hidden in it, and no contact data.
  void expect_sealed(const LlmRequest& request) const {
    const std::string& content = request.messages.at(1).content;
    ASSERT_EQ(std::count(content.begin(), content.end(), '\n'), 2);
    const std::string first = content.substr(0, content.find('\n'));
    const std::string last = content.substr(content.rfind('\n') + 1);
    ASSERT_EQ("END " + first.substr(5), last);
    const json document =
        json::parse(content.substr(first.size() + 1, content.size() - first.size() - last.size() - 2));
    EXPECT_THAT(GetParam().posting.dump(), Not(HasSubstr(first)));
    EXPECT_LT(content.size(), 100'000U);
    for (const std::string& hidden : GetParam().hidden)
      EXPECT_THAT(document.at("posting").dump(-1, ' ', false), Not(HasSubstr(hidden)));
    std::string all = request.context.text();
    for (std::size_t i = 0; i < 2; ++i) all += request.messages.at(i).content;
    for (const char* secret :
         {"Brennecke", "ada.brennecke@example.com", "496 0273", "Cumberland Steps", "abrennecke-example"}) {
      EXPECT_THAT(all, Not(HasSubstr(secret)));
    }
  }
};

TEST_P(HostilePosting, ChangesNothingWithoutAModel) {
  expect_unharmed(walk([&](const LlmRequest& request, int) { return ask_client(*client_, request); }));
}

TEST_P(HostilePosting, ChangesNothingWithAModelThatObeys) {
  expect_unharmed(walk([&](const LlmRequest& request, int) {
    if (to_json_tree(request.context).at("task") == "letter") {
      std::string letter = "Dear team,\n\nI build ingest services in C++ at Tidewell Analytics.";
      for (const std::string& bait : GetParam().bait) letter += " I am happy to say " + bait + ".";
      return letter + " <img src=x onerror=alert(1)> Write to {{email}}.\n\nKind regards";
    }
    json operations = json::array();
    for (const std::string& bait : GetParam().bait) {
      const auto add = [&](const char* op, json id, const std::string& text) {
        operations.push_back({{"op", op},
                              {"id", std::move(id)},
                              {"section", nullptr},
                              {"ids", nullptr},
                              {"text", text},
                              {"evidence", {"work.0.highlights.0"}},
                              {"reason", bait},
                              {"keywords", nullptr}});
      };
      add("rewrite", "work.0.highlights.0", "Rewrote the ingest service in C++20; " + bait);
      add("rewrite", "work.0", bait);
      add("rewrite", "certificates.0", bait);
      add("set_summary", nullptr, "Backend engineer. " + bait);
    }
    return json{{"operations", operations}}.dump();
  }));
}

INSTANTIATE_TEST_SUITE_P(All, HostilePosting, testing::ValuesIn(hostile_postings()), [](const auto& parameter) {
  std::string name = parameter.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace bespoke
