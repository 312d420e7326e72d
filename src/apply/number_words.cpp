#include "apply/number_words.hpp"

#include "apply/embedded_file.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace bespoke {
namespace {

using Values = std::unordered_map<std::string_view, double>;

/// The lists of data/number_words.txt by their names.
const Values& values_of(std::string_view list) {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& lists = *[] {
    auto* made = new std::unordered_map<std::string_view, Values>;
    Values* values = nullptr;
    const std::string_view file = apply_file("data/number_words.txt");
    for (std::size_t at = 0; at < file.size();) {
      const std::size_t end = std::min(file.find('\n', at), file.size());
      const std::string_view line = file.substr(at, end - at);
      at = end + 1;
      if (line.empty() || line.front() == '#') continue;
      if (line.front() == '[') {
        values = &(*made)[line.substr(1, line.find(']') - 1)];
        continue;
      }
      const std::size_t colon = line.find(':');
      if (values == nullptr || colon == std::string_view::npos) continue;
      const double value = std::stod(std::string(line.substr(0, colon)));
      for (std::size_t word = colon + 1; word < line.size();) {
        const std::size_t comma = std::min(line.find(',', word), line.size());
        while (word < comma && line[word] == ' ') ++word;
        values->emplace(line.substr(word, comma - word), value);
        word = comma + 1;
      }
    }
    return made;
  }();
  static const auto& none = *new Values;
  const auto found = lists.find(list);
  return found == lists.end() ? none : found->second;
}

struct GermanPart {
  std::string_view word;
  double value;
};

constexpr GermanPart german_small[] = {
    {"zwolf", 12},    {"dreizehn", 13}, {"vierzehn", 14}, {"funfzehn", 15}, {"sechzehn", 16},
    {"siebzehn", 17}, {"achtzehn", 18}, {"neunzehn", 19}, {"elf", 11},      {"zehn", 10},
    {"null", 0},      {"eins", 1},      {"eine", 1},      {"ein", 1},       {"zwei", 2},
    {"zwo", 2},       {"zweier", 2},    {"dreier", 3},    {"drei", 3},      {"vier", 4},
    {"funf", 5},      {"sechs", 6},     {"sieben", 7},    {"acht", 8},      {"neun", 9}};
constexpr GermanPart german_tens[] = {{"zwanzig", 20}, {"dreissig", 30}, {"dreisig", 30},
                                      {"vierzig", 40}, {"funfzig", 50},  {"sechzig", 60},
                                      {"siebzig", 70}, {"achtzig", 80},  {"neunzig", 90}};

/// A German number word, below a hundred.
std::optional<double> german_below_hundred(std::string_view word) {
  for (const GermanPart& part : german_tens) {
    if (word == part.word) return part.value;
    if (!word.ends_with(part.word)) continue;
    std::string_view ones = word.substr(0, word.size() - part.word.size());
    if (!ones.ends_with("und")) return std::nullopt;
    ones.remove_suffix(3);
    for (const GermanPart& small : german_small) {
      if (ones == small.word && small.value > 0 && small.value < 10) return part.value + small.value;
    }
    return std::nullopt;
  }
  for (const GermanPart& part : german_small) {
    if (word == part.word) return part.value;
  }
  return std::nullopt;
}

/// German writes numbers in one word: "achtzehntausendfünfhundert".
std::optional<double> german_number(std::string_view word) {
  if (word.size() > 60) return std::nullopt;
  double total = 0;
  for (const auto& [name, factor] :
       {std::pair{std::string_view("tausend"), 1e3}, std::pair{std::string_view("hundert"), 1e2}}) {
    const std::size_t at = word.find(name);
    if (at == std::string_view::npos) continue;
    double count = 1;
    if (at > 0) {
      const auto before = factor == 1e3 ? german_number(word.substr(0, at)) : german_below_hundred(word.substr(0, at));
      if (!before || *before == 0) return std::nullopt;
      count = *before;
    }
    total += count * factor;
    word.remove_prefix(at + name.size());
    if (word.starts_with("und")) word.remove_prefix(3);
    if (word.empty()) return total;
  }
  const auto rest = german_below_hundred(word);
  if (!rest) return std::nullopt;
  return total + *rest;
}

bool is_joiner(const std::string& word, std::string_view language) {
  return (language == "en" && word == "and") || (language == "fr" && word == "et") ||
         (language == "es" && word == "y") || (language == "ar" && word == "و");
}

}  // namespace

double multiplier_word(std::string_view folded) {
  const Values& values = values_of("multiplier");
  const auto found = values.find(folded);
  return found == values.end() ? 0 : found->second;
}

std::optional<SpelledNumber> read_spelled_number(const std::vector<Token>& tokens, std::size_t first,
                                                 std::string_view language) {
  if (first >= tokens.size() || tokens[first].has_digit) return std::nullopt;
  if (language == "de") {
    const std::string& word = tokens[first].folded;
    auto value = german_number(word);
    // "sechsköpfig", "dreimonatig"
    if (const std::size_t heads = word.find("kopfig"); !value && heads != std::string::npos)
      value = german_number(word.substr(0, heads));
    if (!value && word.size() > 6 && word.ends_with("mal")) value = german_number(word.substr(0, word.size() - 3));
    if (!value && word == "dutzend") value = 12;
    if (word == "anderthalb") value = 1.5;
    // "zweieinhalb"
    if (!value && word.size() > 8 && word.ends_with("einhalb")) {
      value = german_number(std::string_view(word).substr(0, word.size() - 7));
      if (value) *value += 0.5;
    }
    // "dreidreiviertel"
    if (!value && word.size() > 13 && word.ends_with("dreiviertel")) {
      value = german_number(std::string_view(word).substr(0, word.size() - 11));
      if (value) *value += 0.75;
    }
    if (!value || *value == 1) return std::nullopt;
    return SpelledNumber{*value, 1};
  }
  const auto& values = values_of(language);
  double total = 0;    // finished thousands and millions
  double current = 0;  // below a thousand
  std::size_t count = 0;
  std::size_t pending_joiner = 0;
  double last = -1;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    std::string word = tokens[i].folded;
    if (i > first && tokens[i - 1].ends_sentence) break;
    if (count > 0 && is_joiner(word, language)) {
      if (++pending_joiner > 1) break;
      continue;
    }
    if (language == "ar" && !values.contains(word) && count > 0 && word.size() > 2 && word.starts_with("\xD9\x88")) {
      word.erase(0, 2);  // "و" is written with the next word
    }
    // "of three", "and three" are one word too.
    if (language == "ar" && count == 0 && !values.contains(word) && word.size() > 6) {
      for (const std::string_view prefix : {"\xD9\x84", "\xD8\xA8", "\xD9\x88", "\xD9\x81", "\xD9\x83"}) {
        if (word.starts_with(prefix) && values.contains(std::string_view(word).substr(2))) {
          word.erase(0, 2);
          break;
        }
      }
    }
    const auto found = values.find(word);
    if (found == values.end()) break;
    const double value = found->second;
    if (value >= 100 || (language == "zh" && value >= 10)) {
      if (value < 1000) {
        current = value >= 200 || current == 0 ? current + value : current * value;
      } else {
        total += (current == 0 ? 1 : current) * value;
        current = 0;
      }
    } else if (language == "en" && value == 12 && word == "dozen") {
      current = current == 0 ? 12 : current * 12;
    } else if (language == "fr" && value == 20 && last == 4) {
      current = current - 4 + 80;  // quatre-vingts
    } else {
      // "two three" are two numbers, "twenty three" is one; French goes on to nineteen, Arabic says the ones first.
      const bool joins =
          last < 0 || last >= 100 || (last >= 20 && value < 10) ||
          (language == "fr" && ((value < 20 && last >= 20) || (last == 10 && value < 10))) ||
          (language == "ar" && (pending_joiner > 0 || (i > first && word != tokens[i].folded) || value == 10)) ||
          (language == "zh" && last >= 10);
      if (!joins) break;
      current += value;
    }
    last = value;
    count = i - first + 1;
    pending_joiner = 0;
  }
  if (count == 0) return std::nullopt;
  const double value = total + current;
  if (value == 1) return std::nullopt;
  return SpelledNumber{value, count};
}

}  // namespace bespoke
