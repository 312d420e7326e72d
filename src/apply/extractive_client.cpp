#include "apply/extractive_client.hpp"

#include "apply/render_fields.hpp"
#include "job/json_tree.hpp"

#include <bespoke/apply.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace bespoke {
namespace {

using json = JsonTree;

constexpr const char* client_name = "extractive";

/// The call is over before `start` returns, so there is nothing left to cancel.
class FinishedCall final : public LlmCall {
 public:
  void cancel() override {}
};

/// Sends the answer line by line, so that a watcher sees it grow.
void stream(const std::string& text, LlmSink& sink) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const std::size_t line = text.find('\n', sent);
    const std::size_t end = line == std::string::npos ? text.size() : line + 1;
    sink.delta(std::string_view(text).substr(sent, end - sent));
    sent = end;
  }
  LlmResponse response;
  response.text = text;
  response.finish_reason = "stop";
  response.model = client_name;
  sink.done(std::move(response));
}

class ExtractiveClient final : public LlmClient {
 public:
  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override {
    const json tree = to_json_tree(request.context);
    const std::string task = text_at(tree, "task");
    if (task != "cv" && task != "letter")
      throw Error(ErrorCode::invalid_argument,
                  "the extractive client answers only the calls of the apply pipeline (context with task \"cv\" or "
                  "\"letter\"); name another model for this pipeline");
    const ExtractiveContext context = read_extractive_context(tree);
    const json& profile = object_at(tree, "profile");
    stream(task == "cv" ? extractive_edits(context, profile).dump(1) : extractive_letter(context, profile), *sink);
    return std::make_unique<FinishedCall>();
  }

  std::string name() const override { return client_name; }
};

std::string parent_of(const std::string& id) {
  const std::size_t dot = id.rfind('.');
  return dot == std::string::npos ? std::string() : id.substr(0, dot);
}

/// Items that are nothing but the name of something one can do or has.
bool names_one_thing(const ExtractiveContext::Item& item) {
  return item.parent.ends_with(".keywords") || item.parent == "languages";
}

/// Whether a keyword looks like the name of something even where no list of skills has it: more than one word, digits
/// or signs in it, capitals inside, or written in a script without capitals.
bool looks_like_a_name(std::string_view keyword) {
  for (std::size_t i = 0; i < keyword.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(keyword[i]);
    const bool letter = (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '\'';
    const bool capital = byte >= 'A' && byte <= 'Z';
    if (byte >= 0xd8 || (byte < 0x80 && !letter && !capital) || (capital && i > 0)) return true;
  }
  return false;
}

void weigh_items(ExtractiveContext& context) {
  std::set<std::string> names;
  bool has_lists = false;  // without any list of skills every keyword may be a name
  for (const ExtractiveContext::Item& item : context.items) {
    if (!names_one_thing(item)) continue;
    has_lists = true;
    names.insert(item.keywords.begin(), item.keywords.end());
  }
  for (ExtractiveContext::Item& item : context.items) {
    for (const std::string& keyword : item.keywords) {
      if (has_lists && !names.contains(keyword) && !looks_like_a_name(keyword)) continue;
      item.named.push_back(keyword);
      item.weight += context.is_required(keyword) ? 2 : 1;
    }
    if (tells_of_an_end(item.text)) item.weight = std::max(0.0, item.weight - 2);
  }
}

}  // namespace

bool tells_of_an_end(std::string_view text) {
  static constexpr std::array<std::string_view, 12> ends = {
      "never shipped", "never used",    "was stopped", "was cancelled", "was canceled", "did not extend",
      "eingestellt",   "nie produktiv", "abandonné",   "jamais livré",  "nunca se",     "لم يكتمل"};
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return text.find(end) != std::string_view::npos; });
}

ExtractiveContext read_extractive_context(const json& tree) {
  ExtractiveContext context;
  for (const json& item : list_at(tree, "items")) {
    ExtractiveContext::Item read;
    read.id = text_at(item, "id");
    read.parent = parent_of(read.id);
    read.text = text_at(item, "text");
    if (item.is_object() && item.contains("score") && item["score"].is_number()) read.score = item["score"];
    read.keywords = texts_at(item, "keywords");
    if (!read.id.empty()) context.items.push_back(std::move(read));
  }
  for (const json& keyword : list_at(tree, "keywords"))
    context.keywords.push_back(
        {text_at(keyword, "keyword"), flag_at(keyword, "required", false), text_at(keyword, "bucket")});
  weigh_items(context);
  context.locale = &locale_for(text_at(tree, "language"));
  const json& posting = object_at(tree, "posting");
  context.title = text_at(posting, "title");
  context.company = text_at(posting, "company");
  context.posting_text = text_at(posting, "description");
  const json& words = object_at(tree, "words");
  if (words.contains("min") && words["min"].is_number_unsigned()) context.min_words = words["min"];
  if (words.contains("max") && words["max"].is_number_unsigned()) context.max_words = words["max"];
  return context;
}

bool ExtractiveContext::is_required(std::string_view keyword) const {
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](const Keyword& known) { return known.required && known.keyword == keyword; });
}

std::vector<std::string> ExtractiveContext::by_importance(const std::vector<std::string>& some,
                                                          std::size_t most) const {
  std::vector<std::string> ordered;
  for (const bool required : {true, false}) {
    for (const std::string& keyword : some) {
      const bool known = std::find(ordered.begin(), ordered.end(), keyword) != ordered.end();
      if (!known && is_required(keyword) == required && ordered.size() < most) ordered.push_back(keyword);
    }
  }
  return ordered;
}

std::unique_ptr<LlmClient> make_extractive_client() {
  return std::make_unique<ExtractiveClient>();
}

}  // namespace bespoke
