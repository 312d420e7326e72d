#include "apply/embedded_file.hpp"
#include "apply/render.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_fit.hpp"
#include "apply/render_html_parts.hpp"
#include "job/json_tree.hpp"
#include "job/sha256.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace bespoke {

/// templates/preview.css
std::span<const EmbeddedFile> render_files();

namespace {

using json = JsonTree;

std::uint32_t hex_value(char c) {
  return static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

/// Base64 of bytes that are given as hexadecimal digits.
std::string base64_of_hex(std::string_view hex) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  // Six hexadecimal digits are three bytes, which are four base64 digits.
  for (std::size_t i = 0; i < hex.size(); i += 6) {
    const std::string_view group = hex.substr(i, 6);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 6; ++k) bits = bits << 4 | (k < group.size() ? hex_value(group[k]) : 0);
    const std::size_t used = group.size() / 2 + 1;
    for (std::size_t k = 0; k < 4; ++k) encoded += k < used ? digits[bits >> (18 - 6 * k) & 63U] : '=';
  }
  return encoded;
}

struct Style {
  std::string css;
  std::string hash;  ///< as the content security policy names it
};

Style make_style(std::string_view page_size) {
  Style style;
  style.css = render_files().front().text;
  style.css += fmt::format("@page {{ size: {}; }}\n", page_size);
  style.hash = "sha256-" + base64_of_hex(sha256_hex(style.css));
  return style;
}

/// The whole style sheet is one element whose hash the policy holds, so that no other style can be slipped in.
const Style& style_for(bool letter_size) {
  static const Style a4 = make_style("A4");
  static const Style letter = make_style("letter");
  return letter_size ? letter : a4;
}

std::string body_class(const CvDocument& document, bool letter_size) {
  const std::string_view look = look_that_saves_a_page(estimated_pages(document, letter_size));
  std::string classes = letter_size ? "page-letter" : "page-a4";
  if (!look.empty()) classes += " " + std::string(look);
  return classes;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string html_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines += escape_html(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += "<br>";
    text.remove_prefix(end + 1);
  }
}

std::string render_html(const json& result) {
  const Locale& locale = locale_of_result(result);
  const CvDocument document = make_cv_document(object_at(result, "profile"), locale);
  const LetterDocument letter = make_letter_document(result);
  const bool letter_size = text_at(result, "page") == "Letter";
  const Style& style = style_for(letter_size);
  const std::string report = html_report(result, locale);

  std::string title = document.name;
  for (const std::string& part : {letter.subject, letter.company})
    if (!part.empty()) title += (title.empty() ? "" : " – ") + part;
  if (title.empty()) title = locale.cv.document;

  std::string html = fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"{}\" dir=\"{}\">\n"
      "<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; base-uri 'none'; "
      "form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n"
      "<title>{}</title>\n"
      "<style>{}</style>\n"
      "</head>\n"
      "<body class=\"{}\">\n",
      locale.code, locale.right_to_left ? "rtl" : "ltr", style.hash, escape_html(title), style.css,
      body_class(document, letter_size));

  html += "<nav class=\"parts\"><a href=\"#cv\">" + escape_html(locale.cv.document) + "</a>";
  if (!letter.paragraphs.empty()) html += "<a href=\"#letter\">" + escape_html(locale.cv.letter) + "</a>";
  if (!report.empty()) html += "<a href=\"#changes\">" + escape_html(locale.report.title) + "</a>";
  html += "</nav>\n<main>\n<article class=\"sheet cv\" id=\"cv\">\n" + html_cv(document) + "</article>\n";
  if (!letter.paragraphs.empty())
    html += "<article class=\"sheet letter\" id=\"letter\">\n" + html_letter(letter, document) + "</article>\n";
  if (!report.empty()) html += "<section class=\"report\" id=\"changes\">\n" + report + "</section>\n";
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace bespoke
