#include "apply/tailoring_request.hpp"

#include "apply/embedded_file.hpp"
#include "apply/json_access.hpp"
#include "job/json_tree.hpp"
#include "job/sha256.hpp"
#include "llm/json_members.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;

// Items beyond this many, the least relevant ones, aren't shown to a model; they stay as they are.
constexpr std::size_t most_items = 160;

json item_json(const Item& item, const ItemRank& rank, const ContactMask& mask) {
  return {{"id", item.id},
          {"section", item.section},
          {"list", item.list},
          {"kind", item.kind},
          {"text", mask.mask(item.text)},
          {"rewritable", item.rewritable},
          {"hideable", item.hideable},
          {"score", rank.score},
          {"keywords", rank.keywords}};
}

/// The data that both requests share; `items` are what is visible.
json make_context(Tailoring& tailoring, std::string_view task, const std::vector<Item>& items,
                  const std::vector<CvChange>& changes) {
  const std::vector<AnalysedText> analysed = analyse_items(items, tailoring.stemmer);
  const KeywordTable matches = match_items(tailoring.keywords, analysed);
  const std::vector<ItemRank> ranks =
      rank_items(tailoring.keywords, analysed, matches, tailoring.posting, tailoring.stemmer);
  json list = json::array();
  for (std::size_t i = 0; i < items.size(); ++i) list.push_back(item_json(items[i], ranks[i], tailoring.mask));

  const auto after = find_keywords(tailoring.keywords, items, matches);
  const auto before = changes.empty() ? after : find_keywords(tailoring.keywords, tailoring.items, tailoring.stemmer);
  json keywords = coverage_json(tailoring.keywords, before, after).at("keywords");
  for (json& keyword : keywords) keyword.erase("where");

  // With the new texts, but nothing moved: ids name places of this profile.
  std::vector<CvChange> texts = changes;
  std::erase_if(texts, [](const CvChange& change) { return change.op == "hide" || change.op == "reorder"; });

  json sections = json::object();
  for (const auto& [name, value] : tailoring.profile.items()) {
    if (!value.is_array() || name == "references") continue;
    std::vector<std::size_t> indexes(value.size());
    std::iota(indexes.begin(), indexes.end(), std::size_t{0});
    sections[name] = indexes;
  }
  return {{"task", task},
          {"language", tailoring.language},
          {"items", std::move(list)},
          {"keywords", std::move(keywords)},
          {"sections", std::move(sections)},
          {"profile", tailoring.mask.masked_profile(apply_changes(tailoring.profile, texts))},
          {"posting",
           {{"title", tailoring.posting.title},
            {"company", tailoring.posting.company},
            {"description", tailoring.posting.description}}}};
}

/// What a model reads: the context without what is there twice, and without the least relevant items.
std::string message(const json& context, std::string_view nonce) {
  json document = {{"task", context.at("task")},
                   {"language", context.at("language")},
                   {"keywords", context.at("keywords")},
                   {"posting", context.at("posting")}};
  if (context.contains("words")) document["words"] = context.at("words");
  const json& items = context.at("items");
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (items.size() > most_items) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const auto weight = [&](const json& item) {
        const bool context_item = string_member(item, "kind") == "entry" || string_member(item, "kind") == "summary";
        return item.at("score").get<double>() + (context_item ? 2.0 : 0.0);
      };
      return weight(items[a]) > weight(items[b]);
    });
    order.resize(most_items);
    std::sort(order.begin(), order.end());
  }
  document["items"] = json::array();
  for (const std::size_t i : order) {
    json item = items[i];
    item.erase("score");
    document["items"].push_back(std::move(item));
  }
  return fmt::format("DATA {0}\n{1}\nEND {0}", nonce, document.dump());
}

LlmRequest make_request(const json& context, const std::string& system, std::string_view nonce) {
  LlmRequest request;
  request.messages = {{"system", system}, {"user", message(context, nonce)}};
  request.context = from_json_tree(context);
  return request;
}

}  // namespace

LlmRequest make_cv_request(Tailoring& tailoring, const Prompts& prompts, std::string_view nonce) {
  LlmRequest request =
      make_request(make_context(tailoring, "cv", tailoring.items, {}), prompts.text("cv_system"), nonce);
  request.schema_name = "cv_edits";
  static const auto& schema = *new Json(Json::parse(apply_file("schemas/cv_edits.json")));
  request.schema = schema;
  return request;
}

LlmRequest make_letter_request(Tailoring& tailoring, const std::vector<CvChange>& changes, const Prompts& prompts,
                               std::string_view nonce) {
  json context = make_context(tailoring, "letter", apply_changes(tailoring.items, changes), changes);
  context["words"] = {{"min", tailoring.words.min}, {"max", tailoring.words.max}};
  context["changes"] = json::array();
  for (const CvChange& change : changes) {
    context["changes"].push_back({{"op", change.op}, {"target", change.target}, {"keywords", change.keywords}});
  }
  LlmRequest request = make_request(context, prompts.text("letter_system"), nonce);
  request.max_output_tokens = 2048;
  return request;
}

LlmRequest ask_again(LlmRequest request, std::string answer, std::string words) {
  request.messages.push_back({"assistant", std::move(answer)});
  request.messages.push_back({"user", std::move(words)});
  return request;
}

std::string request_nonce(const PhaseContext& context) {
  return sha256_hex(context.job_id().to_string() + "\n" + context.phase()).substr(0, 24);
}

}  // namespace bespoke
