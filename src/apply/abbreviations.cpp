#include "apply/abbreviations.hpp"

#include "apply/embedded_file.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>

namespace bespoke {

Abbreviations::Abbreviations(std::string_view file) {
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string_view line = file.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = line.find(':');
    if (line.empty() || line.front() == '#' || colon == std::string_view::npos) continue;
    const std::string brief(line.substr(0, colon));
    for (std::size_t part = colon + 1; part <= line.size();) {
      const std::size_t bar = std::min(line.find('|', part), line.size());
      LongForm words;
      for (const Token& token : tokenize(line.substr(part, bar - part))) words.push_back(token.folded);
      part = bar + 1;
      if (words.empty()) continue;
      for (const std::string& word : words) {
        if (!is_stop_word(word)) short_forms_[word].push_back(brief);
      }
      long_forms_[brief].push_back(std::move(words));
    }
  }
}

const Abbreviations& Abbreviations::get() {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& abbreviations = *new Abbreviations(apply_file("data/abbreviations.txt"));
  return abbreviations;
}

bool Abbreviations::has_all(const FactSource& source, const LongForm& words) {
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return source.words.contains(word); });
}

const FactSource* Abbreviations::find(const Token& token, const FactSources& sources) const {
  const auto long_forms = long_forms_.find(token.folded);
  const auto short_forms = short_forms_.find(token.folded);
  for (const FactSource* source : sources) {
    if (long_forms != long_forms_.end() &&
        std::any_of(long_forms->second.begin(), long_forms->second.end(),
                    [&](const LongForm& words) { return has_all(*source, words); })) {
      return source;
    }
    if (short_forms != short_forms_.end() &&
        std::any_of(short_forms->second.begin(), short_forms->second.end(),
                    [&](const std::string& brief) { return source->words.contains(brief); })) {
      return source;
    }
  }
  return nullptr;
}

}  // namespace bespoke
