#include "llm/http_url.hpp"

#include <bespoke/error.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace bespoke {
namespace {

using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned int flags = 0) {
  char* text = nullptr;
  const CURLUcode result = curl_url_get(url, which, &text, flags);
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  if (result == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  return result == CURLUE_OK && text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

bool is_ipv4(std::string_view host) {
  // curl has brought every spelling of an address (hexadecimal, one number) into the dotted form.
  return std::ranges::count(host, '.') == 3 && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

HttpUrl parse_http_url(const std::string& url) {
  const CurlUrl parsed(curl_url(), curl_url_cleanup);
  if (!parsed) throw std::bad_alloc();
  const CURLUcode reading = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (reading == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  const bool readable = reading == CURLUE_OK;
  const auto scheme = readable ? part(parsed.get(), CURLUPART_SCHEME) : std::nullopt;
  auto host = readable ? part(parsed.get(), CURLUPART_HOST) : std::nullopt;
  if (!scheme || !host || (*scheme != "https" && *scheme != "http")) {
    throw Error(ErrorCode::invalid_argument,
                "the address of the LLM server isn't an http or https URL: give one such as https://api.openai.com/v1");
  }
  std::ranges::transform(*host, host->begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (part(parsed.get(), CURLUPART_USER) || part(parsed.get(), CURLUPART_PASSWORD)) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("the URL of {} carries a user name or a password: give the key as the API key instead", *host));
  }
  HttpUrl result;
  result.tls = *scheme == "https";
  result.host = *host;
  const auto port = part(parsed.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  result.authority = port ? fmt::format("{}:{}", *host, *port) : *host;
  const bool ipv4 = is_ipv4(*host);
  result.numeric = ipv4 || host->starts_with('[');
  result.loopback =
      *host == "localhost" || host->ends_with(".localhost") || *host == "[::1]" || (ipv4 && host->starts_with("127."));
  return result;
}

}  // namespace bespoke
