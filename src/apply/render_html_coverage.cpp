#include "apply/render_fields.hpp"
#include "apply/render_html_parts.hpp"
#include "apply/render_target.hpp"
#include "job/json_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

using json = JsonTree;

std::string_view bucket_word(const Locale::Report& words, std::string_view bucket) {
  if (bucket == "surfaced") return words.surfaced;
  if (bucket == "covered") return words.covered;
  if (bucket == "hidden") return words.hidden;
  return words.gap;
}

std::string coverage_bar(const json& coverage, std::string_view member, std::string_view word, const Locale& locale) {
  const std::string covered = number_at(object_at(coverage, member), "covered");
  const std::string total = number_at(object_at(coverage, member), "total");
  if (covered.empty() || total.empty()) return {};
  const std::string text = fill(locale.report.of, {{"covered", covered}, {"total", total}});
  return fmt::format("<div><dt>{0}</dt><dd><meter min=\"0\" max=\"{1}\" value=\"{2}\">{3}</meter> {3}</dd></div>\n",
                     escape_html(word), total, covered, escape_html(text));
}

/// The places that hold a keyword, in words, at most three.
std::string places_of(const json& keyword, const json& original, const Locale& locale) {
  std::vector<std::string> labels;
  for (const std::string& id : texts_at(keyword, "where")) {
    std::string label = target_label(original, id, locale);
    const bool known = std::find(labels.begin(), labels.end(), label) != labels.end();
    if (!known && labels.size() < 3) labels.push_back(std::move(label));
  }
  std::string places;
  for (const std::string& label : labels) places += (places.empty() ? "" : std::string(locale.semicolon)) + label;
  return places;
}

/// Why a keyword counts what it counts: from the coverage, in the reader's language; else in the words of the score.
std::string explanation_of(const json& line, const json& result, const Locale& locale) {
  const json& keywords = list_at(object_at(result, "coverage"), "keywords");
  const auto keyword = std::find_if(keywords.begin(), keywords.end(), [&](const json& known) {
    return text_at(known, "keyword") == text_at(line, "keyword");
  });
  if (keyword == keywords.end()) return text_at(line, "explanation");
  const Locale::Report& words = locale.report;
  const bool required = flag_at(*keyword, "required", false);
  const std::string places = places_of(*keyword, object_at(result, "original"), locale);
  return fmt::format("{} · {}{}{}", required ? words.required : words.preferred,
                     bucket_word(words, text_at(*keyword, "bucket")), places.empty() ? "" : locale.colon, places);
}

}  // namespace

/// From what was to what is, in the direction of reading.
std::string_view html_arrow(const Locale& locale) {
  return locale.right_to_left ? "←" : "→";
}

std::string html_heading(std::string_view text) {
  return "<h3>" + escape_html(text) + "</h3>\n";
}

std::string html_coverage(const json& result, const Locale& locale) {
  const json& coverage = object_at(result, "coverage");
  const Locale::Report& words = locale.report;
  std::string html;
  const std::string bars =
      coverage_bar(coverage, "before", words.before, locale) + coverage_bar(coverage, "after", words.after, locale);
  if (!bars.empty()) html += "<dl class=\"coverage\">\n" + bars + "</dl>\n";
  if (!list_at(coverage, "keywords").empty())
    html += "<p class=\"fine\"><b>" + escape_html(words.required) + "</b> · " + escape_html(words.preferred) + "</p>\n";
  for (const std::string_view bucket : {"surfaced", "covered", "hidden", "gap"}) {
    std::string chips;
    for (const json& keyword : list_at(coverage, "keywords")) {
      if (text_at(keyword, "bucket") != bucket) continue;
      const bool required = flag_at(keyword, "required", false);
      chips += fmt::format("<li class=\"{}\" title=\"{}\"><bdi>{}</bdi></li>", required ? "required" : "preferred",
                           escape_html(required ? words.required : words.preferred),
                           escape_html(text_at(keyword, "keyword")));
    }
    if (chips.empty()) continue;
    html += fmt::format("<div class=\"bucket {}\"><h4>{}</h4><ul class=\"chips\">{}</ul>", bucket,
                        escape_html(bucket_word(words, bucket)), chips);
    if (bucket == "gap") html += "<p>" + escape_html(words.gap_note) + "</p>";
    html += "</div>\n";
  }
  return html.empty() ? html : html_heading(words.coverage) + html;
}

std::string html_score(const json& result, const Locale& locale) {
  const json& score = object_at(result, "score");
  const Locale::Report& words = locale.report;
  std::string rows;
  for (const json& line : list_at(score, "lines")) {
    rows += fmt::format(
        "<tr><th scope=\"row\"><bdi>{}</bdi></th><td class=\"number\"><bdi dir=\"ltr\">{} / {}</bdi></td>"
        "<td>{}</td></tr>\n",
        escape_html(text_at(line, "keyword")), escape_html(number_at(line, "points")),
        escape_html(number_at(line, "weight")), html_lines(explanation_of(line, result, locale)));
  }
  const std::string max = number_at(score, "max");
  std::string totals;
  for (const auto& [member, word] : {std::pair{"before", words.before}, std::pair{"after", words.after}}) {
    const std::string points = number_at(score, member);
    if (points.empty() || max.empty()) continue;
    totals += (totals.empty() ? "" : fmt::format(" {} ", html_arrow(locale))) + std::string(word) +
              std::string(locale.colon) + fill(words.points, {{"points", points}, {"max", max}});
  }
  if (rows.empty() && totals.empty()) return {};
  std::string html = html_heading(words.score);
  if (!totals.empty()) html += "<p><strong>" + escape_html(totals) + "</strong></p>\n";
  html += "<p class=\"fine\">" + escape_html(words.score_note) + "</p>\n";
  if (!rows.empty()) html += "<table>\n" + rows + "</table>\n";
  return html;
}

}  // namespace bespoke
