#include "apply/extractive_edits.hpp"
#include "apply/render_fields.hpp"
#include "apply/tokens.hpp"
#include "job/json_tree.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace bespoke {
namespace {

using json = JsonTree;
using Item = ExtractiveContext::Item;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Those of `keywords` whose letters stand in `text`.
std::vector<std::string> named_in(std::string_view text, const std::vector<std::string>& keywords) {
  const std::string lower = lower_case(text);
  std::vector<std::string> named;
  for (const std::string& keyword : keywords)
    if (lower.find(lower_case(keyword)) != std::string::npos) named.push_back(keyword);
  return named;
}

class SummaryWriter {
 public:
  SummaryWriter(const ExtractiveContext& context, const json& profile) : context_(context), profile_(profile) {}

  /// The profile's own summary stays as it is when it says something about the posting; a long one loses the sentences
  /// that don't. Where it says nothing, or there is none, the best bullets speak for it.
  json operation() const {
    const Item* own = item_of("basics.summary");
    const std::string text = own ? own->text : text_at(object_at(profile_, "basics"), "summary");
    if (own && !own->keywords.empty()) return cut_summary(*own);
    return extend_summary(text);
  }

 private:
  json cut_summary(const Item& own) const {
    const std::vector<std::string_view> sentences = split_sentences(own.text);
    if (sentences.size() < 5) return nullptr;
    std::string kept(sentences.front());
    std::vector<std::string> keywords;
    std::size_t count = 1;
    for (std::size_t i = 1; i < sentences.size(); ++i) {
      const std::vector<std::string> named = named_in(sentences[i], own.named);
      if (named.empty()) continue;
      kept += between_sentences();
      kept += sentences[i];
      keywords.insert(keywords.end(), named.begin(), named.end());
      ++count;
    }
    if (count < 2 || count == sentences.size()) return nullptr;
    return set_summary(kept, {own.id}, context_.by_importance(keywords, 3), context_.locale->reasons.summary_cut);
  }

  json extend_summary(const std::string& text) const {
    const std::vector<const Item*> added = best_bullets(text.empty() ? 2 : 1);
    if (added.empty()) return nullptr;
    std::string whole = text;
    std::vector<std::string> evidence;
    if (!text.empty()) evidence.emplace_back("basics.summary");
    std::vector<std::string> keywords;
    for (const Item* item : added) {
      whole = (whole.empty() ? "" : sentence(whole) + between_sentences()) + sentence(item->text);
      evidence.push_back(item->id);
      keywords.insert(keywords.end(), item->named.begin(), item->named.end());
    }
    const Locale::Reasons& reasons = context_.locale->reasons;
    return set_summary(whole, evidence, context_.by_importance(keywords, 3),
                       text.empty() ? reasons.summary_new : reasons.summary_add);
  }

  json set_summary(const std::string& text, const std::vector<std::string>& evidence,
                   const std::vector<std::string>& keywords, std::string_view reason) const {
    json edit = empty_operation("set_summary");
    edit["text"] = text;
    edit["evidence"] = evidence;
    edit["keywords"] = keywords;
    edit["reason"] = reason_naming(reason, context_, keywords);
    return edit;
  }

  std::string between_sentences() const { return context_.locale->code == "zh" ? "" : " "; }

  const Item* item_of(std::string_view id) const {
    const auto found =
        std::find_if(context_.items.begin(), context_.items.end(), [&](const Item& item) { return item.id == id; });
    return found == context_.items.end() ? nullptr : &*found;
  }

  /// Whether a bullet of paid work reads as a sentence away from its list: short, and beginning with a verb.
  bool stands_alone(const Item& item) const {
    if (!item.id.starts_with("work.") || !item.parent.ends_with(".highlights") || item.text.size() > 180) return false;
    return context_.locale->code == "ar" || !in_first_person(item.text, *context_.locale, true, false).empty();
  }

  /// The best bullets, each with a keyword that those before it don't have.
  std::vector<const Item*> best_bullets(std::size_t most) const {
    std::set<std::string> known;
    std::vector<const Item*> bullets;
    for (const Item& item : context_.items)
      if (item.weight > 0 && stands_alone(item)) bullets.push_back(&item);
    std::vector<const Item*> chosen;
    for (const Item* item : strongest_first(std::move(bullets))) {
      const bool fresh = std::any_of(item->named.begin(), item->named.end(),
                                     [&](const std::string& keyword) { return !known.contains(keyword); });
      if (!fresh || chosen.size() == most) continue;
      known.insert(item->named.begin(), item->named.end());
      chosen.push_back(item);
    }
    return chosen;
  }

  std::string sentence(const std::string& text) const {
    const bool ends = text.ends_with('.') || text.ends_with('!') || text.ends_with('?') || text.ends_with("。");
    return ends ? text : text + std::string(context_.locale->full_stop);
  }

  const ExtractiveContext& context_;
  const json& profile_;
};

}  // namespace

json summary_operation(const ExtractiveContext& context, const json& profile) {
  return SummaryWriter(context, profile).operation();
}

}  // namespace bespoke
