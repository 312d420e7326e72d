#include "apply/fact_index.hpp"

#include "apply/embedded_file.hpp"
#include "apply/json_access.hpp"
#include "apply/keywords.hpp"
#include "apply/posting_sections.hpp"
#include "apply/stop_words.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace bespoke {
namespace {

/// Contact data proves nothing and would lend its words and figures to claims.
bool is_evidence(const std::string& pointer) {
  for (const std::string_view place :
       {"/basics/name", "/basics/email", "/basics/phone", "/basics/image", "/basics/url", "/basics/profiles",
        "/basics/location/address", "/basics/location/postalCode", "/meta", "/references", "/$schema"}) {
    if (pointer.starts_with(place)) return false;
  }
  return !pointer.ends_with("/url");
}

bool is_heading(const std::string& pointer) {
  for (const std::string_view member :
       {"/name", "/organization", "/institution", "/entity", "/position", "/location", "/startDate", "/endDate",
        "/studyType", "/area", "/title", "/awarder", "/issuer", "/date", "/language", "/fluency", "/publisher",
        "/releaseDate", "/level"}) {
    if (pointer.ends_with(member)) return true;
  }
  return false;
}

void read_date(const std::string& text, int& year, int& month) {
  if (text.size() < 4) return;
  year = std::atoi(text.substr(0, 4).c_str());
  if (text.size() >= 7) month = std::atoi(text.substr(5, 2).c_str());
}

const std::map<std::string, std::set<std::string, std::less<>>, std::less<>>& implications() {
  // Never destroyed, so that a thread may still read it while the process exits.
  static const auto& map = *[] {
    auto* made = new std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;
    const std::string_view file = apply_file("data/implied_skills.txt");
    for (std::size_t at = 0; at < file.size();) {
      const std::size_t end = std::min(file.find('\n', at), file.size());
      const std::string_view line = file.substr(at, end - at);
      at = end + 1;
      const std::size_t mark = line.find('>');
      if (line.empty() || line.front() == '#' || mark == std::string_view::npos) continue;
      (*made)[squeeze(line.substr(0, mark))].insert(squeeze(line.substr(mark + 1)));
    }
    return made;
  }();
  return map;
}

std::unique_ptr<FactSource> make_source(std::string pointer, std::string text, std::string_view language,
                                        Stemmer& stemmer) {
  auto source = std::make_unique<FactSource>();
  source->pointer = std::move(pointer);
  source->text = std::move(text);
  source->facts = read_fact_text(source->text, tokenize(source->text), language, stemmer);
  for (const Token& token : source->facts.tokens) {
    source->words.insert(token.folded);
    if (!token.number && !is_stop_word(token.folded)) source->stems.insert(token.stem);
  }
  return source;
}

}  // namespace

FactText read_fact_text(std::string_view text, std::vector<Token> tokens, std::string_view language, Stemmer& stemmer) {
  FactText facts;
  facts.text = text;
  facts.language = language;
  facts.tokens = stemmer.analyse(std::move(tokens));
  facts.dates = find_dates(text, facts.tokens);
  std::vector<bool> skip(facts.tokens.size(), false);
  for (const DateMention& date : facts.dates) {
    for (std::size_t i = date.first; i <= date.last; ++i) skip[i] = true;
  }
  facts.quantities = find_quantities(text, facts.tokens, language, skip);
  facts.movements = find_movements(text, facts.tokens, facts.quantities);
  facts.skills = Lexicon::skills().find(text, facts.tokens);
  return facts;
}

int FactEntry::months(const PlainDate& today) const {
  if (start_year == 0) return -1;
  const int first = start_year * 12 + (start_month > 0 ? start_month : 1);
  const int last = end_year > 0 ? end_year * 12 + (end_month > 0 ? end_month : 12) : today.year * 12 + today.month;
  return std::max(0, last - first + 1);
}

FactIndex::FactIndex(const JsonTree& profile, const Posting& posting, std::string_view language, Stemmer& stemmer) {
  each_text(profile, "", [&](const std::string& pointer, const std::string& text) {
    if (is_evidence(pointer)) add(pointer, text, language, stemmer);
  });
  for (const auto& source : sources_) all_.push_back(source.get());
  read_entries(profile);
  std::string text = posting.title + "\n" + posting.company + "\n" + posting.location + "\n" + posting.description;
  for (const std::string& skill : posting.skills) text += "\n" + skill;
  posting_ = make_source("posting", std::move(text), posting.language, stemmer);
  posting_title_ = make_source("posting", posting.title, posting.language, stemmer);
  const std::vector<Token>& posting_tokens = posting_->facts.tokens;
  for (std::size_t i = 0; i < posting_tokens.size(); ++i) posting_words_[posting_tokens[i].folded].push_back(i);
  for (const Token& token : tokenize(posting.company)) company_.push_back(token.folded);
  for (const Token& token : tokenize(text_member(object_member(profile, "basics"), "name")))
    own_name_.insert(token.folded);
  for (const Token& token : posting_title_->facts.tokens) {
    if (token.folded.size() > 4 && !token.number) asked_.insert(token.stem);
  }
  for (const PostingLine& line : posting_lines(posting.description)) {
    if (line.section == PostingSection::offer || (line.section == PostingSection::intro && !line.listed)) continue;
    duties_.emplace_back();
    for (const Token& token : stemmer.analyse(line.text)) {
      if (token.folded.size() > 4 && !token.number) asked_.insert(token.stem);
      if (token.folded.size() > 3 && !token.number && !is_stop_word(token.folded)) duties_.back().push_back(token.stem);
    }
  }
  for (const Keyword& keyword : extract_keywords(posting, stemmer)) {
    if (Lexicon::skills().term(keyword.text) == nullptr) requirements_.push_back({keyword.text, keyword.stems});
  }
}

void FactIndex::add(const std::string& pointer, const std::string& text, std::string_view language, Stemmer& stemmer) {
  auto source = make_source(pointer, text, language, stemmer);
  const std::size_t section_end = pointer.find('/', 1);
  source->section = pointer.substr(1, section_end == std::string::npos ? std::string::npos : section_end - 1);
  if (section_end != std::string::npos && section_end + 1 < pointer.size() && pointer[section_end + 1] >= '0' &&
      pointer[section_end + 1] <= '9') {
    source->entry = pointer.substr(0, std::min(pointer.find('/', section_end + 1), pointer.size()));
  }
  for (const std::string& word : source->words) words_.insert(word);
  for (const std::string& stem : source->stems) stems_.insert(stem);
  if (pointer.find("/highlights/") != std::string::npos && !source->facts.tokens.empty())
    bullet_starts_.insert(source->facts.tokens.front().folded);
  sources_.push_back(std::move(source));
}

void FactIndex::read_entries(const JsonTree& profile) {
  for (const auto& [section, list] : profile.items()) {
    if (!list.is_array()) continue;
    for (std::size_t i = 0; i < list.size(); ++i) {
      FactEntry entry;
      entry.pointer = "/" + section + "/" + std::to_string(i);
      entry.section = section;
      std::string name;
      for (const std::string_view member : {"name", "organization", "institution"}) {
        if (name.empty()) name = text_member(list[i], member);
      }
      if (section != "skills" && section != "certificates") {
        for (const Token& token : tokenize(name)) entry.name.push_back(token.folded);
      }
      entry.position = text_member(list[i], section == "education" ? "studyType" : "position");
      read_date(text_member(list[i], "startDate"), entry.start_year, entry.start_month);
      read_date(text_member(list[i], "endDate"), entry.end_year, entry.end_month);
      entry.open = entry.start_year > 0 && entry.end_year == 0;
      for (const FactSource* source : all_) {
        if (source->entry == entry.pointer) entry.sources.push_back(source);
      }
      entries_.push_back(std::move(entry));
    }
  }
}

FactSources FactIndex::below(const std::vector<std::string>& pointers) const {
  FactSources found;
  for (const FactSource* source : all_) {
    const bool cited = std::any_of(pointers.begin(), pointers.end(), [&](const std::string& pointer) {
      return source->pointer == pointer ||
             (source->pointer.starts_with(pointer) && source->pointer[pointer.size()] == '/');
    });
    if (cited) found.push_back(source);
  }
  return found;
}

FactSources FactIndex::around(const FactSources& sources) const {
  std::set<std::string_view> entries;
  for (const FactSource* source : sources) {
    // A group of skills is no context for one of them.
    if (!source->entry.empty() && source->section != "skills") entries.insert(source->entry);
  }
  FactSources found = sources;
  for (const FactSource* source : all_) {
    if (entries.contains(source->entry) && is_heading(source->pointer) &&
        std::find(sources.begin(), sources.end(), source) == sources.end()) {
      found.push_back(source);
    }
  }
  return found;
}

const std::vector<std::size_t>& FactIndex::posting_places(const std::string& folded) const {
  static const auto& none = *new std::vector<std::size_t>;
  const auto found = posting_words_.find(folded);
  return found == posting_words_.end() ? none : found->second;
}

const FactEntry* FactIndex::entry(std::string_view pointer) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const FactEntry& e) { return e.pointer == pointer; });
  return found == entries_.end() ? nullptr : &*found;
}

bool FactIndex::implies(std::string_view term, std::string_view other) {
  const auto found = implications().find(term);
  return found != implications().end() && found->second.contains(other);
}

const FactSource* find_word(const FactSources& sources, const Token& token) {
  for (const FactSource* source : sources) {
    if (source->words.contains(token.folded) || source->stems.contains(token.stem)) return source;
  }
  return nullptr;
}

const FactSource* find_term(const FactSources& sources, const Term& term) {
  for (const FactSource* source : sources) {
    for (const TermMatch& match : source->facts.skills) {
      if (match.term == &term || FactIndex::implies(match.term->name, term.name)) return source;
    }
  }
  return nullptr;
}

}  // namespace bespoke
