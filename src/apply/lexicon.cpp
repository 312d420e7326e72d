#include "apply/lexicon.hpp"

#include "apply/embedded_file.hpp"
#include "apply/stop_words.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <utility>

namespace bespoke {

bool says(const Token& token, std::string_view word) {
  if (token.folded == word) return true;
  if (word.size() > 3 && token.folded.size() == word.size() + 1 && token.folded.ends_with('s') &&
      token.folded.starts_with(word))
    return true;
  if (word.empty() || !token.folded.starts_with(word)) return false;
  const char last = word.back();
  if (last >= '0' && last <= '9') return false;
  // A version behind the name; single letters with digits ("s3", "r2") are other names.
  return word.size() > 1 && token.folded.find_first_not_of("0123456789.", word.size()) == std::string::npos;
}

bool form_matches(const TermForm& form, std::string_view text, const std::vector<Token>& tokens, std::size_t first) {
  if (form.words.empty() || first + form.words.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < form.words.size(); ++i) {
    if (!says(tokens[first + i], form.words[i])) return false;
    // Words of one term stand in one sentence, with nothing but a space, hyphen, slash or dot between them.
    if (i > 0) {
      const std::size_t gap = tokens[first + i].begin - tokens[first + i - 1].end;
      if (gap > 3 || tokens[first + i - 1].ends_sentence) return false;
      const std::string_view between = text.substr(tokens[first + i - 1].end, gap);
      if (between.find_first_of(",;:()\n") != std::string_view::npos) return false;
    }
  }
  if (!form.case_sensitive) return true;
  const std::size_t begin = tokens[first].begin;
  const std::size_t last = first + form.words.size() - 1;
  const std::string_view raw = text.substr(begin, tokens[last].end - begin);
  if (!raw.starts_with(form.written)) return false;
  // "R&D" isn't R, "C-level" isn't C, "Go-to-market" isn't Go.
  const char next = tokens[last].end < text.size() ? text[tokens[last].end] : ' ';
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const bool joined_next = next == '&' || next == '-' || next == '\'';
  const bool joined_before = before == '&' || before == '-' || before == '\'';
  if (form.written.size() <= 2 && (joined_next || joined_before)) return false;
  // "React to pages" and "Excel at" are no tools.
  if (tokens[first].sentence_start && last + 1 < tokens.size() && is_stop_word(tokens[last + 1].folded) && next == ' ')
    return false;
  // A sentence that starts with "Go" is an order, not a language.
  return form.written != "Go" || !tokens[first].sentence_start || tokens.size() == 1 || next == ',' || next == '/';
}

TermForm make_form(std::string_view written) {
  TermForm form;
  if (written.starts_with('!')) {
    form.case_sensitive = true;
    written.remove_prefix(1);
  }
  form.written = squeeze(written);
  for (const Token& token : tokenize(form.written)) form.words.push_back(token.folded);
  return form;
}

Lexicon::Lexicon(std::string_view file) {
  std::string topic;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    std::string_view line = file.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      topic = std::string(line.substr(1, line.find(']') - 1));
      continue;
    }
    Term term;
    term.topic = topic;
    for (std::size_t part = 0; part <= line.size();) {
      const std::size_t bar = std::min(line.find('|', part), line.size());
      TermForm form = make_form(squeeze(line.substr(part, bar - part)));
      part = bar + 1;
      if (!form.words.empty()) term.forms.push_back(std::move(form));
    }
    if (term.forms.empty()) continue;
    term.name = term.forms.front().written;
    for (std::size_t i = 0; i < term.forms.size(); ++i) {
      by_first_word_[term.forms[i].words.front()].push_back({terms_.size(), i});
    }
    terms_.push_back(std::move(term));
  }
}

const Lexicon& Lexicon::skills() {
  // Never destroyed, so that a thread may still read it while the process exits.
  static const auto& lexicon = *new Lexicon(apply_file("data/skills.txt"));
  return lexicon;
}

const Lexicon& Lexicon::places() {
  static const auto& lexicon = *new Lexicon(apply_file("data/places.txt"));
  return lexicon;
}

std::vector<TermMatch> Lexicon::find(std::string_view text, const std::vector<Token>& tokens) const {
  std::vector<TermMatch> matches;
  for (std::size_t i = 0; i < tokens.size();) {
    TermMatch best;
    const auto look = [&](const std::string& first_word) {
      const auto found = by_first_word_.find(first_word);
      if (found == by_first_word_.end()) return;
      for (const FormRef& ref : found->second) {
        const TermForm& form = terms_[ref.term].forms[ref.form];
        if (form.words.size() > best.count && form_matches(form, text, tokens, i)) {
          best = {&terms_[ref.term], i, form.words.size()};
        }
      }
    };
    look(tokens[i].folded);
    if (tokens[i].has_digit && !tokens[i].number) {
      const std::size_t name = tokens[i].folded.find_last_not_of("0123456789.");
      if (name != std::string::npos && name + 1 < tokens[i].folded.size()) look(tokens[i].folded.substr(0, name + 1));
    }
    if (best.term == nullptr) {
      ++i;
      continue;
    }
    matches.push_back(best);
    i += best.count;
  }
  return matches;
}

const Term* Lexicon::term(std::string_view name) const {
  const TermForm wanted = make_form(name);
  if (wanted.words.empty()) return nullptr;
  const auto found = by_first_word_.find(wanted.words.front());
  if (found == by_first_word_.end()) return nullptr;
  for (const FormRef& ref : found->second) {
    const TermForm& form = terms_[ref.term].forms[ref.form];
    if (form.words == wanted.words && (!form.case_sensitive || form.written == wanted.written))
      return &terms_[ref.term];
  }
  return nullptr;
}

}  // namespace bespoke
