#include "apply/html_text.hpp"

#include "apply/code_points.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace bespoke {
namespace {

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= 9 && c <= 13);
}

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return low;
}

template <std::size_t Count>
bool any_of(const std::array<std::string_view, Count>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr auto known_tags = std::to_array<std::string_view>(
    {"html", "head", "body",   "p",       "div",   "br",      "ul",     "ol",   "li",    "span", "a",
     "b",    "i",    "strong", "em",      "h1",    "h2",      "h3",     "h4",   "h5",    "h6",   "table",
     "tr",   "td",   "th",     "section", "style", "script",  "meta",   "link", "img",   "main", "title",
     "hr",   "dl",   "header", "font",    "small", "article", "footer", "svg",  "iframe"});
constexpr auto void_tags = std::to_array<std::string_view>(
    {"br", "hr", "img", "meta", "link", "input", "wbr", "area", "base", "col", "embed", "source", "track", "param"});
constexpr auto block_tags = std::to_array<std::string_view>(
    {"p",   "div",     "ul",     "ol",      "h1",       "h2",         "h3",  "h4",   "h5",
     "h6",  "table",   "tr",     "section", "br",       "hr",         "dl",  "dt",   "title",
     "dd",  "article", "header", "footer",  "main",     "blockquote", "pre", "form", "li",
     "nav", "address", "aside",  "figure",  "fieldset", "option",     "td",  "th"});
constexpr auto silent_tags =
    std::to_array<std::string_view>({"template", "noscript", "iframe", "object", "svg", "math", "canvas", "audio",
                                     "video", "select", "datalist", "dialog"});
/// Their content is no markup and ends only at their own end tag.
constexpr auto raw_tags =
    std::to_array<std::string_view>({"script", "style", "textarea", "xmp", "noembed", "noframes"});
constexpr auto self_closing_before =
    std::to_array<std::string_view>({"p", "li", "tr", "td", "th", "dt", "dd", "option"});

constexpr auto entities = std::to_array<std::pair<std::string_view, char32_t>>(
    {{"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},    {"nbsp", 0xA0},
     {"shy", 0xAD},     {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"bull", 0x2022},  {"middot", 0xB7},
     {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D},  {"sbquo", 0x201A}, {"bdquo", 0x201E},
     {"laquo", 0xAB},   {"raquo", 0xBB},   {"euro", 0x20AC},  {"pound", 0xA3},    {"yen", 0xA5},     {"cent", 0xA2},
     {"copy", 0xA9},    {"reg", 0xAE},     {"trade", 0x2122}, {"deg", 0xB0},      {"plusmn", 0xB1},  {"times", 0xD7},
     {"frac12", 0xBD},  {"sup2", 0xB2},    {"auml", 0xE4},    {"ouml", 0xF6},     {"uuml", 0xFC},    {"Auml", 0xC4},
     {"Ouml", 0xD6},    {"Uuml", 0xDC},    {"szlig", 0xDF},   {"agrave", 0xE0},   {"aacute", 0xE1},  {"acirc", 0xE2},
     {"atilde", 0xE3},  {"aring", 0xE5},   {"aelig", 0xE6},   {"ccedil", 0xE7},   {"egrave", 0xE8},  {"eacute", 0xE9},
     {"ecirc", 0xEA},   {"euml", 0xEB},    {"iacute", 0xED},  {"icirc", 0xEE},    {"iuml", 0xEF},    {"ntilde", 0xF1},
     {"oacute", 0xF3},  {"ocirc", 0xF4},   {"oslash", 0xF8},  {"ugrave", 0xF9},   {"uacute", 0xFA},  {"ucirc", 0xFB},
     {"Agrave", 0xC0},  {"Aacute", 0xC1},  {"Ccedil", 0xC7},  {"Egrave", 0xC8},   {"Eacute", 0xC9},  {"Ntilde", 0xD1},
     {"Oacute", 0xD3},  {"Uacute", 0xDA},  {"iexcl", 0xA1},   {"iquest", 0xBF},   {"sect", 0xA7},    {"zwj", 0x200D},
     {"zwnj", 0x200C},  {"rlm", 0x200F},   {"lrm", 0x200E},   {"ensp", 0x2002},   {"emsp", 0x2003},  {"thinsp", 0x2009},
     {"oelig", 0x153},  {"check", 0x2713}, {"lpar", '('},     {"rpar", ')'},      {"comma", ','},    {"period", '.'},
     {"colon", ':'},    {"sol", '/'},      {"num", '#'},      {"commat", '@'},    {"lowbar", '_'},   {"Tab", '\t'},
     {"NewLine", '\n'}});

/// Whether CSS declarations hide what they apply to.
bool hides(std::string_view declarations) {
  std::string css;
  for (const char c : lower(declarations)) {
    if (!is_ascii_space(c) && c != '\\') css.push_back(c);
  }
  const auto has = [&](std::string_view part) { return css.find(part) != std::string::npos; };
  const auto has_zero = [&](std::string_view property) {
    std::size_t at = 0;
    while ((at = css.find(property, at)) != std::string::npos) {
      const bool starts = at == 0 || css[at - 1] == ';' || css[at - 1] == '{';
      at += property.size();
      std::size_t end = at;
      while (end < css.size() && (css[end] == '0' || css[end] == '.')) ++end;
      const bool zero = end > at && (end >= css.size() || css[end] < '1' || css[end] > '9');
      if (starts && zero) return true;
    }
    return false;
  };
  if (has("display:none") || has("visibility:hidden") || has("visibility:collapse") ||
      has("content-visibility:hidden")) {
    return true;
  }
  if (has_zero("font-size:") || has_zero("opacity:") || has_zero("max-height:") || has_zero("line-height:"))
    return true;
  if (has("font:0") || has("font-size:1px") || has("scale(0")) return true;
  if (has_zero("height:") || has_zero("width:")) return true;
  if (has("clip:rect(0") || has("clip:rect(1px") || has("clip-path:inset(50%") || has("clip-path:inset(100%"))
    return true;
  for (const std::string_view offset :
       {"left:-", "top:-", "right:-", "bottom:-", "text-indent:-", "margin-left:-", "translate(-", "translatex(-"}) {
    const std::size_t at = css.find(offset);
    if (at == std::string::npos) continue;
    std::size_t digits = at + offset.size();
    std::size_t count = 0;
    while (digits < css.size() && css[digits] >= '0' && css[digits] <= '9') ++digits, ++count;
    if (count >= 3) return true;
  }
  // Text in the colour of an ordinary page.
  for (const std::string_view colour :
       {"color:#fff", "color:white", "color:transparent", "color:rgba(0,0,0,0", "color:rgb(255,255,255",
        "color:rgba(255,255,255", "color:#00000000", "color:#fefefe", "color:#fdfdfd"}) {
    const std::size_t at = css.find(colour);
    if (at != std::string::npos && (at == 0 || css[at - 1] == ';' || css[at - 1] == '{')) return true;
  }
  return false;
}

/// The class names and ids that a style sheet hides: ".trap { display: none }" gives ".trap".
void collect_hidden_selectors(std::string_view sheet, std::set<std::string>& selectors) {
  std::size_t at = 0;
  while (at < sheet.size()) {
    const std::size_t open = sheet.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : sheet.find('}', open);
    if (close == std::string_view::npos) return;
    if (hides(sheet.substr(open + 1, close - open - 1))) {
      const std::string_view list = sheet.substr(at, open - at);
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] != '.' && list[i] != '#') continue;
        std::size_t end = i + 1;
        while (end < list.size() && (is_ascii_letter(list[end]) || list[end] == '-' || list[end] == '_' ||
                                     (list[end] >= '0' && list[end] <= '9'))) {
          ++end;
        }
        selectors.emplace(list.substr(i, end - i));
        i = end - 1;
      }
    }
    at = close + 1;
  }
}

struct Tag {
  std::string name;
  bool closing = false;
  bool self_closing = false;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// Reads the tag that starts at `at` ('<'); `at` moves behind its '>'.
Tag read_tag(std::string_view html, std::size_t& at) {
  Tag tag;
  ++at;
  if (at < html.size() && html[at] == '/') {
    tag.closing = true;
    ++at;
  }
  const std::size_t name = at;
  while (at < html.size() && !is_ascii_space(html[at]) && html[at] != '>' && html[at] != '/') ++at;
  tag.name = lower(html.substr(name, at - name));
  while (at < html.size() && html[at] != '>') {
    if (is_ascii_space(html[at]) || html[at] == '/') {
      tag.self_closing = html[at] == '/';
      ++at;
      continue;
    }
    tag.self_closing = false;
    const std::size_t key = at;
    while (at < html.size() && !is_ascii_space(html[at]) && html[at] != '=' && html[at] != '>' && html[at] != '/') ++at;
    std::string attribute = lower(html.substr(key, at - key));
    if (at == key) ++at;
    while (at < html.size() && is_ascii_space(html[at])) ++at;
    std::string value;
    if (at < html.size() && html[at] == '=') {
      ++at;
      while (at < html.size() && is_ascii_space(html[at])) ++at;
      if (at < html.size() && (html[at] == '"' || html[at] == '\'')) {
        const char quote = html[at++];
        const std::size_t end = std::min(html.find(quote, at), html.size());
        value = decode_entities(html.substr(at, end - at));
        at = std::min(end + 1, html.size());
      } else {
        const std::size_t start = at;
        while (at < html.size() && !is_ascii_space(html[at]) && html[at] != '>') ++at;
        value = decode_entities(html.substr(start, at - start));
      }
    }
    tag.attributes.emplace_back(std::move(attribute), std::move(value));
  }
  if (at < html.size()) ++at;
  return tag;
}

bool is_hidden(const Tag& tag, const std::set<std::string>& selectors) {
  if (any_of(silent_tags, tag.name)) return true;
  for (const auto& [name, value] : tag.attributes) {
    if (name == "hidden" && lower(value) != "until-found") return true;
    if (name == "style" && hides(value)) return true;
    if (tag.name == "font" && name == "color" && (lower(value) == "white" || lower(value).starts_with("#fff")))
      return true;
    if (tag.name == "input" && name == "type" && lower(value) == "hidden") return true;
    if (name == "id" && selectors.contains("#" + value)) return true;
    if (name == "class") {
      std::size_t at = 0;
      while (at < value.size()) {
        const std::size_t end = std::min(value.find_first_of(" \t\r\n", at), value.size());
        if (selectors.contains("." + value.substr(at, end - at))) return true;
        at = end + 1;
      }
    }
  }
  return false;
}

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {
    // Style sheets may come after what they hide.
    const std::string low = lower(html);
    for (std::size_t at = 0; (at = low.find("<style", at)) != std::string::npos;) {
      const std::size_t open = low.find('>', at);
      const std::size_t close = open == std::string::npos ? open : low.find("</style", open);
      if (open == std::string::npos) break;
      collect_hidden_selectors(html.substr(open + 1, (close == std::string::npos ? html.size() : close) - open - 1),
                               selectors_);
      if (close == std::string::npos) break;
      at = close;
    }
    low_ = low;
  }

  HtmlText read() {
    std::size_t at = 0;
    while (at < html_.size()) {
      if (html_[at] != '<') {
        const std::size_t end = std::min(html_.find('<', at), html_.size());
        add_text(html_.substr(at, end - at));
        at = end;
      } else if (html_.substr(at, 4) == "<!--") {
        ++result_.comments;
        const std::size_t end = html_.find("-->", at + 4);
        at = end == std::string_view::npos ? html_.size() : end + 3;
      } else if (at + 1 < html_.size() && (html_[at + 1] == '!' || html_[at + 1] == '?')) {
        at = std::min(html_.find('>', at), html_.size() - 1) + 1;
      } else if (at + 1 < html_.size() &&
                 (is_ascii_letter(html_[at + 1]) ||
                  (html_[at + 1] == '/' && at + 2 < html_.size() && is_ascii_letter(html_[at + 2])))) {
        handle(read_tag(html_, at), at);
      } else {
        add_text(html_.substr(at, 1));
        ++at;
      }
    }
    return std::move(result_);
  }

 private:
  struct Open {
    std::string name;
    bool hidden;
  };

  void add_text(std::string_view raw) {
    if (!open_.empty() && open_.back().hidden) return;
    for (std::size_t at = 0; at < raw.size();) {
      const std::size_t start = at;
      if (is_space(next_code_point(raw, at))) {
        if (!result_.text.empty() && result_.text.back() != '\n' && result_.text.back() != ' ') result_.text += ' ';
      } else {
        result_.text += raw.substr(start, at - start);
      }
    }
  }

  void new_line() {
    while (!result_.text.empty() && result_.text.back() == ' ') result_.text.pop_back();
    if (!result_.text.empty() && result_.text.back() != '\n') result_.text += '\n';
  }

  void handle(const Tag& tag, std::size_t& at) {
    const bool hidden_around = !open_.empty() && open_.back().hidden;
    if (any_of(block_tags, tag.name) && !hidden_around) new_line();
    if (tag.closing) {
      const auto match = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& o) { return o.name == tag.name; });
      if (match != open_.rend()) open_.erase(match.base() - 1, open_.end());
      return;
    }
    if (any_of(raw_tags, tag.name)) {
      const std::size_t end = low_.find("</" + tag.name, at);
      at = end == std::string::npos ? html_.size() : end;
      if (at < html_.size()) read_tag(html_, at);
      return;
    }
    if (any_of(self_closing_before, tag.name) && !open_.empty() && open_.back().name == tag.name) open_.pop_back();
    const bool outer = !open_.empty() && open_.back().hidden;
    const bool hidden = is_hidden(tag, selectors_);
    if (hidden && !outer) ++result_.hidden_parts;
    if (tag.name == "li" && !outer && !hidden) result_.text += "- ";
    if (any_of(void_tags, tag.name) ||
        (tag.self_closing && tag.name != "div" && tag.name != "p" && tag.name != "span")) {
      return;
    }
    // Nobody nests this deep; a hostile page that does stays flat instead of costing memory.
    if (open_.size() < 200) open_.push_back({tag.name, outer || hidden});
  }

  std::string_view html_;
  std::string low_;
  std::set<std::string> selectors_;
  std::vector<Open> open_;
  HtmlText result_;
};

}  // namespace

std::string decode_entities(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '&') {
      decoded += text[at++];
      continue;
    }
    const std::size_t end = text.find(';', at);
    if (end == std::string_view::npos || end - at > 12) {
      decoded += text[at++];
      continue;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    char32_t c = 0;
    if (name.starts_with('#')) {
      const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
      for (const char digit : name.substr(hex ? 2 : 1)) {
        const int value = digit >= '0' && digit <= '9'          ? digit - '0'
                          : hex && digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                          : hex && digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                                : -1;
        if (value < 0 || c > 0x10FFFF) {
          c = 0;
          break;
        }
        c = c * (hex ? 16U : 10U) + static_cast<char32_t>(value);
      }
      if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    } else {
      for (const auto& [known, value] : entities) {
        if (known == name) c = value;
      }
    }
    if (c == 0) {
      decoded += text[at++];
      continue;
    }
    append_utf8(decoded, c);
    at = end + 1;
  }
  return decoded;
}

bool looks_like_html(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string_view::npos; ++at) {
    std::size_t name = at + 1;
    if (text.substr(at, 4) == "<!--") return true;
    if (name < text.size() && text[name] == '/') ++name;
    std::size_t end = name;
    while (end < text.size() && (is_ascii_letter(text[end]) || (text[end] >= '1' && text[end] <= '6'))) ++end;
    if (end > name && end - name <= 10 && any_of(known_tags, lower(text.substr(name, end - name)))) return true;
  }
  return false;
}

HtmlText html_to_text(std::string_view html) {
  HtmlText result = Reader(html).read();
  result.text = decode_entities(result.text);
  return result;
}

}  // namespace bespoke
