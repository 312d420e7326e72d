#include "apply/extractive_client.hpp"
#include "apply/letter_checks.hpp"
#include "apply/profile.hpp"
#include "apply/render_fields.hpp"
#include "apply/tokens.hpp"
#include "job/json_tree.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace bespoke {
namespace {

using json = JsonTree;
using Item = ExtractiveContext::Item;

/// A role or a project with what the profile says about it.
struct Place {
  std::string section;
  std::string name;
  std::string position;
  bool current = false;
  std::string end;                   ///< for the order; "9999" when it goes on
  std::vector<const Item*> bullets;  ///< best first
  double weight = 0;
};

std::size_t words_in(std::string_view text) {
  return static_cast<std::size_t>(count_words(text));
}

/// Whether a position reads as a plain noun: no commas, brackets or dashes that would break the sentence around it.
bool plain_noun(const std::string& position) {
  return position.find_first_of(",;:()/|") == std::string::npos && position.find(" - ") == std::string::npos &&
         position.find("–") == std::string::npos;
}

std::string without_full_stop(std::string text) {
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  if (text.ends_with("。")) text.resize(text.size() - std::string_view("。").size());
  return text;
}

class LetterWriter {
 public:
  LetterWriter(const ExtractiveContext& context, const json& profile)
      : context_(context),
        words_(context.locale->letter),
        locale_(*context.locale),
        profile_(profile),
        foreign_(profile_language(profile) != context.locale->code) {}

  std::string write() {
    const std::string salutation =
        fill(context_.company.empty() ? words_.salutation : words_.salutation_company, {{"company", context_.company}});
    add_paragraph(salutation);
    add_paragraph(opening());
    const std::string name = text_at(object_at(profile_, "basics"), "name");
    reserved_ = words_in(words_.close) + words_in(words_.regards) + words_in(name);
    for (const Place& place : best_places()) add_place(place);
    add_background();
    add_paragraph(std::string(words_.close));
    add_paragraph(std::string(words_.regards));
    if (!name.empty()) add_paragraph(name);
    std::string letter;
    for (const std::string& paragraph : paragraphs_) letter += (letter.empty() ? "" : "\n\n") + paragraph;
    return letter;
  }

 private:
  std::string blank() const { return locale_.code == "zh" ? "" : " "; }

  void add_paragraph(std::string text) {
    used_ += words_in(text);
    paragraphs_.push_back(std::move(text));
  }

  std::size_t words_so_far() const { return used_ + reserved_; }

  /// What stands in another language than the letter is marked as a quotation.
  std::string quoted_if_foreign(const std::string& text) const {
    return foreign_ ? std::string(locale_.open_quote) + text + std::string(locale_.close_quote) : text;
  }

  std::string opening() const {
    const auto& [title, company] = std::pair(context_.title, context_.company);
    const std::string_view frame = !title.empty() && !company.empty() ? words_.opening
                                   : !title.empty()                   ? words_.opening_title
                                   : !company.empty()                 ? words_.opening_company
                                                                      : words_.plain;
    std::string text = fill(frame, {{"title", title}, {"company", company}});
    if (const std::string summary = summary_sentence(); !summary.empty()) text += blank() + summary;
    if (const std::vector<std::string> shown = shown_keywords(); !shown.empty())
      text += blank() + fill(words_.strengths, {{"keywords", join_list(locale_, shown)}});
    return text;
  }

  /// The first sentence of the profile's own summary, unless it is long.
  std::string summary_sentence() const {
    const std::string summary = text_at(object_at(profile_, "basics"), "summary");
    const std::vector<std::string_view> sentences = split_sentences(summary);
    if (sentences.empty() || words_in(sentences.front()) > 45) return {};
    std::string first(sentences.front());
    if (locale_.code == "en" && (first.starts_with("I ") || first.starts_with("I’"))) return first;
    return fill(words_.in_short, {{"text", quoted_if_foreign(first)}});
  }

  /// What the CV names of what the posting asks for; only short names, which read well in a list.
  std::vector<std::string> shown_keywords() const {
    std::set<std::string> named;
    for (const Item& item : context_.items) named.insert(item.named.begin(), item.named.end());
    std::vector<std::string> shown;
    for (const ExtractiveContext::Keyword& keyword : context_.keywords) {
      const bool in_cv = keyword.bucket == "covered" || keyword.bucket == "surfaced";
      if (in_cv && named.contains(keyword.keyword) && words_in(keyword.keyword) <= 4) shown.push_back(keyword.keyword);
    }
    // "registration" says nothing beside "NMC registration".
    std::erase_if(shown, [&](const std::string& keyword) {
      return std::any_of(shown.begin(), shown.end(), [&](const std::string& other) {
        return other.size() > keyword.size() && other.find(keyword) != std::string::npos;
      });
    });
    return context_.by_importance(shown, 5);
  }

  /// How well a bullet serves in a letter.
  double worth(const Item& item, bool current) const {
    double worth = item.worth();
    if (!in_first_person(item.text, locale_, current, false).empty()) worth += 0.5 + 0.25 * worth;
    if (item.text.find_first_of("0123456789") != std::string::npos) worth += 0.2;
    if (item.text.find(';') != std::string::npos) worth -= 0.1;
    if (words_in(item.text) > 40) worth -= 1;
    if (tells_of_an_end(item.text)) worth -= 2;
    return worth;
  }

  /// The items that an entry's bullets are; found by their text, since entries may have been reordered.
  std::vector<const Item*> items_of(std::string_view section, const std::vector<std::string>& bullets) const {
    std::vector<const Item*> items;
    for (const Item& item : context_.items)
      if (item.id.starts_with(section) && std::find(bullets.begin(), bullets.end(), item.text) != bullets.end())
        items.push_back(&item);
    return items;
  }

  std::vector<Place> all_places() const {
    std::vector<Place> places;
    for (const char* section : {"work", "projects", "volunteer"}) {
      for (const json& entry : list_at(profile_, section)) {
        Place place;
        place.section = section;
        place.name = text_at(entry, "name");
        if (place.name.empty()) place.name = text_at(entry, "organization");
        place.position = text_at(entry, "position");
        place.end = text_at(entry, "endDate");
        place.current = place.end.empty();
        if (place.current) place.end = "9999";
        place.bullets = items_of(section, texts_at(entry, "highlights"));
        if (place.name.empty() || place.bullets.empty()) continue;
        std::stable_sort(place.bullets.begin(), place.bullets.end(), [&](const Item* a, const Item* b) {
          return worth(*a, place.current) > worth(*b, place.current);
        });
        for (std::size_t i = 0; i < place.bullets.size() && i < 3; ++i)
          place.weight += worth(*place.bullets[i], place.current);
        places.push_back(std::move(place));
      }
    }
    return places;
  }

  /// The two places that say most, paid work and recent work before other; the latest first.
  std::vector<Place> best_places() const {
    std::vector<Place> places = all_places();
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.end > b.end; });
    double factor = 1;
    for (Place& place : places) {
      place.weight *= place.section == "work" ? factor : 0.6;
      if (place.section == "work") factor *= 0.7;
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.weight > b.weight; });
    if (places.size() > 2) places.resize(2);
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.end > b.end; });
    return places;
  }

  std::string introduce(const Place& place) const {
    if (place.section == "projects") return fill(words_.project, {{"name", place.name}});
    if (place.position.empty()) return fill(words_.at_place, {{"name", place.name}});
    const bool plain = plain_noun(place.position);
    const std::string_view frame = place.current ? (plain ? words_.role_now : words_.role_now_loose)
                                                 : (plain ? words_.role_past : words_.role_past_loose);
    return fill(frame, {{"name", place.name}, {"position", place.position}});
  }

  /// One paragraph: where it was, then up to three of its bullets, those that are sentences of their own first.
  void add_place(const Place& place) {
    std::string text = introduce(place);
    std::vector<std::string> points;
    std::size_t point_words = 0;
    std::size_t used = 0;
    std::size_t sentences = 0;
    const std::size_t target = (context_.min_words + context_.max_words) / 2;
    for (const Item* bullet : place.bullets) {
      const std::size_t after = words_so_far() + words_in(text) + point_words + words_in(bullet->text) + 12;
      if (bullet->score <= 0 && used > 0 && words_so_far() + words_in(text) > context_.min_words) continue;
      if (after > context_.max_words || (used >= 2 && after > target) || used == 3) continue;
      const std::string bare = quoted_if_foreign(without_full_stop(bullet->text));
      const std::string own = in_first_person(bare, locale_, place.current, sentences == 1);
      if (own.empty()) {
        points.push_back(bare);
        point_words += words_in(bare) + 1;
      } else {
        text += blank() + own + std::string(locale_.full_stop);
        ++sentences;
      }
      ++used;
    }
    if (points.size() == 1) {
      text += blank() + std::string(words_.points) + blank() + points.front() + std::string(locale_.full_stop);
      points.clear();
    } else if (!points.empty()) {
      text += blank() + std::string(words_.points);
    }
    add_paragraph(text);
    // Each a paragraph of its own, so that a reader of plain paragraphs keeps them apart.
    for (const std::string& point : points) add_paragraph("- " + point);
  }

  /// Certificates and finished studies; languages when the posting names one of them.
  void add_background() {
    std::string text;
    const auto add = [&](const std::string& sentence) {
      if (words_so_far() + words_in(text) + words_in(sentence) > context_.max_words) return;
      text += (text.empty() ? "" : blank()) + sentence;
    };
    if (const std::string studies = finished_study(); !studies.empty())
      add(fill(words_.education, {{"text", studies}}));
    std::vector<std::string> certificates;
    for (const json& certificate : list_at(profile_, "certificates")) {
      const std::string name = text_at(certificate, "name");
      if (!name.empty() && certificates.size() < 2) certificates.push_back(name);
    }
    if (!certificates.empty()) add(fill(words_.certificates, {{"text", join_list(locale_, certificates)}}));
    if (const std::string languages = wanted_languages(); !languages.empty())
      add(fill(words_.languages, {{"text", languages}}));
    if (!text.empty()) add_paragraph(text);
  }

  std::string finished_study() const {
    for (const json& study : list_at(profile_, "education")) {
      const std::string degree = text_at(study, "studyType");
      if (text_at(study, "endDate").empty() || degree.empty()) continue;
      std::string text = degree;
      for (const char* member : {"area", "institution"})
        if (const std::string part = text_at(study, member); !part.empty())
          text += std::string(locale_.separator) + part;
      return text;
    }
    return {};
  }

  std::string wanted_languages() const {
    std::vector<std::string> languages;
    bool wanted = false;
    for (const json& language : list_at(profile_, "languages")) {
      std::string name = text_at(language, "language");
      const std::string fluency = text_at(language, "fluency");
      if (name.empty()) continue;
      wanted = wanted || context_.posting_text.find(name) != std::string::npos;
      if (!fluency.empty()) name.append(" (").append(fluency).append(")");
      languages.push_back(std::move(name));
    }
    return wanted ? join_list(locale_, languages) : std::string();
  }

  const ExtractiveContext& context_;
  const Locale::Letter& words_;
  const Locale& locale_;
  const json& profile_;
  std::vector<std::string> paragraphs_;
  bool foreign_;              ///< the profile is in another language than the letter
  std::size_t used_ = 0;      ///< words so far
  std::size_t reserved_ = 0;  ///< words that are still to come
};

}  // namespace

std::string extractive_letter(const ExtractiveContext& context, const json& profile) {
  return LetterWriter(context, profile).write();
}

}  // namespace bespoke
