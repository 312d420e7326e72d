#include "apply/extractive_edits.hpp"
#include "apply/render_fields.hpp"
#include "job/json_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace bespoke {
namespace {

using json = JsonTree;
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

class Editor {
 public:
  Editor(const ExtractiveContext& context, const json& profile) : context_(context), profile_(profile) {
    for (const Item& item : context.items)
      for (const std::string& keyword : item.keywords) ++places_[keyword];
    for (const char* section : {"work", "volunteer", "projects"}) room_.merge(room_for(profile, section));
  }

  json edits() {
    const std::vector<Group> groups = groups_of(context_);
    if (json summary = summary_operation(context_, profile_); !summary.is_null())
      operations_.push_back(std::move(summary));
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
      if (alone_with_a_keyword(*weakest)) continue;
      hidden.insert(weakest);
      for (const std::string& keyword : weakest->keywords) --places_[keyword];
    }
    for (const Item* item : group.items) {
      if (!hidden.contains(item)) continue;
      json edit = empty_operation("hide");
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
    json edit = empty_operation("reorder");
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
    edit["reason"] = reason_naming(required ? reasons.reorder_required : reasons.reorder, context_, keywords);
    operations_.push_back(std::move(edit));
  }

  const ExtractiveContext& context_;
  const json& profile_;
  std::map<std::string, int> places_;  ///< how many items name a keyword
  std::map<std::string, std::size_t> room_;
  json operations_ = json::array();
};

}  // namespace

json empty_operation(std::string_view op) {
  return {{"op", op},        {"id", nullptr},       {"section", nullptr}, {"ids", nullptr},
          {"text", nullptr}, {"evidence", nullptr}, {"reason", nullptr},  {"keywords", nullptr}};
}

std::string reason_naming(std::string_view reason, const ExtractiveContext& context,
                          const std::vector<std::string>& keywords) {
  return fill(reason, {{"keywords", join_list(*context.locale, keywords)}});
}

std::vector<const Item*> strongest_first(std::vector<const Item*> items) {
  std::stable_sort(items.begin(), items.end(), [](const Item* a, const Item* b) {
    if (a->worth() != b->worth()) return a->worth() > b->worth();
    return has_figure(a->text) > has_figure(b->text);
  });
  return items;
}

json extractive_edits(const ExtractiveContext& context, const json& profile) {
  return Editor(context, profile).edits();
}

}  // namespace bespoke
