#include "apply/extractive_client.hpp"
#include "apply/render_fields.hpp"
#include "apply/tokens.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <set>

namespace bespoke {
namespace {

using nlohmann::json;
using Item = ExtractiveContext::Item;

/// Items with one parent, in document order.
struct Group {
  std::string parent;
  std::vector<const Item*> items;
};

std::vector<Group> groups_of(const ExtractiveContext& context) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> place;
  for (const Item& item : context.items) {
    const auto [found, fresh] = place.try_emplace(item.parent, groups.size());
    if (fresh) groups.push_back({item.parent, {}});
    groups[found->second].items.push_back(&item);
  }
  return groups;
}

json operation(std::string_view op) {
  return {{"op", op},        {"id", nullptr},       {"section", nullptr}, {"ids", nullptr},
          {"text", nullptr}, {"evidence", nullptr}, {"reason", nullptr},  {"keywords", nullptr}};
}

std::string with_keywords(std::string_view reason, const ExtractiveContext& context,
                          const std::vector<std::string>& keywords) {
  return fill(reason, {{"keywords", join_list(*context.locale, keywords)}});
}

bool has_figure(const std::string& text) {
  return text.find_first_of("0123456789") != std::string::npos;
}

/// How many bullets of each entry of `section` stay: most for the latest role, fewer the older it is.
std::map<std::string, std::size_t> room_for(const json& profile, const char* section) {
  const bool work = std::string_view(section) == "work";
  std::vector<std::pair<std::string, std::size_t>> by_end;
  std::size_t index = 0;
  for (const json& entry : list_at(profile, section)) {
    const std::string end = text_at(entry, "endDate");
    by_end.emplace_back(end.empty() ? "9999" : end, index++);
  }
  std::stable_sort(by_end.begin(), by_end.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::map<std::string, std::size_t> room;
  for (std::size_t rank = 0; rank < by_end.size(); ++rank) {
    const std::size_t most = !work ? 3 : rank == 0 ? 7 : rank == 1 ? 6 : rank == 2 ? 5 : rank == 3 ? 4 : 3;
    room[fmt::format("{}.{}.highlights", section, by_end[rank].second)] = most;
  }
  return room;
}

/// The strongest first: by worth, then those with a figure, then as they stood.
std::vector<const Item*> strongest_first(std::vector<const Item*> items) {
  std::stable_sort(items.begin(), items.end(), [](const Item* a, const Item* b) {
    if (a->worth() != b->worth()) return a->worth() > b->worth();
    return has_figure(a->text) > has_figure(b->text);
  });
  return items;
}

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

class Editor {
 public:
  Editor(const ExtractiveContext& context, const json& profile) : context_(context), profile_(profile) {
    for (const Item& item : context.items)
      for (const std::string& keyword : item.keywords) ++places_[keyword];
    for (const char* section : {"work", "volunteer", "projects"}) room_.merge(room_for(profile, section));
  }

  json edits() {
    const std::vector<Group> groups = groups_of(context_);
    summary();
    for (const Group& group : groups) {
      if (group.parent.ends_with(".highlights")) {
        const std::set<const Item*> hidden = hide(group);
        reorder_bullets(group, hidden);
      } else if (group.parent.starts_with("skills") && group.parent.ends_with(".keywords")) {
        reorder_scored(group, scores_of(group));
      } else if (group.parent == "skills") {
        reorder_scored(group, scores_with_keywords(group));
      }
    }
    return {{"operations", std::move(operations_)}};
  }

 private:
  /// Whether a keyword stands nowhere but here: hiding this item would lose it.
  bool alone_with_a_keyword(const Item& item) const {
    return std::any_of(item.keywords.begin(), item.keywords.end(),
                       [&](const std::string& keyword) { return places_.at(keyword) < 2; });
  }

  std::set<const Item*> hide(const Group& group) {
    const auto room = room_.find(group.parent);
    const std::size_t most = room == room_.end() ? 3 : room->second;
    std::set<const Item*> hidden;
    std::vector<const Item*> order = strongest_first(group.items);
    while (order.size() > most) {
      const Item* weakest = order.back();
      order.pop_back();
      if (!alone_with_a_keyword(*weakest)) hidden.insert(weakest);
    }
    for (const Item* item : group.items) {
      if (!hidden.contains(item)) continue;
      for (const std::string& keyword : item->keywords) --places_[keyword];
      json edit = operation("hide");
      edit["id"] = item->id;
      edit["reason"] = item->keywords.empty() ? context_.locale->reasons.hide : context_.locale->reasons.hide_weaker;
      edit["evidence"] = json::array({item->id});
      operations_.push_back(std::move(edit));
    }
    return hidden;
  }

  void reorder_bullets(const Group& group, const std::set<const Item*>& hidden) {
    std::vector<const Item*> order = group.items;
    std::stable_sort(order.begin(), order.end(), [&](const Item* a, const Item* b) {
      if (hidden.contains(a) != hidden.contains(b)) return hidden.contains(b);
      return a->weight > b->weight;
    });
    std::vector<const Item*> shown_before;
    for (const Item* item : group.items)
      if (!hidden.contains(item)) shown_before.push_back(item);
    const std::vector<const Item*> shown_after(order.begin(),
                                               order.begin() + static_cast<std::ptrdiff_t>(shown_before.size()));
    if (shown_after != shown_before) reorder(group, order, shown_before);
  }

  std::map<const Item*, double> scores_of(const Group& group) const {
    std::map<const Item*, double> scores;
    for (const Item* item : group.items) scores[item] = item->weight;
    return scores;
  }

  /// A group of skills counts what its keywords count.
  std::map<const Item*, double> scores_with_keywords(const Group& group) const {
    std::map<const Item*, double> scores = scores_of(group);
    for (auto& [item, score] : scores)
      for (const Item& other : context_.items)
        if (other.parent == item->id + ".keywords") score += other.weight;
    return scores;
  }

  void reorder_scored(const Group& group, const std::map<const Item*, double>& scores) {
    std::vector<const Item*> order = group.items;
    std::stable_sort(order.begin(), order.end(),
                     [&](const Item* a, const Item* b) { return scores.at(a) > scores.at(b); });
    if (order != group.items) reorder(group, order, group.items);
  }

  std::vector<std::string> keywords_within(const Item& item) const {
    std::vector<std::string> keywords = item.named;
    for (const Item& other : context_.items)
      if (other.parent == item.id + ".keywords")
        keywords.insert(keywords.end(), other.named.begin(), other.named.end());
    return keywords;
  }

  void reorder(const Group& group, const std::vector<const Item*>& order, const std::vector<const Item*>& before) {
    json edit = operation("reorder");
    edit["section"] = group.parent;
    json ids = json::array();
    for (const Item* item : order) ids.push_back(item->id);
    // What moved up is what the reader will see first.
    std::vector<std::string> keywords;
    for (std::size_t i = 0; i < before.size() && i < 3; ++i) {
      if (order[i] == before[i]) continue;
      const std::vector<std::string> within = keywords_within(*order[i]);
      keywords.insert(keywords.end(), within.begin(), within.end());
    }
    keywords = context_.by_importance(keywords, 3);
    if (keywords.empty()) return;
    edit["ids"] = std::move(ids);
    edit["keywords"] = keywords;
    const bool required = std::all_of(keywords.begin(), keywords.end(),
                                      [&](const std::string& keyword) { return context_.is_required(keyword); });
    const Locale::Reasons& reasons = context_.locale->reasons;
    edit["reason"] = with_keywords(required ? reasons.reorder_required : reasons.reorder, context_, keywords);
    operations_.push_back(std::move(edit));
  }

  const Item* item_of(std::string_view id) const {
    const auto found =
        std::find_if(context_.items.begin(), context_.items.end(), [&](const Item& item) { return item.id == id; });
    return found == context_.items.end() ? nullptr : &*found;
  }

  /// The best bullets that name keywords which `known` doesn't have yet.
  std::vector<const Item*> bullets_beyond(std::set<std::string> known, std::size_t most) const {
    std::vector<const Item*> bullets;
    for (const Item& item : context_.items)
      if (item.parent.ends_with(".highlights") && item.weight > 0 && item.text.size() <= 180) bullets.push_back(&item);
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

  /// The profile's own summary stays as it is when it says something about the posting; a long one loses the sentences
  /// that don't. Where it says nothing, or there is none, the best bullets speak for it.
  void summary() {
    const Item* own = item_of("basics.summary");
    const std::string text = own ? own->text : text_at(object_at(profile_, "basics"), "summary");
    if (own && !own->keywords.empty())
      cut_summary(*own);
    else
      extend_summary(text);
  }

  void cut_summary(const Item& own) {
    const std::vector<std::string_view> sentences = split_sentences(own.text);
    if (sentences.size() < 5) return;
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
    if (count < 2 || count == sentences.size()) return;
    set_summary(kept, {own.id}, context_.by_importance(keywords, 3), context_.locale->reasons.summary_cut);
  }

  void extend_summary(const std::string& text) {
    const std::vector<const Item*> added = bullets_beyond({}, text.empty() ? 2 : 1);
    if (added.empty()) return;
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
    set_summary(whole, evidence, context_.by_importance(keywords, 3),
                text.empty() ? reasons.summary_new : reasons.summary_add);
  }

  void set_summary(const std::string& text, const std::vector<std::string>& evidence,
                   const std::vector<std::string>& keywords, std::string_view reason) {
    json edit = operation("set_summary");
    edit["text"] = text;
    edit["evidence"] = evidence;
    edit["keywords"] = keywords;
    edit["reason"] = with_keywords(reason, context_, keywords);
    operations_.push_back(std::move(edit));
  }

  std::string between_sentences() const { return context_.locale->code == "zh" ? "" : " "; }

  const ExtractiveContext& context_;
  const json& profile_;
  std::map<std::string, int> places_;  ///< how many items name a keyword
  std::map<std::string, std::size_t> room_;
  json operations_ = json::array();
};

}  // namespace

json extractive_edits(const ExtractiveContext& context, const json& profile) {
  return Editor(context, profile).edits();
}

}  // namespace bespoke
