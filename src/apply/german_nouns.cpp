#include "apply/german_nouns.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace bespoke {
namespace {

constexpr auto noun_endings = std::to_array<std::string_view>(
    {"ung",       "ungen",       "heit",      "keit",     "heiten",    "keiten",   "schaft",    "schaften",
     "tion",      "tionen",      "tat",       "taten",    "ion",       "ionen",    "ismus",     "ment",
     "mente",     "ik",          "iken",      "ur",       "uren",      "enz",      "enzen",     "anz",
     "nis",       "nisse",       "nissen",    "tum",      "ling",      "chen",     "lein",      "erin",
     "erinnen",   "innen",       "kraft",     "krafte",   "zeit",      "zeiten",   "zahl",      "zahlen",
     "arbeit",    "arbeiten",    "prozess",   "prozesse", "prozessen", "system",   "systeme",   "systemen",
     "dienst",    "dienste",     "diensten",  "leiter",   "leiterin",  "team",     "teams",     "daten",
     "datenbank", "datenbanken", "projekt",   "projekte", "projekten", "kunden",   "kunde",     "plan",
     "plane",     "werk",        "werke",     "platz",    "technik",   "wesen",    "stelle",    "stellen",
     "stunden",   "jahre",       "jahren",    "monate",   "monaten",   "tage",     "tagen",     "wochen",
     "meister",   "software",    "fall",      "falle",    "fallen",    "test",     "tests",     "rate",
     "quote",     "quoten",      "grad",      "kosten",   "fehler",    "fehlern",  "wunsch",    "wunsche",
     "wunschen",  "vorgabe",     "vorgaben",  "liste",    "listen",    "bericht",  "berichte",  "berichten",
     "vertrag",   "vertrage",    "vertragen", "pflege",   "schutz",    "handel",   "markt",     "karte",
     "karten",    "recht",       "gerat",     "gerate",   "geraten",   "material", "bau",       "art",
     "weise",     "bedarf",      "bereich",   "bereiche", "bereichen", "schicht",  "schichten", "verfahren",
     "anlage",    "anlagen"});

constexpr auto plain_nouns = std::to_array<std::string_view>(
    {"bedarf",      "fragen",         "erfahrung",   "leitung",   "abschluss",     "studium",     "beruf",
     "umgang",      "rahmen",         "ziel",        "ziele",     "ende",          "anfang",      "mitte",
     "leben",       "praxis",         "team",        "einsatz",   "verkehr",       "betrieb",     "abend",
     "nacht",       "morgen",         "schicht",     "station",   "haus",          "schule",      "klasse",
     "kinder",      "schuler",        "eltern",      "menschen",  "leute",         "code",        "java",
     "server",      "service",        "support",     "bachelor",  "master",        "thesis",      "dashboard",
     "e-mail",      "internet",       "job",         "praktikum", "english",       "englisch",    "deutsch",
     "franzosisch", "spanisch",       "kolleginnen", "kollegen",  "mitarbeitende", "mitarbeiter", "personen",
     "prozent",     "stunden",        "woche",       "monat",     "jahr",          "quartal",     "tag",
     "million",     "millionen",      "tausend",     "euro",      "dollar",        "pfund",       "interesse",
     "freude",      "weise",          "sicherheit",  "art",       "teil",          "bereich",     "gebiet",
     "feld",        "seite",          "schritt",     "weg",       "grund",         "hand",        "hinblick",
     "bezug",       "zusammenarbeit", "rolle",       "aufgabe",   "aufgaben",      "unternehmen", "firma",
     "werkzeug",    "werkzeuge",      "sprache",     "note",      "noten",         "thema",       "themen",
     "beispiel",    "herz",           "kopf",        "kern"});

/// Words that a noun follows and a name mostly doesn't: articles, possessives, adjectives, numbers.
bool is_determiner(const Token& token) {
  constexpr auto words = std::to_array<std::string_view>(
      {"der",   "die",    "das",   "den",    "dem",    "des",    "ein",    "eine",    "einen",    "einem",  "einer",
       "eines", "kein",   "keine", "keinen", "mein",   "meine",  "meinen", "meinem",  "meiner",   "meines", "ihr",
       "ihre",  "ihren",  "ihrem", "ihrer",  "ihres",  "unser",  "unsere", "unseren", "im",       "am",     "zum",
       "zur",   "vom",    "beim",  "ins",    "ans",    "diese",  "dieser", "dieses",  "diesem",   "diesen", "jede",
       "jeder", "jedes",  "jeden", "alle",   "allen",  "viele",  "vielen", "mehrere", "mehreren", "einige", "einigen",
       "beide", "beiden", "sein",  "seine",  "seinen", "welche", "pro",    "je"});
  return std::find(words.begin(), words.end(), token.folded) != words.end() || token.number ||
         (!token.capital &&
          (token.folded.ends_with("en") || token.folded.ends_with("er") || token.folded.ends_with("es") ||
           token.folded.ends_with("em") || token.folded.ends_with("e")) &&
          token.folded.size() > 4);
}

/// Letters that German words hardly have: "Shopify", "Figma", "Cisco".
bool looks_foreign(const Token& token) {
  const std::string& word = token.folded;
  if (token.inner_capital || token.has_digit || word.find('y') != std::string::npos) return true;
  for (std::size_t k = 0; k < word.size(); ++k) {
    if (word[k] == 'c' && (k + 1 == word.size() || (word[k + 1] != 'h' && word[k + 1] != 'k'))) return true;
    if (word[k] == 'q' && (k + 1 == word.size() || word[k + 1] != 'u')) return true;
  }
  return word.ends_with('a') || word.ends_with('o') || word.ends_with('i') || word.ends_with('x') ||
         word.ends_with("us") || word.ends_with("is") || word.ends_with("os") || word.ends_with("es") ||
         word.ends_with("ee") || word.find("sh") != std::string::npos || word.find("oo") != std::string::npos;
}

/// Prepositions that a company or a school follows more than a thing does.
bool follows_employer(const std::string& preposition) {
  return preposition == "bei" || preposition == "von" || preposition == "fur" || preposition == "firma" ||
         preposition == "an" || preposition == "nach" || preposition == "aus";
}

bool follows_bare(const std::string& preposition) {
  return preposition == "bei" || preposition == "von" || preposition == "mit" || preposition == "fur" ||
         preposition == "in" || preposition == "an" || preposition == "nach" || preposition == "aus" ||
         preposition == "uber" || preposition == "und" || preposition == "zu" || preposition == "sowie" ||
         preposition == "oder" || preposition == "durch" || preposition == "auf" || preposition == "via" ||
         preposition == "firma";
}

}  // namespace

bool is_german_name(const std::vector<Token>& tokens, std::size_t i) {
  const Token& token = tokens[i];
  if (token.folded.size() < 3 || i == 0) return false;
  if (std::find(plain_nouns.begin(), plain_nouns.end(), token.folded) != plain_nouns.end()) return false;
  const std::string& before = tokens[i - 1].folded;
  // A legal form or "Universität" right behind or before tells.
  if (i + 1 < tokens.size()) {
    const std::string& next = tokens[i + 1].folded;
    if (next == "gmbh" || next == "ag" || next == "kg" || next == "se" || next == "ug" || next == "inc" ||
        next == "ltd")
      return true;
  }
  if (before == "universitat" || before == "hochschule" || before == "firma" || before == "stadt") return true;
  // "Kanzlei Rottkamp", "Notar Wienkamp"
  constexpr auto houses = std::to_array<std::string_view>(
      {"kanzlei",  "praxis",     "klinik",       "hotel",       "restaurant", "gasthof",   "gasthaus",
       "backerei", "konditorei", "metzgerei",    "werkstatt",   "atelier",    "verlag",    "theater",
       "galerie",  "apotheke",   "buchhandlung", "agentur",     "studio",     "notar",     "notarin",
       "notariat", "anwalt",     "familie",      "schreinerei", "gartnerei",  "spedition", "reederei",
       "brauerei", "weingut",    "kita",         "gymnasium",   "museum"});
  const bool beside = tokens[i].begin == tokens[i - 1].end + 1 && tokens[i - 1].capital;
  if (beside && token.folded.size() > 3 && std::find(houses.begin(), houses.end(), before) != houses.end()) return true;
  const bool noun = std::any_of(noun_endings.begin(), noun_endings.end(), [&](std::string_view ending) {
    return token.folded.size() >= ending.size() && token.folded.ends_with(ending);
  });
  if (noun) return false;
  if (before == "uni") return true;
  if (token.sentence_start || is_determiner(tokens[i - 1])) return false;
  if (before == "bei") return !token.folded.ends_with("en");
  if (!follows_bare(before) || (!follows_employer(before) && !looks_foreign(token))) return false;
  // Bare plurals and masses: "mit Kunden", "für Kinder", "von Waren".
  return !token.folded.ends_with("en") && !token.folded.ends_with("er") && !token.folded.ends_with("ern") &&
         !token.folded.ends_with("eln") && !token.folded.ends_with("e") && !token.folded.ends_with("ung");
}

}  // namespace bespoke
