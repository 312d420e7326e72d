#include "apply/items.hpp"

#include "apply/json_access.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

namespace bespoke {
namespace {

struct Rights {
  bool rewrite = false;
  bool hide = false;
  bool reorder = false;
};

class Lister {
 public:
  explicit Lister(const JsonTree& profile) : profile_(profile) {}

  std::vector<Item> list() {
    const JsonTree& basics = object_member(profile_, "basics");
    add("basics.label", "basics", "", "fact", text_member(basics, "label"), {});
    add("basics.summary", "basics", "", "summary", text_member(basics, "summary"), {.rewrite = true, .hide = true});
    entries("work", {"position", "name", "location", "startDate", "endDate", "description"}, "summary", {});
    entries("volunteer", {"position", "organization", "startDate", "endDate"}, "summary", {.hide = true});
    education();
    entries("projects", {"name", "entity", "type", "startDate", "endDate"}, "description",
            {.hide = true, .reorder = true});
    skills();
    facts("certificates", {"name", "issuer", "date"}, {});
    facts("awards", {"title", "awarder", "date", "summary"}, {.hide = true});
    facts("publications", {"name", "publisher", "releaseDate", "summary"}, {.hide = true});
    facts("languages", {"language", "fluency"}, {});
    facts("interests", {"name"}, {.hide = true, .reorder = true});
    return std::move(items_);
  }

 private:
  void add(std::string id, std::string_view section, std::string list, std::string_view kind, const std::string& text,
           Rights rights) {
    if (squeeze(text).empty()) return;
    items_.push_back({std::move(id), std::string(section), std::move(list), std::string(kind), text, rights.rewrite,
                      rights.hide, rights.reorder});
  }

  static std::string joined(const JsonTree& entry, std::initializer_list<std::string_view> members) {
    std::string text;
    for (const std::string_view member : members) {
      const std::string value = text_member(entry, member);
      if (!value.empty()) text += (text.empty() ? "" : ", ") + value;
    }
    return text;
  }

  void strings(const std::string& owner, std::string_view section, std::string_view member, std::string_view kind,
               const JsonTree& entry, Rights rights) {
    const JsonTree& values = list_member(entry, member);
    const std::string list = fmt::format("{}.{}", owner, member);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].is_string()) {
        add(fmt::format("{}.{}", list, i), section, list, kind, values[i].get_ref<const std::string&>(), rights);
      }
    }
  }

  /// Entries with a name, a text of their own and bullets.
  void entries(std::string_view section, std::initializer_list<std::string_view> heading, std::string_view text,
               Rights rights) {
    const JsonTree& list = list_member(profile_, section);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = fmt::format("{}.{}", section, i);
      add(id, section, std::string(section), "entry", joined(list[i], heading), rights);
      add(fmt::format("{}.{}", id, text), section, "", "summary", text_member(list[i], text),
          {.rewrite = true, .hide = true});
      strings(id, section, "highlights", "bullet", list[i], {.rewrite = true, .hide = true, .reorder = true});
      strings(id, section, "keywords", "skill", list[i], {.hide = true, .reorder = true});
      strings(id, section, "roles", "fact", list[i], {});
    }
  }

  void education() {
    const JsonTree& list = list_member(profile_, "education");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = fmt::format("education.{}", i);
      add(id, "education", "education", "entry",
          joined(list[i], {"studyType", "area", "institution", "startDate", "endDate", "score"}), {});
      strings(id, "education", "courses", "course", list[i], {.hide = true, .reorder = true});
    }
  }

  void skills() {
    const JsonTree& list = list_member(profile_, "skills");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = fmt::format("skills.{}", i);
      const Rights rights{.hide = true, .reorder = true};
      add(id, "skills", "skills", "skill_group", joined(list[i], {"name", "level"}), rights);
      strings(id, "skills", "keywords", "skill", list[i], rights);
    }
  }

  void facts(std::string_view section, std::initializer_list<std::string_view> members, Rights rights) {
    const JsonTree& list = list_member(profile_, section);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id = fmt::format("{}.{}", section, i);
      add(id, section, std::string(section), "fact", joined(list[i], members), rights);
      strings(id, section, "keywords", "skill", list[i], rights);
    }
  }

  const JsonTree& profile_;
  std::vector<Item> items_;
};

}  // namespace

std::vector<Item> list_items(const JsonTree& profile) {
  return Lister(profile).list();
}

const Item* find_item(const std::vector<Item>& items, std::string_view id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

JsonTree::json_pointer pointer_of(std::string_view id) {
  std::string pointer = "/";
  for (const char c : id) pointer += c == '.' ? '/' : c;
  return JsonTree::json_pointer(pointer);
}

}  // namespace bespoke
