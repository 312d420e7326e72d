#include "answers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace {

using nlohmann::json;

/// The member `name` of `tree` when it is text, else "".
std::string text_at(const json& tree, const char* name) {
  if (!tree.is_object()) return "";
  const auto found = tree.find(name);
  return found != tree.end() && found->is_string() ? found->get<std::string>() : "";
}

bool flag_at(const json& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_boolean() && found->get<bool>();
}

std::size_t size_at(const json& tree, const char* name) {
  const auto found = tree.find(name);
  return found != tree.end() && found->is_array() ? found->size() : 0;
}

/// Content is a string, or a list of parts with text.
std::string content_of(const json& message) {
  const auto content = message.find("content");
  if (content == message.end()) return "";
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (content->is_array()) {
    for (const json& part : *content) text += text_at(part, "text");
  }
  return text;
}

/// The first user message: the later ones, if any, are about answers that were given before.
std::string task_of(const json& request) {
  const auto messages = request.find("messages");
  if (messages == request.end() || !messages->is_array()) return "";
  for (const json& message : *messages) {
    if (text_at(message, "role") == "user") return content_of(message);
  }
  return "";
}

/// The JSON document with "items" that stands in the text, on a line of its own or as all of it.
json document_in(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (text[at] == '{') {
      json document = json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      if (document.is_object() && document.contains("items") && document["items"].is_array()) return document;
    }
    at = end + 1;
  }
  return nullptr;
}

/// Those that show most keywords first, otherwise as they stood.
std::vector<json> by_keywords(std::vector<json> items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const json& a, const json& b) { return size_at(a, "keywords") > size_at(b, "keywords"); });
  return items;
}

json operation(const char* op) {
  return {{"op", op},        {"id", nullptr},       {"section", nullptr}, {"ids", nullptr},
          {"text", nullptr}, {"evidence", nullptr}, {"reason", nullptr},  {"keywords", nullptr}};
}

json keywords_of(const json& item) {
  json words = json::array();
  if (const auto found = item.find("keywords"); found != item.end() && found->is_array()) {
    for (const json& word : *found) {
      if (word.is_string()) words.push_back(word);
    }
  }
  return words;
}

std::string with_full_stop(std::string text) {
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

/// Bullets: what can be hidden and stands in a list.
std::vector<json> bullets_in(const json& document) {
  std::vector<json> bullets;
  for (const json& item : document.at("items")) {
    if (item.is_object() && flag_at(item, "hideable") && !text_at(item, "list").empty() &&
        !text_at(item, "id").empty() && text_at(item, "kind") != "entry" && text_at(item, "kind") != "skill" &&
        text_at(item, "kind") != "summary" && !text_at(item, "text").empty()) {
      bullets.push_back(item);
    }
  }
  return bullets;
}

/// Edits that only move, hide and repeat: nothing that a check of facts could object to.
std::string cv_edits(const json& document) {
  json operations = json::array();
  const std::vector<json> bullets = bullets_in(document);
  const std::vector<json> best = by_keywords(bullets);
  if (!best.empty()) {
    json summary = operation("set_summary");
    std::string text;
    json evidence = json::array();
    for (const json& item : document.at("items")) {
      if (text_at(item, "kind") != "summary" || text_at(item, "text").empty()) continue;
      text = with_full_stop(text_at(item, "text")) + ' ';
      evidence.push_back(text_at(item, "id"));
      break;
    }
    summary["text"] = text + with_full_stop(text_at(best.front(), "text"));
    evidence.push_back(text_at(best.front(), "id"));
    summary["evidence"] = evidence;
    summary["reason"] = "Puts the strongest point for this posting into the summary, in its own words.";
    summary["keywords"] = keywords_of(best.front());
    operations.push_back(summary);
  }
  std::map<std::string, std::vector<json>> lists;
  for (const json& bullet : bullets) lists[text_at(bullet, "list")].push_back(bullet);
  for (const auto& [list, items] : lists) {
    if (items.size() < 2) continue;
    const std::vector<json> order = by_keywords(items);
    if (order != items) {
      json reorder = operation("reorder");
      reorder["section"] = text_at(items.front(), "section");
      reorder["ids"] = json::array();
      for (const json& item : order) reorder["ids"].push_back(text_at(item, "id"));
      reorder["reason"] = "The points that the posting asks for come first.";
      operations.push_back(reorder);
    }
    if (items.size() > 3 && size_at(order.back(), "keywords") == 0) {
      json hide = operation("hide");
      hide["id"] = text_at(order.back(), "id");
      hide["reason"] = "Shows nothing that the posting asks for.";
      operations.push_back(hide);
    }
  }
  return json{{"operations", operations}}.dump();
}

struct LetterWords {
  const char* salutation;
  const char* opening;  ///< before the company's name
  const char* bridge;
  const char* ending;
  const char* closing;
};

const LetterWords& words_for(const std::string& language) {
  static const std::map<std::string, LetterWords> languages = {
      {"en",
       {"Dear hiring team,", "I am applying for this position at ",
        "From my CV, in its own words:", "I would be glad to tell you more in a conversation.", "Kind regards,"}},
      {"de",
       {"Sehr geehrte Damen und Herren,", "ich bewerbe mich um diese Stelle bei ",
        "Aus meinem Lebenslauf, in seinen Worten:", "Gern erzähle ich Ihnen mehr in einem Gespräch.",
        "Mit freundlichen Grüßen"}},
      {"fr",
       {"Madame, Monsieur,", "Je pose ma candidature à ce poste chez ",
        "Extrait de mon CV :", "Je serais heureux d'en parler avec vous.", "Cordialement,"}},
      {"es",
       {"Estimado equipo de selección:", "Me presento a este puesto en ",
        "De mi currículum, con sus palabras:", "Con gusto les contaré más en una conversación.", "Atentamente,"}},
  };
  const auto found = languages.find(language.substr(0, 2));
  return found == languages.end() ? languages.at("en") : found->second;
}

std::size_t words_in(const std::string& text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    words += !space && !inside ? 1 : 0;
    inside = !space;
  }
  return words;
}

std::string letter(const json& document) {
  const LetterWords& phrases = words_for(text_at(document, "language"));
  std::size_t most = 300;
  if (const auto words = document.find("words"); words != document.end() && words->is_object()) {
    most = words->value("max", most);
  }
  const auto posting = document.find("posting");
  const std::string company = posting == document.end() ? "" : text_at(*posting, "company");
  std::string text = std::string(phrases.salutation) + "\n\n";
  if (!company.empty()) text += with_full_stop(phrases.opening + company) + ' ';
  text += phrases.bridge;
  const std::string end = std::string("\n\n") + phrases.ending + "\n\n" + phrases.closing + '\n';
  std::size_t in_paragraph = 0;
  std::string body;
  for (const json& item : by_keywords(bullets_in(document))) {
    const std::string sentence = with_full_stop(text_at(item, "text"));
    if (words_in(text) + words_in(body) + words_in(sentence) + words_in(end) + 10 > most) continue;
    body += (in_paragraph == 0 ? "\n\n" : " ") + sentence;
    in_paragraph = (in_paragraph + 1) % 3;
  }
  return text + body + end;
}

/// Prose for any other request: its own sentences, so that nothing is made up.
std::string echo(const std::string& task) {
  std::string text;
  std::string sentence;
  for (const char c : task) {
    sentence += c == '\n' ? ' ' : c;
    if (c != '.' && c != '!' && c != '?') continue;
    if (text.size() + sentence.size() > 4000) break;
    text += sentence;
    sentence.clear();
  }
  if (text.empty()) text = sentence.substr(0, 200);
  return text.empty() ? "There is nothing in the request to answer." : text;
}

std::string schema_name_of(const json& request) {
  const auto format = request.find("response_format");
  if (format == request.end() || !format->is_object() || !format->contains("json_schema")) return "";
  return text_at(format->at("json_schema"), "name");
}

}  // namespace

std::string answer_to(const json& request) {
  const std::string task = task_of(request);
  const json document = document_in(task);
  if (schema_name_of(request) == "cv_edits") return document.is_null() ? R"({"operations":[]})" : cv_edits(document);
  return document.is_null() ? echo(task) : letter(document);
}

std::vector<std::string> tokens_of(const std::string& text) {
  std::vector<std::string> tokens;
  std::string token;
  std::size_t code_points = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U;
    if (starts && !token.empty() && (text[i] == ' ' || code_points >= 6)) {
      tokens.push_back(std::move(token));
      token.clear();
      code_points = 0;
    }
    token += text[i];
    code_points += starts ? 1 : 0;
  }
  if (!token.empty()) tokens.push_back(std::move(token));
  return tokens;
}
