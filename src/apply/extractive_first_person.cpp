#include "apply/extractive_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace bespoke {
namespace {

/// Past forms that can hardly be anything but the verb of a bullet without a subject: no nouns ("lead"), and no
/// adjectives that a job title begins with ("certified", "experienced").
constexpr std::array<std::string_view, 170> english_past = {
    "achieved",   "acted",       "adapted",     "added",        "administered", "advised",      "analysed",
    "analyzed",   "answered",    "arranged",    "assembled",    "assessed",     "assisted",     "audited",
    "authored",   "automated",   "balanced",    "began",        "brought",      "built",        "calculated",
    "chaired",    "checked",     "closed",      "co-wrote",     "coached",      "collected",    "compared",
    "completed",  "conceived",   "conducted",   "configured",   "consolidated", "contributed",  "coordinated",
    "corrected",  "covered",     "created",     "cut",          "debugged",     "decreased",    "defined",
    "delivered",  "deployed",    "designed",    "developed",    "devised",      "diagnosed",    "directed",
    "documented", "doubled",     "drafted",     "drew",         "drove",        "edited",       "eliminated",
    "enabled",    "ensured",     "established", "evaluated",    "examined",     "expanded",     "explained",
    "extended",   "finished",    "fixed",       "founded",      "gathered",     "gave",         "generated",
    "got",        "grew",        "guided",      "halved",       "handled",      "helped",       "held",
    "hired",      "implemented", "improved",    "increased",    "initiated",    "inspected",    "installed",
    "instructed", "integrated",  "introduced",  "investigated", "kept",         "launched",     "learned",
    "learnt",     "led",         "lowered",     "made",         "maintained",   "managed",      "mapped",
    "measured",   "mentored",    "merged",      "met",          "migrated",     "modelled",     "monitored",
    "moved",      "negotiated",  "observed",    "opened",       "operated",     "optimised",    "optimized",
    "ordered",    "organised",   "organized",   "oversaw",      "packaged",     "participated", "planned",
    "ported",     "prepared",    "presented",   "processed",    "produced",     "programmed",   "proposed",
    "prototyped", "provided",    "published",   "ran",          "rebuilt",      "recorded",     "recruited",
    "redesigned", "reduced",     "refactored",  "reorganised",  "reorganized",  "repaired",     "replaced",
    "reported",   "researched",  "resolved",    "restructured", "reviewed",     "rewrote",      "renegotiated",
    "scheduled",  "secured",     "selected",    "set",          "showed",       "simplified",   "solved",
    "spoke",      "started",     "stood",       "supervised",   "supported",    "surveyed",     "taught",
    "tested",     "took",        "trained",     "translated",   "tripled",      "won",          "worked",
    "wrote",      "sponsored"};

/// Present forms that are no nouns, for roles that go on.
constexpr std::array<std::string_view, 34> english_present = {
    "advise",  "analyse",  "analyze", "assess",    "bring",     "build",    "carry",    "coordinate",  "create",
    "deliver", "develop",  "ensure",  "explain",   "fix",       "give",     "help",     "investigate", "keep",
    "look",    "maintain", "make",    "manage",    "negotiate", "organise", "organize", "oversee",     "prepare",
    "provide", "sort",     "speak",   "supervise", "take",      "teach",    "write"};

constexpr std::array<std::string_view, 24> german_past = {
    "analysierte", "automatisierte", "baute",      "begleitete", "betreute",  "entwarf",
    "entwickelte", "erstellte",      "führte",     "gründete",   "hielt",     "koordinierte",
    "leitete",     "organisierte",   "optimierte", "plante",     "pflegte",   "prüfte",
    "reduzierte",  "schrieb",        "schulte",    "senkte",     "steigerte", "testete"};

/// Participles that take "avoir".
constexpr std::array<std::string_view, 28> french_participles = {
    "accompagné", "amélioré",  "analysé",   "animé",     "assuré",    "augmenté", "automatisé",
    "conçu",      "construit", "coordonné", "créé",      "développé", "dirigé",   "encadré",
    "formé",      "géré",      "lancé",     "livré",     "mené",      "migré",    "mis",
    "optimisé",   "organisé",  "piloté",    "participé", "réalisé",   "réduit",   "rédigé"};

constexpr std::array<std::string_view, 27> chinese_verbs = {
    "负责", "主导", "设计", "开发", "搭建", "优化", "带领", "参与", "完成", "组织", "编写", "协助", "管理", "推动",
    "建立", "实现", "重构", "维护", "领导", "策划", "分析", "培训", "撰写", "制定", "协调", "引入", "指导"};

template <std::size_t n>
bool one_of(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string lower_first(std::string_view text) {
  std::string lower(text);
  if (!lower.empty()) lower[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(lower[0])));
  return lower;
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" ,;:"));
}

/// Verbs that a preposition follows; after others one tells that the form is a passive ("Packaged for Debian by …").
constexpr std::array<std::string_view, 22> with_preposition = {
    "acted",     "added",    "answered", "assisted", "began",   "contributed", "got",        "helped",
    "led",       "learned",  "look",     "managed",  "met",     "moved",       "negotiated", "participated",
    "presented", "reported", "speak",    "spoke",    "started", "worked"};

constexpr std::array<std::string_view, 12> prepositions = {"as", "at",   "by", "for",  "from",    "in",
                                                           "on", "over", "to", "with", "without", "weekly"};

bool english_verb(std::string_view text, bool current) {
  std::string_view verb = first_word(text);
  // "Successfully led"
  if (verb.ends_with("ly") && verb.size() + 1 < text.size()) {
    text.remove_prefix(verb.size() + 1);
    verb = first_word(text);
  }
  if (!one_of(english_past, verb) && !(current && one_of(english_present, verb))) return false;
  if (verb == "look") return text.starts_with("look after ");
  if (verb.size() + 1 >= text.size()) return true;
  return one_of(with_preposition, verb) || !one_of(prepositions, first_word(text.substr(verb.size() + 1)));
}

std::string english(std::string_view bullet, bool current, bool again) {
  const std::string text = lower_first(bullet);
  if (english_verb(text, current)) return (again ? "I also " : "I ") + text;
  for (const std::string_view state : {"responsible for ", "part of ", "in charge of "})
    if (text.starts_with(state)) return (current ? "I am " : "I was ") + std::string(again ? "also " : "") + text;
  return {};
}

bool spanish_first_person(std::string_view word) {
  return word.size() > 4 && (word.ends_with("é") || word.ends_with("í"));
}

}  // namespace

std::string in_first_person(std::string_view bullet, const Locale& locale, bool current, bool again) {
  const std::string text = lower_first(bullet);
  if (locale.code == "en") return english(bullet, current, again);
  if (locale.code == "de" && one_of(german_past, first_word(text))) return "Ich " + text;
  if (locale.code == "fr" && one_of(french_participles, first_word(text))) return "J’ai " + text;
  if (locale.code == "es" && spanish_first_person(first_word(text))) return std::string(bullet);
  if (locale.code == "zh" && one_of(chinese_verbs, bullet.substr(0, 6))) return "我" + std::string(bullet);
  return {};
}

}  // namespace bespoke
