#include "apply/letter_checks.hpp"

#include "apply/json_access.hpp"
#include "apply/text_fold.hpp"
#include "apply/tokens.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::size_t longest_copy = 8;  // words

/// Phrases that readers of applications have come to know machines by; folded.
constexpr auto worn_phrases = std::to_array<std::string_view>({
    "i am writing to express my",
    "i am excited to apply",
    "i am thrilled to",
    "i was thrilled to",
    "proven track record",
    "passionate about leveraging",
    "leverage my",
    "leveraging my",
    "dynamic environment",
    "fast-paced environment",
    "results-driven",
    "results-oriented",
    "detail-oriented professional",
    "highly motivated",
    "self-starter",
    "team player",
    "think outside the box",
    "hit the ground running",
    "perfect fit",
    "ideal candidate",
    "unique blend",
    "unique opportunity",
    "aligns perfectly",
    "align perfectly",
    "resonates deeply",
    "deeply resonates",
    "delve into",
    "in today's ever",
    "ever-evolving",
    "ever-changing landscape",
    "cutting-edge",
    "tapestry",
    "testament to",
    "synergy",
    "spearheaded",
    "seamlessly",
    "game-changer",
    "game changer",
    "wealth of experience",
    "esteemed company",
    "esteemed organization",
    "as an ai language model",
    "hiermit bewerbe ich mich",
    "mit grossem interesse habe ich",
    "hochmotiviert",
    "c'est avec un grand interet",
    "me dirijo a usted con el fin",
});

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (Token& token : tokenize(text)) words.push_back(std::move(token.folded));
  return words;
}

/// The words from `first` on that make a run one longer than may be copied; empty when there are fewer.
std::string run_at(const std::vector<std::string>& words, std::size_t first) {
  std::string run;
  if (first + longest_copy >= words.size()) return run;
  for (std::size_t i = first; i <= first + longest_copy; ++i) run += (i == first ? "" : " ") + words[i];
  return run;
}

bool is_address_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '+' || c == '/' || c == ':' || c == '@' || c == '?' || c == '=' || c == '&' || c == '%' ||
         c == '~' || c == '#';
}

/// Endings that make "name.ending" an address rather than two sentences or a product's name.
bool is_domain(std::string_view word) {
  const std::size_t dot = word.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 >= word.size()) return false;
  constexpr auto endings = std::to_array<std::string_view>(
      {"com", "org",     "net",  "edu", "gov",  "info",   "biz",  "de",    "fr", "es", "uk",
       "eu",  "cn",      "me",   "dev", "app",  "xyz",    "co",   "us",    "ca", "ch", "at",
       "ru",  "example", "test", "ly",  "site", "online", "link", "click", "top"});
  return std::find(endings.begin(), endings.end(), word.substr(dot + 1)) != endings.end();
}

/// Words that look like web or mail addresses.
std::vector<std::string> addresses_in(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_address_character(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_address_character(text[end])) ++end;
    std::string word = fold(text.substr(at, end - at));
    at = end;
    while (!word.empty() && (word.back() == '.' || word.back() == ':' || word.back() == '?')) word.pop_back();
    const std::string_view host = std::string_view(word).substr(
        0, word.find('/', word.find("://") == std::string::npos ? 0 : word.find("://") + 3));
    if (word.find("://") != std::string::npos || word.find('@') != std::string::npos || word.starts_with("www.") ||
        (is_domain(host) && word != "asp.net" && word != "vb.net")) {
      if (word.size() > 3) found.push_back(std::move(word));
    }
  }
  return found;
}

}  // namespace

LetterChecks::LetterChecks(const JsonTree& profile, const Posting& posting) {
  const std::vector<std::string> words = words_of(posting.description);
  for (std::size_t i = 0; i + longest_copy < words.size(); ++i) posting_runs_.insert(run_at(words, i));
  each_text(profile, "", [&](const std::string&, const std::string& text) {
    for (const std::string& address : addresses_in(text)) known_addresses_ += address + "\n";
  });
  for (const std::string& address : addresses_in(posting.url)) known_addresses_ += address + "\n";
}

std::vector<LetterFault> LetterChecks::check(std::string_view sentence) const {
  std::vector<LetterFault> faults;
  const std::string folded = fold(sentence);
  const std::vector<std::string> words = words_of(sentence);
  for (std::size_t i = 0; i + longest_copy < words.size(); ++i) {
    const std::string run = run_at(words, i);
    if (!posting_runs_.contains(run)) continue;
    faults.push_back({"copied_phrase", run, fmt::format("copied from the posting: \"{}\"", run)});
    break;
  }
  for (const std::string_view phrase : worn_phrases) {
    if (folded.find(phrase) != std::string::npos) {
      faults.push_back({"worn_phrase", std::string(phrase), fmt::format("a worn phrase: \"{}\"", phrase)});
    }
  }
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{"{{", "}}"}, std::pair{"<", ">"}}) {
    const std::size_t begin = sentence.find(open);
    const std::size_t end = begin == std::string_view::npos ? begin : sentence.find(close, begin);
    if (end == std::string_view::npos) continue;
    const std::string_view left = sentence.substr(begin, end - begin + std::string_view(close).size());
    if (left.size() > 80) continue;
    faults.push_back({"placeholder", std::string(left), fmt::format("a placeholder is left: \"{}\"", left)});
  }
  for (const std::string& address : addresses_in(sentence)) {
    if (known_addresses_.find(address) != std::string::npos) continue;
    faults.push_back({address.find('@') != std::string::npos ? "address" : "link", address,
                      fmt::format("\"{}\" belongs neither to the applicant nor to the company", address)});
  }
  return faults;
}

int count_words(std::string_view text) {
  int words = 0;
  int ideographs = 0;
  for (const Token& token : tokenize(text)) {
    if (token.script == Script::han || token.script == Script::kana) {
      ++ideographs;
    } else {
      ++words;
    }
  }
  return words + ideographs / 2;
}

std::vector<std::string> split_paragraphs(std::string_view letter) {
  std::vector<std::string> paragraphs;
  std::string current;
  for (std::size_t at = 0; at <= letter.size();) {
    const std::size_t end = std::min(letter.find('\n', at), letter.size());
    const std::string line = squeeze(letter.substr(at, end - at));
    at = end + 1;
    if (!line.empty()) {
      current += (current.empty() ? "" : " ") + line;
    } else if (!current.empty()) {
      paragraphs.push_back(std::move(current));
      current.clear();
    }
  }
  if (!current.empty()) paragraphs.push_back(std::move(current));
  return paragraphs;
}

}  // namespace bespoke
