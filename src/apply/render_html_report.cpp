#include "apply/render_diff.hpp"
#include "apply/render_fields.hpp"
#include "apply/render_html_parts.hpp"
#include "apply/render_target.hpp"
#include "job/json_tree.hpp"

#include <fmt/format.h>

#include <optional>

namespace bespoke {
namespace {

using json = JsonTree;

std::string_view operation_word(const Locale::Report& words, const std::string& operation) {
  if (operation == "rewrite") return words.rewrite;
  if (operation == "hide") return words.hide;
  if (operation == "reorder") return words.reorder;
  if (operation == "set_summary") return words.set_summary;
  return operation;
}

/// What a change shows as its text before or after: a text as it is, item ids as what they stand for, one a line.
std::string shown_text(const json& change, std::string_view member, const json& original) {
  const auto found = change.is_object() ? change.find(member) : change.end();
  if (!change.is_object() || found == change.end()) return {};
  if (!found->is_array()) return text_of(*found);
  std::string lines;
  for (const json& item : *found) {
    const std::string id = text_of(item);
    const std::string text = target_text(original, id);
    lines += (lines.empty() ? "" : "\n") + (text.empty() ? id : text);
  }
  return lines;
}

/// A line of a change: a word, then what it says. `html` is escaped already.
std::string change_row(std::string_view css_class, std::string_view word, const std::string& html) {
  if (html.empty()) return {};
  return fmt::format("<div class=\"{}\"><dt>{}</dt><dd>{}</dd></div>\n", css_class, escape_html(word), html);
}

/// One side of a rewritten text, the words that only it has marked.
std::string marked_side(const std::vector<DiffRun>& runs, DiffRun::Side side) {
  const std::string_view mark = side == DiffRun::Side::before ? "del" : "ins";
  std::string html;
  for (const DiffRun& run : runs) {
    if (run.side == DiffRun::Side::both) {
      html += html_lines(run.text);
    } else if (run.side == side) {
      const std::size_t end = run.text.find_last_not_of(" \n") + 1;
      html +=
          fmt::format("<{0}>{1}</{0}>{2}", mark, html_lines(run.text.substr(0, end)), html_lines(run.text.substr(end)));
    }
  }
  return html;
}

/// Whether most words stayed, so that marking the others helps the reader.
bool mostly_alike(const std::vector<DiffRun>& runs) {
  std::size_t same = 0;
  std::size_t other = 0;
  for (const DiffRun& run : runs) (run.side == DiffRun::Side::both ? same : other) += run.text.size();
  return same * 2 >= other;
}

std::string text_rows(const json& change, const json& original, const Locale& locale) {
  const std::string before = shown_text(change, "before", original);
  const std::string after = shown_text(change, "after", original);
  if (!before.empty() && !after.empty()) {
    const std::vector<DiffRun> runs = diff_words(before, after);
    if (mostly_alike(runs))
      return change_row("was", locale.report.was, marked_side(runs, DiffRun::Side::before)) +
             change_row("now", locale.report.now, marked_side(runs, DiffRun::Side::after));
  }
  return change_row("was", locale.report.was, html_lines(before)) +
         change_row("now", locale.report.now, html_lines(after));
}

/// The new order, each item with the place that it had.
std::string order_rows(const json& change, const json& original, const Locale& locale) {
  const std::vector<std::string> ids = texts_at(change, "ids");
  if (ids.empty()) return text_rows(change, original, locale);
  std::string items;
  std::size_t place = 0;
  for (const std::string& id : ids) {
    ++place;
    const std::optional<std::size_t> old = place_of(id);
    const bool moved = old && *old != place;
    const std::string text = target_text(original, id);
    items += fmt::format("<li{}><span class=\"from\">{}</span><span>{}</span></li>\n", moved ? " class=\"moved\"" : "",
                         moved ? fmt::format("{} {} {}", *old, html_arrow(locale), place) : std::to_string(place),
                         html_lines(text.empty() ? id : text));
  }
  return change_row("order", locale.report.now, "<ul>\n" + items + "</ul>");
}

std::string evidence_list(const json& change, const json& original, const Locale& locale) {
  std::string items;
  for (const std::string& id : texts_at(change, "evidence")) {
    if (id == text_at(change, "target")) continue;  // stands there as the text before
    const std::string text = target_text(original, id);
    items += "<li><span class=\"at\">" + escape_html(target_label(original, id, locale)) + "</span>" +
             (text.empty() ? "" : " – " + html_lines(text)) + "</li>\n";
  }
  if (items.empty()) return {};
  return "<div class=\"evidence\"><dt>" + escape_html(locale.report.evidence) + "</dt><dd><ul>\n" + items +
         "</ul></dd></div>\n";
}

std::string change_item(const json& change, const json& original, const Locale& locale) {
  const Locale::Report& words = locale.report;
  const std::string id = text_at(change, "id");
  const std::string operation = text_at(change, "op");
  const std::string target = text_at(change, "target");
  const bool accepted = flag_at(change, "accepted", true);
  std::string html = fmt::format(
      "<li class=\"change {}\" id=\"change-{}\" data-change=\"{}\" data-op=\"{}\" data-target=\"{}\" "
      "data-accepted=\"{}\">\n",
      accepted ? "applied" : "reverted", escape_html(id), escape_html(id), escape_html(operation), escape_html(target),
      accepted);
  html += "<h4><span class=\"op\">" + escape_html(operation_word(words, operation)) + "</span> <bdi>" +
          escape_html(target_label(original, target, locale)) + "</bdi>";
  if (!accepted) html += " <em>" + escape_html(words.reverted) + "</em>";
  html += "</h4>\n<dl>\n";
  html += operation == "reorder" ? order_rows(change, original, locale) : text_rows(change, original, locale);
  html += change_row("why", words.why, html_lines(text_at(change, "reason")));
  html += evidence_list(change, original, locale);
  html += "</dl>\n";
  std::string keywords;
  for (const std::string& keyword : texts_at(change, "keywords"))
    keywords += "<li><bdi>" + escape_html(keyword) + "</bdi></li>";
  if (!keywords.empty()) html += "<ul class=\"chips\">" + keywords + "</ul>\n";
  return html + "</li>\n";
}

std::string changes_part(const json& result, const Locale& locale) {
  const json& changes = list_at(result, "changes");
  if (changes.empty()) {
    const bool told = result.is_object() && result.contains("changes");
    return told ? html_heading(locale.report.changes) + "<p>" + escape_html(locale.report.no_changes) + "</p>\n" : "";
  }
  std::string html = html_heading(locale.report.changes) + "<ol class=\"changes\">\n";
  for (const json& change : changes) html += change_item(change, object_at(result, "original"), locale);
  return html + "</ol>\n";
}

std::string refused_part(const json& result, const Locale& locale) {
  std::string items;
  for (const json& refused : list_at(result, "refused")) {
    items += "<li><span class=\"op\">" + escape_html(operation_word(locale.report, text_at(refused, "op"))) +
             "</span> <bdi>" +
             escape_html(target_label(object_at(result, "original"), text_at(refused, "target"), locale)) + "</bdi>" +
             escape_html(locale.colon) + html_lines(text_at(refused, "message")) + " <code>" +
             escape_html(text_at(refused, "code")) + "</code></li>\n";
  }
  return items.empty() ? items : html_heading(locale.report.refused) + "<ul class=\"plain\">\n" + items + "</ul>\n";
}

std::string_view action_word(const Locale::Report& words, const std::string& action) {
  if (action == "kept") return words.kept;
  if (action == "reverted") return words.put_back;
  if (action == "removed") return words.removed;
  if (action == "repaired") return words.repaired;
  return action;
}

std::string facts_part(const json& result, const Locale& locale) {
  const json& report = object_at(result, "fact_report");
  const Locale::Report& words = locale.report;
  if (report.empty()) return {};
  const auto count = [&](std::string_view member) {
    const std::string number = number_at(report, member);
    return number.empty() ? std::string("0") : number;
  };
  std::string html = html_heading(words.facts) + "<p>" +
                     escape_html(fill(words.facts_line, {{"supported", count("supported")},
                                                         {"violations", count("violations")},
                                                         {"reverted", count("reverted")},
                                                         {"removed", count("removed_sentences")}})) +
                     "</p>\n";
  std::string rows;
  for (const json& check : list_at(report, "checks")) {
    const std::string verdict = text_at(check, "verdict");
    const bool supported = verdict == "supported";
    const std::string part(text_at(check, "part") == "letter" ? locale.cv.letter : locale.cv.document);
    rows += fmt::format("<tr class=\"{}\"><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td></tr>\n",
                        supported ? "ok" : "not-ok", escape_html(part), html_lines(text_at(check, "text")),
                        escape_html(supported ? words.supported : words.violation),
                        escape_html(action_word(words, text_at(check, "action"))));
  }
  if (!rows.empty())
    html += "<details><summary>" + escape_html(words.facts) + "</summary>\n<table>\n" + rows + "</table>\n</details>\n";
  return html;
}

std::string notices_part(const json& result, const Locale& locale) {
  std::string items;
  for (const std::string& notice : texts_at(result, "notices")) items += "<li>" + html_lines(notice) + "</li>\n";
  return items.empty() ? items : html_heading(locale.report.notes) + "<ul class=\"plain\">\n" + items + "</ul>\n";
}

}  // namespace

std::string html_report(const json& result, const Locale& locale) {
  const std::string body = notices_part(result, locale) + html_coverage(result, locale) + changes_part(result, locale) +
                           refused_part(result, locale) + facts_part(result, locale) + html_score(result, locale);
  if (body.empty()) return {};
  return "<h2>" + escape_html(locale.report.title) + "</h2>\n" + body;
}

}  // namespace bespoke
