#include "apply/apply_result.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>

#include "apply/fact_report.hpp"
#include "apply/json_access.hpp"
#include "apply/notices.hpp"
#include "apply/profile.hpp"
#include "apply/render.hpp"
#include "apply/usage_json.hpp"
#include "job/json_tree.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;

void render_previews(json& result) {
  result["previews"] = json::object();
  json previews = {{"html", render_html(result)}, {"markdown", render_markdown(result)}, {"text", render_text(result)}};
  result["previews"] = std::move(previews);
}

/// Everything that follows from the original profile, the changes and the keywords.
void fill_tailored(json& result, const std::vector<Keyword>& keywords, Stemmer& stemmer) {
  const json& original = result.at("original");
  const std::vector<CvChange> changes = changes_from_json(result.at("changes"));
  const std::vector<Item> items = list_items(original);
  const auto before = find_keywords(keywords, items, stemmer);
  const auto after = find_keywords(keywords, apply_changes(items, changes), stemmer);
  result["profile"] = apply_changes(original, changes);
  result["coverage"] = coverage_json(keywords, before, after);
  result["score"] = score_json(keywords, before, after);
}

}  // namespace

json make_apply_result(Tailoring& tailoring, const json& cv, const json& letter, const json& prompt_hashes) {
  const Locale& locale = locale_for(tailoring.language);
  std::vector<std::string> notices;
  for (const json& notice : tailoring.notices) notices.push_back(notice_text(locale, notice));
  for (const json& notice : letter.at("notices")) notices.push_back(notice_text(locale, notice));
  if (cv.at("changes").empty()) {
    notices.push_back(notice_text(locale, make_notice("unchanged")));
  }
  if (const std::string own = profile_language(tailoring.profile); own != tailoring.language) {
    notices.push_back(
        notice_text(locale, make_notice("other_language", {{"profile", own}, {"output", tailoring.language}})));
  }
  Usage usage = usage_from_json(cv.at("usage"));
  usage += usage_from_json(letter.at("usage"));
  json result = {{"original", tailoring.profile},
                 {"cover_letter", letter.at("cover_letter")},
                 {"changes", cv.at("changes")},
                 {"refused", cv.at("refused")},
                 {"fact_report", make_fact_report(cv.at("checks"), letter.at("checks"), cv.at("reverted"),
                                                  letter.at("removed_sentences"))},
                 {"posting",
                  {{"title", tailoring.posting.title},
                   {"company", tailoring.posting.company},
                   {"location", tailoring.posting.location},
                   {"url", tailoring.posting.url},
                   {"language", tailoring.posting.language}}},
                 {"language", tailoring.language},
                 {"page", tailoring.page},
                 {"notices", std::move(notices)},
                 {"prompts", prompt_hashes},
                 {"usage", usage_json(usage)}};
  fill_tailored(result, tailoring.keywords, tailoring.stemmer);
  render_previews(result);
  return result;
}

Json rerender_apply_result(const Json& given, const std::vector<std::string>& accepted) {
  json result = to_json_tree(given);
  if (!result.is_object() || !result.contains("original") || !result.contains("changes") ||
      !result.contains("coverage")) {
    throw Error(ErrorCode::invalid_argument, "rerender_apply_result: expected a result of the apply pipeline");
  }
  std::set<std::string> wanted(accepted.begin(), accepted.end());
  try {
    for (json& change : result.at("changes")) {
      change["accepted"] = wanted.erase(change.at("id").get<std::string>()) > 0;
    }
    if (!wanted.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("rerender_apply_result: the result has no change \"{}\"", *wanted.begin()));
    }
    Stemmer stemmer(text_member(result.at("posting"), "language"));
    std::vector<Keyword> keywords;
    for (const json& keyword : result.at("coverage").at("keywords")) {
      keywords.push_back(make_keyword(keyword.at("keyword").get<std::string>(), keyword.at("required"), stemmer));
    }
    fill_tailored(result, keywords, stemmer);
    render_previews(result);
  } catch (const json::exception&) {
    throw Error(ErrorCode::invalid_argument, "rerender_apply_result: expected a result of the apply pipeline");
  }
  return from_json_tree(result);
}

}  // namespace bespoke
