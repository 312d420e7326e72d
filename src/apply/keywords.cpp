#include "apply/keywords.hpp"

#include "apply/han_terms.hpp"
#include "apply/posting_sections.hpp"
#include "apply/stop_words.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <set>

namespace bespoke {
namespace {

/// Whether the stems stand in a row at `tokens[first]`.
bool stems_match(const std::vector<std::string>& stems, const AnalysedText& text, std::size_t first) {
  if (stems.empty() || first + stems.size() > text.tokens.size()) return false;
  for (std::size_t i = 0; i < stems.size(); ++i) {
    const Token& token = text.tokens[first + i];
    if (token.stem != stems[i]) return false;
    if (i > 0 && (token.begin - text.tokens[first + i - 1].end > 3 || text.tokens[first + i - 1].ends_sentence)) {
      return false;
    }
  }
  return true;
}

class Extractor {
 public:
  Extractor(const Posting& posting, Stemmer& stemmer, std::size_t limit)
      : posting_(posting), stemmer_(stemmer), limit_(limit) {}

  std::vector<Keyword> extract() {
    const std::vector<PostingLine> lines = posting_lines(posting_.description);
    const bool has_sections = std::any_of(lines.begin(), lines.end(), [](const PostingLine& line) {
      return line.section == PostingSection::required || line.section == PostingSection::preferred;
    });
    for (const std::string& skill : posting_.skills) add(skill, true);
    for (const PostingLine& line : lines) {
      if (line.section == PostingSection::offer) continue;
      const bool wish = line.section == PostingSection::preferred;
      const bool asked = wish || line.section == PostingSection::required;
      if (asked) {
        requirements(line.text, !wish);
      } else if (line.section == PostingSection::duties || !has_sections) {
        known_terms(line.text, !has_sections);
      }
    }
    return std::move(keywords_);
  }

 private:
  void add(std::string_view text, bool required) {
    Keyword keyword = make_keyword(text, required, stemmer_);
    if (keyword.stems.empty()) return;
    const Term* term = Lexicon::skills().term(keyword.text);
    std::string identity = term == nullptr ? "" : "\n" + term->name;
    if (term == nullptr) {
      for (const std::string& stem : keyword.stems) identity += stem + " ";
    }
    if (!seen_.insert(identity).second) {
      // What is named as a wish first and required later is required.
      if (!required) return;
      for (Keyword& known : keywords_) {
        if (known.stems == keyword.stems) known.required = true;
      }
      return;
    }
    if (keywords_.size() < limit_) keywords_.push_back(std::move(keyword));
  }

  void known_terms(std::string_view line, bool required) {
    const std::vector<Token> tokens = tokenize(line);
    for (const TermMatch& match : Lexicon::skills().find(line, tokens)) {
      const std::size_t begin = tokens[match.first].begin;
      add(line.substr(begin, tokens[match.first + match.count - 1].end - begin), required);
    }
  }

  /// Known terms, and between them runs of one to three words that aren't filler.
  void requirements(std::string_view line, bool required) {
    const std::vector<Token> tokens = tokenize(line);
    std::vector<bool> taken(tokens.size(), false);
    std::vector<std::pair<std::size_t, std::size_t>> spans;  // first token, count
    for (const TermMatch& match : Lexicon::skills().find(line, tokens)) {
      spans.emplace_back(match.first, match.count);
      for (std::size_t i = 0; i < match.count; ++i) taken[match.first + i] = true;
    }
    for (std::size_t i = 0; i < tokens.size();) {
      std::size_t end = i;
      while (end < tokens.size() && !taken[end] && carries_meaning(tokens[end]) &&
             (end == i || adjacent(line, tokens, end))) {
        ++end;
      }
      if (end == i) {
        ++i;
        continue;
      }
      const std::size_t count = end - i;
      // One word alone must look like a name or stand in a list of wishes to be worth asking for.
      const bool alone = count == 1 && tokens[i].script == Script::latin && !tokens[i].inner_capital &&
                         !tokens[i].has_digit && (tokens[i].folded.size() < 4 || is_too_general(tokens[i].folded));
      if (count <= 3 && !alone) spans.emplace_back(i, count);
      i = end;
    }
    std::sort(spans.begin(), spans.end());
    for (const auto& [first, count] : spans) {
      add(line.substr(tokens[first].begin, tokens[first + count - 1].end - tokens[first].begin), required);
    }
    han_runs(line, tokens, taken, required);
  }

  /// Chinese puts no blanks between words: its runs are cut at the words that join and introduce terms.
  void han_runs(std::string_view line, const std::vector<Token>& tokens, const std::vector<bool>& taken,
                bool required) {
    const auto is_run = [&](std::size_t i) { return tokens[i].script == Script::han && !taken[i]; };
    for (std::size_t i = 0; i < tokens.size();) {
      std::size_t end = i;
      while (end < tokens.size() && is_run(end) && (end == i || tokens[end].begin == tokens[end - 1].end)) ++end;
      if (end == i) {
        ++i;
        continue;
      }
      for (const std::string_view term :
           han_terms(line.substr(tokens[i].begin, tokens[end - 1].end - tokens[i].begin))) {
        add(term, required);
      }
      i = end;
    }
  }

  static bool carries_meaning(const Token& token) {
    return !token.number && token.script != Script::han && !is_stop_word(token.folded) &&
           !is_posting_filler(token.folded);
  }

  static bool adjacent(std::string_view line, const std::vector<Token>& tokens, std::size_t i) {
    const std::string_view gap = line.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
    return gap == " " || gap == "-" || gap == "/" || gap == "\xC2\xA0";
  }

  const Posting& posting_;
  Stemmer& stemmer_;
  std::size_t limit_;
  std::vector<Keyword> keywords_;
  std::set<std::string> seen_;
};

}  // namespace

AnalysedText analyse(Stemmer& stemmer, std::string_view text) {
  return {text, stemmer.analyse(text)};
}

Keyword make_keyword(std::string_view text, bool required, Stemmer& stemmer) {
  Keyword keyword;
  keyword.text = squeeze(text);
  keyword.required = required;
  keyword.literal.written = keyword.text;
  for (const Token& token : stemmer.analyse(keyword.text)) {
    keyword.literal.words.push_back(token.folded);
    keyword.stems.push_back(token.stem);
  }
  if (const Term* term = Lexicon::skills().term(keyword.text)) {
    for (const TermForm& form : term->forms) {
      if (form.words == keyword.literal.words) {
        keyword.literal.case_sensitive = form.case_sensitive;
      } else {
        keyword.aliases.push_back(form);
      }
    }
  }
  return keyword;
}

namespace {

bool is_literal_at(const Keyword& keyword, const AnalysedText& text, std::size_t i) {
  if (!keyword.literal.case_sensitive && stems_match(keyword.stems, text, i)) return true;
  return (keyword.literal.case_sensitive || keyword.stems.size() == 1) &&
         form_matches(keyword.literal, text.text, text.tokens, i);
}

bool is_alias_at(const Keyword& keyword, const AnalysedText& text, std::size_t i) {
  return std::any_of(keyword.aliases.begin(), keyword.aliases.end(),
                     [&](const TermForm& alias) { return form_matches(alias, text.text, text.tokens, i); });
}

}  // namespace

KeywordMatch match_keyword(const Keyword& keyword, const AnalysedText& text) {
  KeywordMatch best = KeywordMatch::none;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    if (is_literal_at(keyword, text, i)) return KeywordMatch::literal;
    if (best == KeywordMatch::none && is_alias_at(keyword, text, i)) best = KeywordMatch::alias;
  }
  return best;
}

KeywordIndex::KeywordIndex(const std::vector<Keyword>& keywords) : keywords_(keywords) {
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    const auto add = [&](const std::string& word) { by_first_word_[word].push_back(i); };
    if (keywords[i].stems.empty()) continue;  // only signs, which stand nowhere as words
    add(keywords[i].stems.front());
    add(keywords[i].literal.words.front());
    for (const TermForm& alias : keywords[i].aliases) add(alias.words.front());
  }
}

void KeywordIndex::candidates(std::string_view word, std::vector<std::size_t>& found) const {
  const auto hit = by_first_word_.find(std::string(word));
  if (hit != by_first_word_.end()) found.insert(found.end(), hit->second.begin(), hit->second.end());
}

std::vector<KeywordMatch> KeywordIndex::match(const AnalysedText& text) const {
  std::vector<KeywordMatch> matches(keywords_.size(), KeywordMatch::none);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    found.clear();
    candidates(token.folded, found);
    if (token.stem != token.folded) candidates(token.stem, found);
    // A version or a plural behind the name: "C++20", "APIs".
    const std::size_t name = token.folded.find_last_not_of("0123456789.");
    if (name != std::string::npos && name + 1 < token.folded.size())
      candidates(std::string_view(token.folded).substr(0, name + 1), found);
    if (token.folded.ends_with('s'))
      candidates(std::string_view(token.folded).substr(0, token.folded.size() - 1), found);
    for (const std::size_t keyword : found) {
      if (matches[keyword] == KeywordMatch::literal) continue;
      if (is_literal_at(keywords_[keyword], text, i)) {
        matches[keyword] = KeywordMatch::literal;
      } else if (matches[keyword] == KeywordMatch::none && is_alias_at(keywords_[keyword], text, i)) {
        matches[keyword] = KeywordMatch::alias;
      }
    }
  }
  return matches;
}

std::vector<Keyword> extract_keywords(const Posting& posting, Stemmer& stemmer, std::size_t limit) {
  return Extractor(posting, stemmer, limit).extract();
}

}  // namespace bespoke
