#include "llm/provider_error.hpp"

#include "job/json_depth.hpp"
#include "llm/http_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace bespoke {
namespace {

using json = JsonTree;

std::string lower(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return copy;
}

/// A string, or a number as text; empty for anything else.
std::string text_of(const json& tree, const char* name) {
  const auto found = tree.find(name);
  if (found == tree.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_integer()) return std::to_string(found->get<std::int64_t>());
  return "";
}

ProviderError read_object(const json& tree) {
  ProviderError error{text_of(tree, "message"), text_of(tree, "type"), text_of(tree, "code"), text_of(tree, "param")};
  if (error.message.empty()) error.message = text_of(tree, "msg");
  if (error.type.empty()) error.type = text_of(tree, "status");  // Google's compatible endpoint
  return error;
}

/// {"detail": "text"}, {"detail": {...}} or FastAPI's {"detail": [{"loc": [...], "msg": "..."}]}.
ProviderError read_detail(const json& detail) {
  if (detail.is_string()) return {.message = detail.get<std::string>()};
  if (const auto nested = provider_error(detail)) return *nested;
  if (detail.is_object()) return read_object(detail);
  ProviderError error;
  if (detail.is_array() && !detail.empty() && detail.front().is_object()) {
    error = read_object(detail.front());
    const auto location = detail.front().find("loc");
    if (location != detail.front().end() && location->is_array() && !location->empty() &&
        location->back().is_string()) {
      error.param = location->back().get<std::string>();
    }
  }
  return error;
}

bool is_quota(const ProviderError& error) {
  for (const std::string_view word :
       {"insufficient_quota", "billing", "access_terminated", "insufficient balance", "insufficient_balance",
        "credit balance", "exceeded your current quota", "payment_required"}) {
    if (error.mentions(word)) return true;
  }
  return false;
}

bool is_context_length(const ProviderError& error) {
  for (const std::string_view word :
       {"context_length_exceeded", "exceed_context_size", "context length", "context window", "context size",
        "prompt is too long", "too many tokens", "input is too long"}) {
    if (error.mentions(word)) return true;
  }
  return false;
}

bool is_content_policy(const ProviderError& error) {
  return error.mentions("content_policy") || error.mentions("content_filter") || error.mentions("content policy");
}

/// "api.example.com answered 429 (rate_limit_exceeded)"
std::string opening(const AnswerFacts& facts, const ProviderError& error) {
  const std::string word = error.word();
  std::string text = fmt::format("{} answered {}", facts.host, facts.status);
  if (!word.empty()) text += fmt::format(" ({})", word);
  return text;
}

LlmFailure make(const AnswerFacts& facts, ErrorCode code, LlmAdvice advice, std::string message) {
  LlmFailure failure;
  failure.code = code;
  failure.advice = advice;
  failure.message = std::move(message);
  failure.http_status = facts.status;
  failure.request_id = facts.request_id;
  return failure;
}

std::string redirect_host(const std::string& location) {
  try {
    return parse_http_url(location).authority;
  } catch (const Error&) {
    return "another path";
  }
}

/// What the status and the words mean, before x-should-retry has its say.
LlmFailure judge(const AnswerFacts& facts, const ProviderError& error) {
  const std::string start = opening(facts, error);
  const int status = facts.status;
  if (status >= 300 && status < 400) {
    return make(
        facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
        fmt::format("{}: it redirects to {}. The key isn't sent there; if that is right, set the base URL to it", start,
                    redirect_host(facts.location)));
  }
  if (status == 402 || is_quota(error)) {
    return make(facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{}: the account has no quota or credit left. Check its plan and billing", start));
  }
  if (status == 429) {
    return make(facts, ErrorCode::rate_limited, LlmAdvice::retry, fmt::format("{}: it asks to slow down", start));
  }
  if (status == 401 || status == 403) {
    return make(facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{}: it refuses the key. Check {} and what the key may do", start, facts.key_variable));
  }
  if (is_context_length(error)) {
    return make(
        facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
        fmt::format("{}: the request is longer than {} can take. Use a model with a longer context, or a shorter "
                    "profile and posting",
                    start, facts.model));
  }
  if (status >= 400 && status < 500 && is_content_policy(error)) {
    return make(facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{}: its content filter refuses the request", start));
  }
  if (status == 404) {
    return make(facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{}: it doesn't know the model {} or the path. Check the model's name and the base URL",
                            start, facts.model));
  }
  if (status == 413) {
    return make(facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
                fmt::format("{}: the request is too large. Use a shorter profile and posting", start));
  }
  if (status == 408 || status == 409 || status == 425 || status >= 500) {
    return make(facts, ErrorCode::llm_unavailable, LlmAdvice::retry, start);
  }
  return make(
      facts, ErrorCode::llm_rejected, LlmAdvice::next_model,
      fmt::format("{}: it refuses the request{}", start,
                  error.param.empty() ? std::string() : fmt::format(" because of {}", error.param.substr(0, 64))));
}

}  // namespace

std::string ProviderError::word() const {
  for (const std::string& candidate : {code, type}) {
    const bool numeric = candidate.find_first_not_of("0123456789") == std::string::npos;
    const bool harmless = candidate.size() <= 64 && std::ranges::all_of(candidate, [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                   c == '_' || c == '-' || c == '.';
                          });
    if (!candidate.empty() && harmless && !numeric) return candidate;
  }
  return "";
}

bool ProviderError::mentions(std::string_view text) const {
  return std::ranges::any_of(std::array{&code, &type, &message, &param},
                             [&](const std::string* part) { return lower(*part).find(text) != std::string::npos; });
}

std::optional<ProviderError> provider_error(const json& tree) {
  if (tree.is_array() && !tree.empty() && tree.front().is_object()) return provider_error(tree.front());
  if (!tree.is_object()) return std::nullopt;
  if (const auto error = tree.find("error"); error != tree.end() && !error->is_null()) {
    if (error->is_object()) {
      ProviderError result = read_object(*error);
      if (const auto inner = error->find("error"); inner != error->end() && inner->is_object())
        result = read_object(*inner);
      return result;
    }
    ProviderError result = read_object(tree);
    if (error->is_string()) result.message = error->get<std::string>();
    return result;
  }
  if (text_of(tree, "object") == "error") return read_object(tree);
  if (const auto detail = tree.find("detail"); detail != tree.end() && !tree.contains("choices")) {
    return read_detail(*detail);
  }
  return std::nullopt;
}

ProviderError provider_error_of_body(std::string_view body) {
  const json tree = tree_or_discarded(body);
  if (const auto error = provider_error(tree)) return *error;
  if (tree.is_object()) return read_object(tree);
  return {.message = std::string(body.substr(0, 500))};
}

LlmFailure failure_of_status(const AnswerFacts& facts, const ProviderError& error) {
  LlmFailure failure = judge(facts, error);
  if (facts.should_retry == true && failure.advice != LlmAdvice::retry) {
    failure.code = ErrorCode::llm_unavailable;
    failure.advice = LlmAdvice::retry;
  } else if (facts.should_retry == false && failure.advice == LlmAdvice::retry) {
    failure.advice = LlmAdvice::next_model;
    failure.message += ", and says that a retry can't help";
  }
  if (failure.advice == LlmAdvice::retry) failure.retry_after = facts.retry_after;
  failure.detail = error.message;
  return failure;
}

LlmFailure failure_in_stream(const AnswerFacts& facts, const ProviderError& error) {
  AnswerFacts inside = facts;
  inside.status = 500;
  int number = 0;
  const auto read = std::from_chars(error.code.data(), error.code.data() + error.code.size(), number);
  if (!error.code.empty() && read.ec == std::errc() && read.ptr == error.code.data() + error.code.size() &&
      number >= 400 && number < 600) {
    inside.status = number;
  } else {
    constexpr std::array<std::pair<std::string_view, int>, 11> statuses{{{"rate_limit", 429},
                                                                         {"too_many_requests", 429},
                                                                         {"resource_exhausted", 429},
                                                                         {"authentication_error", 401},
                                                                         {"invalid_api_key", 401},
                                                                         {"permission_error", 403},
                                                                         {"not_found", 404},
                                                                         {"request_too_large", 413},
                                                                         {"overloaded", 503},
                                                                         {"invalid_request", 400},
                                                                         {"exceed_context_size", 400}}};
    const std::string words = lower(error.type + ' ' + error.code);
    for (const auto& [word, status] : statuses) {
      if (words.find(word) == std::string::npos) continue;
      inside.status = status;
      break;
    }
  }
  LlmFailure failure = failure_of_status(inside, error);
  failure.http_status = facts.status;
  const std::string word = error.word();
  const std::string opened = opening(inside, error);
  if (failure.message.starts_with(opened)) {
    failure.message =
        fmt::format("{} broke off its answer with an error{}{}", facts.host,
                    word.empty() ? std::string() : fmt::format(" ({})", word), failure.message.substr(opened.size()));
  }
  return failure;
}

std::string redacted(std::string_view text, std::string_view secret, std::size_t limit) {
  std::string result(text.substr(0, limit * 2));
  if (secret.size() >= 4) {
    for (std::size_t at = 0; (at = result.find(secret, at)) != std::string::npos;)
      result.replace(at, secret.size(), "[key]");
  }
  // Providers quote a part of the key that they refuse, such as "sk-abc***xyz".
  const auto in_key = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '*' || c == '.';
  };
  for (const std::string_view prefix : {"sk-", "Bearer "}) {
    for (std::size_t at = 0; (at = result.find(prefix, at)) != std::string::npos;) {
      std::size_t end = at + prefix.size();
      while (end < result.size() && in_key(result[end])) ++end;
      if ((at > 0 && in_key(result[at - 1]) && prefix == "sk-") || end < at + prefix.size() + 4) {
        at += prefix.size();  // a part of a word, such as "task-"
        continue;
      }
      result.replace(at, end - at, "[key]");
      at += 5;
    }
  }
  if (result.size() > limit) {
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(result[end]) & 0xc0U) == 0x80U) --end;  // not inside a code point
    result.resize(end);
  }
  return result;
}

}  // namespace bespoke
