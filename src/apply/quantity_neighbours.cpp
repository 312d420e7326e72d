#include "apply/quantity_neighbours.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace bespoke {
namespace {

bool is_range(std::string_view gap) {
  return gap == "-" || gap == "\xE2\x80\x93" || gap == " - " || gap == " \xE2\x80\x93 " || gap == "\xE2\x86\x92" ||
         gap == " \xE2\x86\x92 ";
}

/// "8 to 10 people", "from 18,000 to 64,000 messages": what stands behind the second number counts for the first.
void share_units(const QuantityText& in, std::vector<Quantity>& found) {
  for (std::size_t i = found.size(); i-- > 1;) {
    Quantity& first = found[i - 1];
    const Quantity& second = found[i];
    if (second.first != first.last + 2 && !(second.first == first.last + 1 && is_range(in.gap_after(first.last))))
      continue;
    if (second.first == first.last + 2) {
      const std::string& joiner = in.word(first.last + 1);
      const bool range = joiner == "to" || joiner == "bis" || joiner == "auf" || joiner == "a" || joiner == "and" ||
                         joiner == "or" || joiner == "und" || joiner == "y" || joiner == "et" || joiner == "الي" ||
                         joiner == "到" || joiner == "至";
      if (!range) continue;
    }
    if (first.dimension == Dimension::count && first.noun.empty() && second.dimension != Dimension::count &&
        !first.label) {
      const double factor = second.dimension == Dimension::money ? 1 : second.scale;
      first.scale = factor;
      first.dimension = second.dimension;
      first.unit = second.unit;
      first.value *= factor;
      first.decimals *= factor;
    }
    // "de cinq à trois semaines environ"
    if (second.bound == Bound::about && first.bound == Bound::exact && second.spelled == first.spelled)
      first.bound = Bound::about;
    // "400 to 600 a day" are more than 400, but "from 400 to 600" is a change.
    constexpr std::string_view from[] = {"from", "von", "de", "desde", "du", "من", "从"};
    if (first.dimension != Dimension::time && first.bound == Bound::exact && first.value < second.value &&
        std::find(std::begin(from), std::end(from), first.before) == std::end(from))
      first.bound = Bound::at_least;
    if (first.noun.empty()) first.noun = second.noun;
    if (first.noun_classes.empty()) first.noun_classes = second.noun_classes;
    if (first.rate.empty()) first.rate = second.rate;
    if (first.dimension == Dimension::count && first.noun.empty()) first.dimension = second.dimension;
  }
}

/// "120 hectares, dont 35 en conversion": a part has the unit of its whole.
void carry_to_parts(const QuantityText& in, std::vector<Quantity>& found) {
  constexpr std::string_view part[] = {"dont", "davon", "including", "darunter", "incluidas", "incluidos", "منها"};
  for (std::size_t i = 1; i < found.size(); ++i) {
    const Quantity& whole = found[i - 1];
    Quantity& own = found[i];
    const bool of_them =
        in.word(own.last + 1) == "of" && (in.word(own.last + 2) == "them" || in.word(own.last + 2) == "which");
    if ((std::find(std::begin(part), std::end(part), own.before) == std::end(part) && !of_them) ||
        whole.dimension == Dimension::count || whole.dimension == Dimension::percent ||
        whole.dimension == Dimension::time || own.dimension != Dimension::count || !own.noun_classes.empty() ||
        own.label || own.value * whole.scale >= whole.value)
      continue;
    own.dimension = whole.dimension;
    own.unit = whole.unit;
    own.scale = whole.scale;
    own.value *= whole.scale;
    own.decimals *= whole.scale;
  }
}

/// "from seven weeks late to two": what is counted stands with the first number alone.
void carry_units(std::vector<Quantity>& found) {
  constexpr std::string_view from[] = {"from", "von", "de", "desde", "du", "من", "从"};
  constexpr std::string_view to[] = {"to", "auf", "a", "hasta", "bis", "الي", "到", "至"};
  for (std::size_t i = 1; i < found.size(); ++i) {
    const Quantity& first = found[i - 1];
    Quantity& second = found[i];
    if (first.dimension == Dimension::count || second.dimension != Dimension::count || !second.noun_classes.empty() ||
        second.label || second.first - first.last > 5 ||
        std::find(std::begin(from), std::end(from), first.before) == std::end(from) ||
        std::find(std::begin(to), std::end(to), second.before) == std::end(to))
      continue;
    const double factor = first.scale;
    second.scale = factor;
    second.dimension = first.dimension;
    second.unit = first.unit;
    second.value *= factor;
    second.decimals *= factor;
  }
}

/// "3 h 20 min", "nine minutes and 30 seconds" are one time.
void join_times(const QuantityText& in, std::vector<Quantity>& found) {
  for (std::size_t i = found.size(); i-- > 1;) {
    Quantity& longer = found[i - 1];
    const Quantity& shorter = found[i];
    const bool joined = in.word(longer.last + 1) == "and" || in.word(longer.last + 1) == "und" ||
                        in.word(longer.last + 1) == "et" || in.word(longer.last + 1) == "y";
    if (longer.dimension != Dimension::time || shorter.dimension != Dimension::time ||
        shorter.first != longer.last + (joined ? 2 : 1) || in.tokens[longer.last].ends_sentence ||
        in.gap_before(shorter.first) != " " || shorter.scale >= longer.scale || shorter.value >= longer.scale ||
        !longer.rate.empty())
      continue;
    longer.value += shorter.value;
    longer.unit = shorter.unit;
    longer.scale = shorter.scale;
    longer.decimals = shorter.decimals;
    longer.rate = shorter.rate;
    longer.last = shorter.last;
    longer.end = shorter.end;
    found.erase(found.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

void settle_neighbours(const QuantityText& in, std::vector<Quantity>& found) {
  join_times(in, found);
  share_units(in, found);
  carry_units(found);
  carry_to_parts(in, found);
}

}  // namespace bespoke
