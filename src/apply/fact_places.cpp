#include "apply/fact_places.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bespoke {

bool is_generic_name_word(const std::string& word) {
  constexpr std::string_view generic[] = {"the",          "of",
                                          "and",          "for",
                                          "inc",          "ltd",
                                          "llc",          "gmbh",
                                          "ag",           "sa",
                                          "sl",           "plc",
                                          "co",           "company",
                                          "group",        "university",
                                          "school",       "college",
                                          "hospital",     "general",
                                          "national",     "international",
                                          "software",     "systems",
                                          "services",     "solutions",
                                          "foods",        "trust",
                                          "institute",    "foundation",
                                          "club",         "center",
                                          "centre",       "community",
                                          "state",        "city",
                                          "food",         "bank",
                                          "university's", "universidad",
                                          "universitat",  "hochschule",
                                          "lycee",        "ecole",
                                          "schule",       "cafe",
                                          "north",        "south",
                                          "east",         "west",
                                          "new",          "old",
                                          "first",        "public",
                                          "home",         "nursing",
                                          "data",         "analytics",
                                          "online",       "management",
                                          "شركه",         "مجموعه",
                                          "مكتب",         "جامعه",
                                          "مركز",         "بنك",
                                          "مؤسسه",        "del",
                                          "de",           "la",
                                          "le",           "el",
                                          "night",        "secondary"};
  return std::find(std::begin(generic), std::end(generic), word) != std::end(generic);
}

namespace {

/// Whether a word of a name stands in the profile elsewhere than in that name: a town, a common word.
bool is_shared_word(const FactClaim& claim, const FactEntry& entry, std::size_t word) {
  for (const FactSource* source : claim.index->all()) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      if (tokens[k].folded != entry.name[word]) continue;
      if (source->pointer.find("/location") != std::string::npos || !tokens[k].capital) return true;
      const bool other_name = source->entry != entry.pointer &&
                              (source->pointer.ends_with("/name") || source->pointer.ends_with("/organization") ||
                               source->pointer.ends_with("/institution"));
      const bool same_name =
          word + 1 >= entry.name.size() || (k + 1 < tokens.size() && tokens[k + 1].folded == entry.name[word + 1]);
      if (other_name && !same_name) return true;
    }
  }
  return false;
}

/// Whether the name of `entry` stands at token `i`: its first telling word, and the next one too where the first says
/// little by itself.
bool names_entry(const FactClaim& claim, const FactEntry& entry, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (entry.name.empty() || tokens[i].number) return false;
  if (entry.name.size() > 1 && tokens.size() - i >= entry.name.size()) {
    std::size_t same = 0;
    while (same < entry.name.size() && tokens[i + same].folded == entry.name[same]) ++same;
    if (same == entry.name.size()) return true;
  }
  const auto first = std::find_if(entry.name.begin(), entry.name.end(), [](const std::string& word) {
    return word.size() > 3 && !is_generic_name_word(word);
  });
  if (first == entry.name.end() || tokens[i].folded != *first) return false;
  if (tokens[i].script == Script::latin && !tokens[i].capital && !tokens[i].inner_capital) return false;
  const std::size_t word = static_cast<std::size_t>(first - entry.name.begin());
  if (word + 1 < entry.name.size() && i + 1 < tokens.size() && tokens[i + 1].folded == entry.name[word + 1])
    return true;
  return !is_shared_word(claim, entry, word);
}

/// Whether what is said around a name is said of work there: "at Corbel", "Corbel's"; a name in a list is none.
bool is_place_of_work(const FactClaim& claim, const FactEntry& entry, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  // "im Café Linde": the words of the name before the telling one
  while (i > 0 && tokens[i - 1].capital &&
         std::find(entry.name.begin(), entry.name.end(), tokens[i - 1].folded) != entry.name.end())
    --i;
  if (i == 0) return true;
  constexpr std::string_view prepositions[] = {"at",   "for", "with", "in",   "bei",  "beim",   "fur",     "an",
                                               "chez", "a",   "en",   "dans", "pour", "joined", "joining", "im",
                                               "con",  "the", "der",  "la",   "le",   "l",      "al",      "my",
                                               "our",  "في",  "لدي",  "مع",   "and",  "before", "bij"};
  if (std::find(std::begin(prepositions), std::end(prepositions), tokens[i - 1].folded) != std::end(prepositions))
    return true;
  if (tokens[i].sentence_start || claim.facts.language == "ar" || claim.facts.language == "zh") return true;
  const std::string_view raw = claim.facts.text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
  return raw.ends_with("'s") || raw.ends_with("\xE2\x80\x99s");
}

/// Whether nothing but the words of one phrase stands from token `i` to the name at `at`, with "at" before that.
bool is_one_phrase(const FactClaim& claim, std::size_t i, std::size_t at) {
  constexpr std::string_view at_words[] = {"at", "bei", "beim", "chez"};
  constexpr std::string_view joining[] = {"and", "und", "et", "y", "then", "dann", "puis", "but", "aber"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (std::find(std::begin(at_words), std::end(at_words), tokens[at - 1].folded) == std::end(at_words)) return false;
  for (std::size_t k = i; k < at; ++k) {
    if (tokens[k + 1].begin - tokens[k].end != 1 ||
        std::find(std::begin(joining), std::end(joining), tokens[k].folded) != std::end(joining))
      return false;
  }
  return true;
}

/// "..., and since June 2020 I have been captioning", "..., then I worked for myself": a step of its own, no longer at
/// the employer that was named before it.
bool starts_step(const FactClaim& claim, std::size_t i) {
  constexpr std::string_view times[] = {"since",  "seit",    "depuis",  "desde", "then",       "dann",
                                        "danach", "nachher", "puis",    "luego", "afterwards", "later",
                                        "spater", "ensuite", "despues", "after", "nach",       "apres"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  const bool joined = i > 1 && (tokens[i - 1].folded == "and" || tokens[i - 1].folded == "und" ||
                                tokens[i - 1].folded == "et" || tokens[i - 1].folded == "y");
  const std::size_t first = joined ? i - 1 : i;
  return first > 0 &&
         claim.facts.text.substr(tokens[first - 1].end, tokens[first].begin - tokens[first - 1].end)
                 .find_first_of(",;") != std::string_view::npos &&
         std::find(std::begin(times), std::end(times), tokens[i].folded) != std::end(times);
}

}  // namespace

void find_places(FactClaim& claim) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::vector<std::pair<std::size_t, const FactEntry*>> named;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (const FactEntry& entry : claim.index->entries()) {
      if (!names_entry(claim, entry, i)) continue;
      // "since leaving Ferncroft" speaks of what came after it.
      const bool left = i > 0 && (tokens[i - 1].folded == "leaving" || tokens[i - 1].folded == "left" ||
                                  tokens[i - 1].folded == "after" || tokens[i - 1].folded == "before" ||
                                  tokens[i - 1].folded == "nach" || tokens[i - 1].folded == "apres");
      if (!left && is_place_of_work(claim, entry, i)) named.emplace_back(i, &entry);
    }
  }
  if (named.empty()) return;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const FactEntry* place = nullptr;
    std::size_t since = 0;
    for (const auto& [at, entry] : named) {
      if (at > i) break;
      place = entry;
      since = at;
    }
    if (place == nullptr) place = named.front().second;
    // "..., and Senior Vice President at Brightfall": the phrase before "at" is of the employer behind it.
    for (const auto& [at, entry] : named) {
      if (at > i && at < i + 6 && is_one_phrase(claim, i, at)) place = entry;
    }
    for (std::size_t k = since + 1; since < i && k <= i; ++k) {
      if (starts_step(claim, k)) place = nullptr;
    }
    claim.places[i] = place;
  }
}

}  // namespace bespoke
