#include "apply/quantity_halves.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace bespoke {
namespace {

bool is_half(const std::string& word) {
  constexpr std::string_view halves[] = {"half", "halb",  "halbe", "halbes", "halben", "halber", "halbem",
                                         "demi", "demie", "medio", "media",  "نصف",    "半"};
  return std::find(std::begin(halves), std::end(halves), word) != std::end(halves);
}

bool is_article(const std::string& word) {
  constexpr std::string_view articles[] = {"a", "an", "un", "une", "una"};
  return std::find(std::begin(articles), std::end(articles), word) != std::end(articles);
}

/// A dozen, a hundred, a thousand, a million and the like at a token; 0 for anything else.
double amount_at(const QuantityText& in, std::size_t i) {
  if (i >= in.tokens.size()) return 0;
  const std::string& word = in.word(i);
  if (word.size() < 2) return 0;
  const auto spelled = read_spelled_number(in.tokens, i, in.language);
  const double value = spelled && spelled->count == 1 ? spelled->value : multiplier_word(word);
  return value == 12 || value == 100 || value >= 1000 ? value : 0;
}

/// "and a half", "et demi", "y media", "ونصف" at a token: how many tokens it takes.
std::size_t half_behind(const QuantityText& in, std::size_t i) {
  if (in.word(i) == "ونصف") return 1;
  if (in.word(i) == "and" && in.word(i + 1) == "a" && in.word(i + 2) == "half") return 3;
  const bool joined = (in.word(i) == "et" && in.word(i + 1).starts_with("demi")) ||
                      (in.word(i) == "y" && (in.word(i + 1) == "medio" || in.word(i + 1) == "media"));
  return joined ? 2 : 0;
}

}  // namespace

std::optional<SpelledNumber> read_number_with_half(const QuantityText& in, std::size_t i) {
  // Nearly every word of a text comes by here, so most are sent away by their first letter.
  constexpr std::string_view first_letters = "ahdmoqu";
  const char letter = in.word(i).empty() ? ' ' : in.word(i).front();
  if (static_cast<unsigned char>(letter) < 0x80 && first_letters.find(letter) == std::string_view::npos)
    return std::nullopt;
  // "half a million", "half-million", "halbe Million", "medio millón"
  if (is_half(in.word(i))) {
    const std::size_t at = is_article(in.word(i + 1)) ? i + 2 : i + 1;
    const double amount = amount_at(in, at);
    return amount > 0 ? std::optional(SpelledNumber{amount / 2, at + 1 - i}) : std::nullopt;
  }
  // "a quarter of a million"
  if (in.word(i) == "quarter" && in.word(i + 1) == "of" && is_article(in.word(i + 2))) {
    const double amount = amount_at(in, i + 3);
    if (amount >= 1000) return SpelledNumber{amount / 4, 4};
  }
  // "one and a half", "un año y medio" is read with its unit.
  if (in.word(i) == "one" || is_article(in.word(i))) {
    if (const std::size_t used = half_behind(in, i + 1); used > 0 && !is_article(in.word(i)))
      return SpelledNumber{1.5, 1 + used};
    const double amount = amount_at(in, i + 1);
    const std::size_t used = amount > 0 ? half_behind(in, i + 2) : 0;
    if (used > 0) return SpelledNumber{1.5 * amount, 2 + used};
  }
  // "مليون ونصف"
  if (in.language == "ar" && in.word(i + 1) == "ونصف") {
    const double amount = amount_at(in, i);
    if (amount > 0) return SpelledNumber{1.5 * amount, 2};
  }
  return std::nullopt;
}

}  // namespace bespoke
