#include "apply/render_document.hpp"

#include "apply/render_fields.hpp"
#include "job/json_tree.hpp"

#include <algorithm>
#include <array>

namespace bespoke {
namespace {

using json = JsonTree;
using Entry = CvDocument::Entry;
using Shape = CvDocument::Shape;

std::string joined(std::initializer_list<std::string> parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

/// Postal codes follow the city where English is spoken, and go before it elsewhere.
std::string postal_address(const json& location, std::string_view separator) {
  const std::string country = text_at(location, "countryCode");
  const std::string city = text_at(location, "city");
  const std::string code = text_at(location, "postalCode");
  const std::string region = text_at(location, "region");
  static constexpr std::array<std::string_view, 8> code_last = {"US", "CA", "GB", "IE", "AU", "NZ", "IN", "ZA"};
  const bool last = std::find(code_last.begin(), code_last.end(), country) != code_last.end();
  std::string town;
  if (country == "US" || country == "CA" || country == "AU") {
    town = joined({city, joined({region, code}, " ")}, separator);
  } else {
    town = joined({last ? joined({city, code}, " ") : joined({code, city}, " "), region}, separator);
  }
  return joined({text_at(location, "address"), town, country}, separator);
}

std::vector<CvDocument::Contact> contacts_of(const json& basics, const Locale& locale) {
  std::vector<CvDocument::Contact> contacts;
  const auto add = [&](std::string text, std::string link) {
    if (!text.empty()) contacts.push_back({std::move(text), std::move(link)});
  };
  add(postal_address(object_at(basics, "location"), locale.separator), {});
  const std::string email = text_at(basics, "email");
  add(email, email.find('@') != std::string::npos ? safe_link("mailto:" + email) : std::string());
  add(text_at(basics, "phone"), {});
  for (const char* member : {"url", "website"}) {
    const std::string url = text_at(basics, member);
    add(shown_link(url), safe_link(url));
  }
  for (const json& profile : list_at(basics, "profiles")) {
    const std::string url = text_at(profile, "url");
    if (url.empty())
      add(joined({text_at(profile, "network"), text_at(profile, "username")}, ": "), {});
    else
      add(shown_link(url), safe_link(url));
  }
  return contacts;
}

std::string end_of(const json& item) {
  return text_at(item, "endDate");
}

std::string dates_of(const Locale& locale, const json& item) {
  return format_date_range(locale, text_at(item, "startDate"), end_of(item));
}

void add_note(Entry& entry, const Locale& locale, std::string_view word, const std::string& text) {
  if (!text.empty()) entry.notes.push_back(std::string(word) + std::string(locale.colon) + text);
}

std::string comma_list(const Locale& locale, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : std::string(locale.comma)) + item;
  return text;
}

/// Work, volunteering: a role at an organisation.
Entry role_entry(const json& item, const Locale& locale) {
  Entry entry;
  entry.title = text_at(item, "position");
  entry.organisation = text_at(item, "name");
  if (entry.organisation.empty()) entry.organisation = text_at(item, "organization");
  if (entry.organisation.empty()) entry.organisation = text_at(item, "company");
  entry.link = safe_link(text_at(item, "url"));
  entry.place = text_at(item, "location");
  entry.dates = dates_of(locale, item);
  entry.about = text_at(item, "description");
  entry.summary = text_at(item, "summary");
  entry.bullets = texts_at(item, "highlights");
  return entry;
}

Entry project_entry(const json& item, const Locale& locale) {
  Entry entry;
  entry.title = text_at(item, "name");
  entry.organisation = joined({comma_list(locale, texts_at(item, "roles")), text_at(item, "entity")}, locale.comma);
  entry.link = safe_link(text_at(item, "url"));
  entry.dates = dates_of(locale, item);
  entry.summary = joined({text_at(item, "description"), text_at(item, "summary")}, "\n");
  entry.bullets = texts_at(item, "highlights");
  if (const std::string words = comma_list(locale, texts_at(item, "keywords")); !words.empty()) entry.notes = {words};
  return entry;
}

Entry education_entry(const json& item, const Locale& locale) {
  Entry entry;
  entry.title = joined({text_at(item, "studyType"), text_at(item, "area")}, locale.separator);
  entry.organisation = text_at(item, "institution");
  entry.link = safe_link(text_at(item, "url"));
  entry.place = text_at(item, "location");
  entry.dates = dates_of(locale, item);
  entry.bullets = texts_at(item, "highlights");
  entry.summary = joined({text_at(item, "description"), text_at(item, "summary")}, "\n");
  add_note(entry, locale, locale.cv.score, joined({text_at(item, "score"), text_at(item, "gpa")}, locale.comma));
  add_note(entry, locale, locale.cv.courses, comma_list(locale, texts_at(item, "courses")));
  return entry;
}

/// Awards, certificates and publications: a thing with a giver and one date.
Entry dated_entry(const json& item, const Locale& locale, std::string_view title, std::string_view giver,
                  std::string_view date) {
  Entry entry;
  entry.title = text_at(item, title);
  entry.organisation = text_at(item, giver);
  entry.link = safe_link(text_at(item, "url"));
  entry.dates = format_date(locale, text_at(item, date));
  entry.summary = text_at(item, "summary");
  return entry;
}

Entry line_entry(const json& item, const Locale& locale) {
  Entry entry;
  entry.title = text_at(item, "name");
  const std::string words = comma_list(locale, texts_at(item, "keywords"));
  const std::string level = text_at(item, "level");
  entry.summary = words.empty() || level.empty() ? words + level : words + " (" + level + ")";
  return entry;
}

Entry language_entry(const json& item, const Locale&) {
  Entry entry;
  entry.title = text_at(item, "language");
  entry.summary = text_at(item, "fluency");
  return entry;
}

Entry reference_entry(const json& item, const Locale&) {
  Entry entry;
  entry.title = text_at(item, "name");
  entry.summary = text_at(item, "reference");
  return entry;
}

Entry award_entry(const json& item, const Locale& locale) {
  return dated_entry(item, locale, "title", "awarder", "date");
}

Entry certificate_entry(const json& item, const Locale& locale) {
  return dated_entry(item, locale, "name", "issuer", "date");
}

Entry publication_entry(const json& item, const Locale& locale) {
  return dated_entry(item, locale, "name", "publisher", "releaseDate");
}

bool is_empty(const Entry& entry) {
  return entry.title.empty() && entry.organisation.empty() && entry.about.empty() && entry.summary.empty() &&
         entry.bullets.empty() && entry.notes.empty();
}

/// Somebody who is still at school, or left it after all work but one short role began, leads with education.
bool education_first(const json& profile) {
  const json& work = list_at(profile, "work");
  const json& education = list_at(profile, "education");
  if (education.empty() || work.size() > 2) return false;
  std::string last_study;
  for (const json& item : education) {
    const std::string end = end_of(item);
    last_study = std::max(last_study, end.empty() ? std::string("9999") : end);
  }
  std::string first_work = "9999";
  for (const json& item : work) {
    const std::string start = text_at(item, "startDate");
    if (!start.empty()) first_work = std::min(first_work, start);
  }
  return work.empty() || last_study > first_work;
}

struct SectionPlan {
  const char* key;
  std::string_view heading;
  Shape shape;
  Entry (*make)(const json&, const Locale&);
};

}  // namespace

CvDocument make_cv_document(const json& profile, const Locale& locale) {
  CvDocument document;
  document.locale = &locale;
  const json& basics = object_at(profile, "basics");
  document.name = text_at(basics, "name");
  document.label = text_at(basics, "label");
  document.contacts = contacts_of(basics, locale);
  document.summary = text_at(basics, "summary");

  const Locale::Cv& cv = locale.cv;
  std::vector<SectionPlan> plan = {{"work", cv.work, Shape::entries, role_entry},
                                   {"projects", cv.projects, Shape::entries, project_entry},
                                   {"education", cv.education, Shape::entries, education_entry},
                                   {"skills", cv.skills, Shape::lines, line_entry},
                                   {"certificates", cv.certificates, Shape::entries, certificate_entry},
                                   {"languages", cv.languages, Shape::in_line, language_entry},
                                   {"publications", cv.publications, Shape::entries, publication_entry},
                                   {"awards", cv.awards, Shape::entries, award_entry},
                                   {"volunteer", cv.volunteer, Shape::entries, role_entry},
                                   {"interests", cv.interests, Shape::lines, line_entry},
                                   {"references", cv.references, Shape::quotes, reference_entry}};
  if (education_first(profile)) std::rotate(plan.begin(), plan.begin() + 2, plan.begin() + 3);
  for (const SectionPlan& planned : plan) {
    CvDocument::Section section{planned.key, std::string(planned.heading), planned.shape, {}};
    for (const json& item : list_at(profile, planned.key)) {
      Entry entry = planned.make(item, locale);
      if (!is_empty(entry)) section.entries.push_back(std::move(entry));
    }
    if (!section.entries.empty()) document.sections.push_back(std::move(section));
  }
  return document;
}

}  // namespace bespoke
