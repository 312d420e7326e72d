#include "apply/letter_phase.hpp"

#include <bespoke/error.hpp>

#include "apply/fact_report.hpp"
#include "apply/letter_checks.hpp"
#include "apply/notices.hpp"
#include "apply/tailoring_request.hpp"
#include "apply/text_fold.hpp"
#include "apply/tokens.hpp"
#include "apply/usage_json.hpp"
#include "job/json_tree.hpp"
#include "llm/json_members.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;

/// A letter after its checks: what may stay, and what was found.
struct JudgedLetter {
  std::string kept;
  json checks = json::array();
  int removed = 0;  ///< sentences
  std::string problems;
};

class Judge {
 public:
  explicit Judge(const Tailoring& tailoring)
      : guard_(tailoring.profile, tailoring.posting, tailoring.today), style_(tailoring.profile, tailoring.posting) {}

  JudgedLetter judge(std::string_view letter) const {
    JudgedLetter judged;
    int number = 0;
    for (const std::string& paragraph : split_paragraphs(letter)) {
      std::string kept;
      for (const std::string_view sentence : split_sentences(paragraph)) {
        const std::string target = fmt::format("letter.{}", number++);
        std::vector<FactCheck> checks = guard_.check_letter(sentence);
        for (const LetterFault& fault : style_.check(sentence)) {
          checks.push_back({fault.kind, fault.text, false, {}, fault.note});
        }
        add_checks(judged.checks, "letter", target, checks, "removed");
        if (has_violation(checks)) {
          ++judged.removed;
          judged.problems += fmt::format("\"{}\"\n{}", sentence, describe_violations(checks));
        } else {
          kept += (kept.empty() ? "" : " ") + std::string(sentence);
        }
      }
      if (!kept.empty()) judged.kept += (judged.kept.empty() ? "" : "\n\n") + kept;
    }
    return judged;
  }

 private:
  FactGuard guard_;
  LetterChecks style_;
};

std::string length_problem(std::string_view letter, const WordLimits& limits) {
  const int words = count_words(letter);
  // A few words more or less trouble nobody.
  if (words > limits.max + limits.max / 10)
    return fmt::format("It has {} words, at most {} are wanted.\n", words, limits.max);
  if (words < limits.min - limits.min / 4)
    return fmt::format("It has {} words, at least {} are wanted.\n", words, limits.min);
  return {};
}

/// Drops whole paragraphs before the last one until the letter fits its cap; the closing stays.
std::string fit_words(const std::string& letter, const WordLimits& limits, bool& cut) {
  std::vector<std::string> paragraphs = split_paragraphs(letter);
  const auto joined = [&] {
    std::string text;
    for (const std::string& paragraph : paragraphs) text += (text.empty() ? "" : "\n\n") + paragraph;
    return text;
  };
  while (paragraphs.size() > 3 && count_words(joined()) > limits.max + limits.max / 10) {
    // The longest paragraph loses its last sentence; one that is used up goes.
    const auto longest = std::max_element(paragraphs.begin() + 1, paragraphs.end() - 1,
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    const std::vector<std::string_view> sentences = split_sentences(*longest);
    cut = true;
    if (sentences.size() <= 1) {
      paragraphs.erase(longest);
    } else {
      *longest = squeeze(longest->substr(0, static_cast<std::size_t>(sentences.back().data() - longest->data())));
    }
  }
  return joined();
}

Tailoring read_tailoring(PhaseContext& context) {
  return {to_json_tree(context.output("load_profile")), to_json_tree(context.output("init_tailoring"))};
}

std::vector<CvChange> read_changes(PhaseContext& context) {
  return changes_from_json(to_json_tree(context.output("generate_cv")).at("changes"));
}

/// Some models put the whole answer into a Markdown fence.
std::string_view without_fence(std::string_view text) {
  if (!text.starts_with("```")) return text;
  const std::size_t line = text.find('\n');
  const std::size_t end = text.rfind("```");
  if (line == std::string_view::npos || end <= line) return text;
  return text.substr(line + 1, end - line - 1);
}

}  // namespace

LlmRequest LetterPhase::build(PhaseContext& context) const {
  Tailoring tailoring = read_tailoring(context);
  LlmRequest request = make_letter_request(tailoring, read_changes(context), prompts_, request_nonce(context));
  request.owner = context.owner();
  return request;
}

std::variant<Json, LlmRequest> LetterPhase::parse(PhaseContext& context, const LlmResponse& response) const {
  Tailoring tailoring = read_tailoring(context);
  const Judge judge(tailoring);
  std::size_t invisible = 0;
  const auto letter_of = [&](const LlmResponse& answer) {
    return tailoring.mask.unmask(strip_invisible(without_fence(answer.text), invisible));
  };
  Usage usage = response.usage;
  const std::string letter = letter_of(response);
  JudgedLetter judged = judge.judge(letter);
  const std::span<const LlmResponse> earlier = context.earlier_answers();
  if (earlier.empty()) {
    const std::string length = length_problem(letter, tailoring.words);
    if (!judged.problems.empty() || !length.empty()) {
      LlmRequest request = make_letter_request(tailoring, read_changes(context), prompts_, request_nonce(context));
      request.owner = context.owner();
      return ask_again(std::move(request), response.text,
                       prompts_.with_problems("letter_repair", tailoring.mask.mask(judged.problems) + length));
    }
  } else {
    // The first answer may still be the better one once both have lost what they can't keep.
    usage += earlier.front().usage;
    JudgedLetter first = judge.judge(letter_of(earlier.front()));
    const int kept_first = count_words(first.kept);
    if (kept_first > count_words(judged.kept) && kept_first <= tailoring.words.max) {
      judged = std::move(first);
    } else {
      for (json check : first.checks) {
        if (string_member(check, "verdict") != "violation") continue;
        check["action"] = "repaired";
        judged.checks.push_back(std::move(check));
      }
    }
  }
  json notices = json::array();
  bool cut = false;
  judged.kept = fit_words(judged.kept, tailoring.words, cut);
  if (judged.kept.empty()) {
    throw Error(ErrorCode::llm_bad_output,
                "generate_cover_letter: nothing of the letter was supported by the profile and the posting");
  }
  if (cut) notices.push_back(make_notice("letter_cut"));
  if (const int words = count_words(judged.kept); words < tailoring.words.min) {
    notices.push_back(make_notice("letter_short", {{"count", words}, {"asked", tailoring.words.min}}));
  }
  return from_json_tree(json{{"cover_letter", judged.kept},
                             {"checks", judged.checks},
                             {"removed_sentences", judged.removed},
                             {"notices", std::move(notices)},
                             {"usage", usage_json(usage)}});
}

}  // namespace bespoke
