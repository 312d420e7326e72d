#include "apply/edits.hpp"

#include "apply/json_access.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::string_view summary_id = "basics.summary";

std::vector<std::string> strings_of(const JsonTree& object, std::string_view name) {
  std::vector<std::string> strings;
  for (const JsonTree& value : list_member(object, name)) {
    if (value.is_string()) strings.push_back(value.get<std::string>());
  }
  return strings;
}

class Checker {
 public:
  explicit Checker(const std::vector<Item>& items) : items_(items) {}

  void check(const Operation& operation) {
    operation_ = &operation;
    if (operation.op == "set_summary" || (operation.op == "rewrite" && operation.id == summary_id)) {
      set_summary();
    } else if (operation.op == "rewrite") {
      rewrite();
    } else if (operation.op == "hide") {
      hide();
    } else {
      reorder();
    }
  }

  CheckedOperations take() { return std::move(checked_); }

 private:
  void refuse(std::string_view code, std::string message) {
    checked_.refused.push_back({operation_->op, operation_->target(), std::string(code), std::move(message)});
  }

  void accept(std::string op, std::string target, std::string before, std::string after, std::vector<std::string> ids,
              std::vector<std::string> evidence) {
    checked_.changes.push_back({"", std::move(op), std::move(target), std::move(before), std::move(after),
                                std::move(ids), squeeze(operation_->reason), std::move(evidence), operation_->keywords,
                                true});
  }

  /// Refuses a second text for the same item.
  bool first_for(const std::string& target) {
    if (changed_.insert(target).second) return true;
    refuse("duplicate", fmt::format("{} was changed by an earlier operation", target));
    return false;
  }

  bool text_is_usable(const std::string& text, std::string_view before, std::size_t limit) {
    if (text.empty()) {
      refuse("empty_text", "the new text is empty; hide the item instead");
    } else if (text.size() > limit) {
      refuse("too_long", fmt::format("the new text has {} bytes, at most {} are taken here", text.size(), limit));
    } else if (text == before) {
      refuse("unchanged", "the new text is the old one");
    } else {
      return true;
    }
    return false;
  }

  bool evidence_is_known(std::vector<std::string>& evidence) {
    for (std::string& id : evidence) {
      if (id == operation_->id || find_item(items_, id) != nullptr) continue;
      refuse("unknown_evidence", fmt::format("there is no item \"{}\"", id));
      return false;
    }
    return true;
  }

  void rewrite() {
    const Item* item = find_item(items_, operation_->id);
    if (item == nullptr) return refuse("unknown_id", fmt::format("there is no item \"{}\"", operation_->id));
    if (!item->rewritable) {
      return refuse("not_rewritable",
                    fmt::format("{} is a fact ({}), its words can't be changed", item->id, item->kind));
    }
    const std::string text = squeeze(operation_->text);
    if (!text_is_usable(text, item->text, 3 * item->text.size() + 200)) return;
    std::vector<std::string> evidence = operation_->evidence;
    if (!evidence_is_known(evidence) || !first_for(item->id)) return;
    if (std::find(evidence.begin(), evidence.end(), item->id) == evidence.end()) {
      evidence.insert(evidence.begin(), item->id);
    }
    accept("rewrite", item->id, item->text, text, {}, std::move(evidence));
  }

  void set_summary() {
    const Item* item = find_item(items_, summary_id);
    const std::string before = item == nullptr ? "" : item->text;
    const std::string text = squeeze(operation_->text);
    if (!text_is_usable(text, before, std::max<std::size_t>(1500, before.size() * 2))) return;
    std::vector<std::string> evidence = operation_->evidence;
    if (!evidence_is_known(evidence) || !first_for(std::string(summary_id))) return;
    if (item != nullptr && std::find(evidence.begin(), evidence.end(), summary_id) == evidence.end()) {
      evidence.insert(evidence.begin(), std::string(summary_id));
    }
    if (evidence.empty()) return refuse("unknown_evidence", "a new summary names the items that it is drawn from");
    accept("set_summary", std::string(summary_id), before, text, {}, std::move(evidence));
  }

  void hide() {
    const Item* item = find_item(items_, operation_->id);
    if (item == nullptr) return refuse("unknown_id", fmt::format("there is no item \"{}\"", operation_->id));
    if (!item->hideable) {
      return refuse("not_hideable", fmt::format("{} ({}) always stays in a CV", item->id, item->kind));
    }
    if (!first_for(item->id)) return;
    accept("hide", item->id, item->text, "", {}, {});
  }

  void reorder() {
    // One operation may order several lists; each becomes a change of its own.
    std::vector<std::string> lists;
    std::set<std::string> seen;
    for (const std::string& id : operation_->ids) {
      const Item* item = find_item(items_, id);
      if (item == nullptr) return refuse("unknown_id", fmt::format("there is no item \"{}\"", id));
      if (!item->reorderable) {
        return refuse("not_reorderable", fmt::format("{} ({}) keeps its place", item->id, item->kind));
      }
      if (!seen.insert(id).second) return refuse("repeated_id", fmt::format("\"{}\" is named twice", id));
      if (std::find(lists.begin(), lists.end(), item->list) == lists.end()) lists.push_back(item->list);
    }
    if (lists.empty()) return refuse("empty_text", "an order names at least two items");
    for (const std::string& list : lists) reorder_list(list);
  }

  void reorder_list(const std::string& list) {
    std::vector<const Item*> before;
    for (const Item& item : items_) {
      if (item.list == list) before.push_back(&item);
    }
    std::vector<const Item*> after;
    for (const std::string& id : operation_->ids) {
      const Item* item = find_item(items_, id);
      if (item->list == list) after.push_back(item);
    }
    // What the operation doesn't name follows in its old order.
    for (const Item* item : before) {
      if (std::find(after.begin(), after.end(), item) == after.end()) after.push_back(item);
    }
    if (before == after) return refuse("unchanged", fmt::format("{} is in that order already", list));
    if (!first_for(list + ".*")) return;
    const auto lines = [](const std::vector<const Item*>& order) {
      std::string text;
      for (const Item* item : order) text += (text.empty() ? "" : "\n") + item->text;
      return text;
    };
    std::vector<std::string> ids;
    for (const Item* item : after) ids.push_back(item->id);
    accept("reorder", list, lines(before), lines(after), std::move(ids), {});
  }

  const std::vector<Item>& items_;
  const Operation* operation_ = nullptr;
  std::set<std::string> changed_;
  CheckedOperations checked_;
};

/// The last part of "work.0.highlights.2" as a number.
std::size_t index_of(std::string_view id) {
  const std::string last(id.substr(id.rfind('.') + 1));
  return static_cast<std::size_t>(std::stoul(last));
}

bool is_list_element(std::string_view id) {
  const std::string_view last = id.substr(id.rfind('.') + 1);
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string Operation::target() const {
  if (op == "set_summary") return std::string(summary_id);
  return op == "reorder" ? section : id;
}

JsonTree to_json(const CvChange& change) {
  JsonTree json = {{"id", change.id},
                   {"op", change.op},
                   {"target", change.target},
                   {"before", change.before},
                   {"after", change.after},
                   {"reason", change.reason},
                   {"evidence", change.evidence},
                   {"keywords", change.keywords},
                   {"accepted", change.accepted}};
  if (!change.ids.empty()) json["ids"] = change.ids;
  return json;
}

CvChange change_from_json(const JsonTree& json) {
  return {text_member(json, "id"),     text_member(json, "op"),      text_member(json, "target"),
          text_member(json, "before"), text_member(json, "after"),   strings_of(json, "ids"),
          text_member(json, "reason"), strings_of(json, "evidence"), strings_of(json, "keywords"),
          json.value("accepted", true)};
}

std::vector<CvChange> changes_from_json(const JsonTree& list) {
  std::vector<CvChange> changes;
  for (const JsonTree& change : list) changes.push_back(change_from_json(change));
  return changes;
}

JsonTree to_json(const Refusal& refusal) {
  return {{"op", refusal.op}, {"target", refusal.target}, {"code", refusal.code}, {"message", refusal.message}};
}

std::vector<Operation> read_operations(const JsonTree& answer) {
  std::vector<Operation> operations;
  for (const JsonTree& entry : list_member(answer, "operations")) {
    operations.push_back({text_member(entry, "op"), text_member(entry, "id"), text_member(entry, "section"),
                          strings_of(entry, "ids"), text_member(entry, "text"), strings_of(entry, "evidence"),
                          text_member(entry, "reason"), strings_of(entry, "keywords")});
  }
  return operations;
}

CheckedOperations check_operations(const std::vector<Operation>& operations, const std::vector<Item>& items) {
  Checker checker(items);
  for (const Operation& operation : operations) checker.check(operation);
  return checker.take();
}

JsonTree apply_changes(const JsonTree& original, const std::vector<CvChange>& changes) {
  JsonTree profile = original;
  std::set<std::string> hidden;
  // Inner lists first: their places hold only while the outer lists are untouched.
  std::map<std::string, std::vector<std::string>, std::greater<>> orders;
  for (const CvChange& change : changes) {
    if (!change.accepted) continue;
    if (change.op == "rewrite" || change.op == "set_summary") {
      profile[pointer_of(change.target)] = change.after;
    } else if (change.op == "hide") {
      hidden.insert(change.target);
      if (is_list_element(change.target)) orders[change.target.substr(0, change.target.rfind('.'))];
    } else if (change.op == "reorder") {
      orders[change.target] = change.ids;
    }
  }
  for (const auto& [list, ids] : orders) {
    const auto pointer = pointer_of(list);
    if (!profile.contains(pointer) || !profile.at(pointer).is_array()) continue;
    JsonTree& values = profile.at(pointer);
    std::vector<std::size_t> order;
    for (const std::string& id : ids) {
      if (index_of(id) < values.size()) order.push_back(index_of(id));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::find(order.begin(), order.end(), i) == order.end()) order.push_back(i);
    }
    JsonTree kept = JsonTree::array();
    for (const std::size_t i : order) {
      if (!hidden.contains(fmt::format("{}.{}", list, i))) kept.push_back(std::move(values[i]));
    }
    values = std::move(kept);
  }
  for (const std::string& id : hidden) {
    if (is_list_element(id)) continue;
    const auto pointer = pointer_of(id);
    if (profile.contains(pointer)) profile.at(pointer.parent_pointer()).erase(pointer.back());
  }
  return profile;
}

std::vector<Item> apply_changes(const std::vector<Item>& items, const std::vector<CvChange>& changes) {
  std::set<std::string> hidden;
  std::map<std::string, std::string> texts;
  for (const CvChange& change : changes) {
    if (!change.accepted) continue;
    if (change.op == "hide") hidden.insert(change.target);
    if (change.op == "rewrite" || change.op == "set_summary") texts[change.target] = change.after;
  }
  std::vector<Item> visible;
  for (const Item& item : items) {
    bool shown = !hidden.contains(item.id);
    // What stands in a hidden entry is hidden with it.
    for (std::size_t dot = item.id.find('.'); shown && dot != std::string::npos; dot = item.id.find('.', dot + 1)) {
      shown = !hidden.contains(item.id.substr(0, dot));
    }
    if (!shown) continue;
    visible.push_back(item);
    if (const auto found = texts.find(item.id); found != texts.end()) visible.back().text = found->second;
  }
  if (const auto summary = texts.find(std::string(summary_id));
      summary != texts.end() && find_item(items, summary_id) == nullptr) {
    visible.insert(visible.begin(),
                   {std::string(summary_id), "basics", "", "summary", summary->second, true, true, false});
  }
  return visible;
}

}  // namespace bespoke
