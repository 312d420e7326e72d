#include "input_files.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace cli {
namespace {

std::string name_of(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

bespoke::Error wrong(const std::string& path, std::string_view what) {
  return {bespoke::ErrorCode::invalid_argument, fmt::format("{}: {}", name_of(path), what)};
}

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Reads JSON, and names the file in what goes wrong.
bespoke::Json parse(const std::string& path, const std::string& text) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw wrong(path, "is empty; expected a JSON object");
  try {
    return bespoke::Json::parse(text);
  } catch (const bespoke::Error& error) {
    throw wrong(path, error.message());
  }
}

}  // namespace

std::string read_bytes(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(path == "-" ? nullptr : std::fopen(path.c_str(), "rb"));
  if (!file && path != "-") throw wrong(path, fmt::format("can't be opened: {}", std::strerror(errno)));
  std::FILE* const stream = file ? file.get() : stdin;
  std::string text;
  char block[16384];
  while (const std::size_t count = std::fread(block, 1, sizeof block, stream)) text.append(block, count);
  if (std::ferror(stream) != 0) throw wrong(path, fmt::format("can't be read: {}", std::strerror(errno)));
  return text;
}

std::string read_input(const std::string& path) {
  std::string text = read_bytes(path);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // a byte order mark is no part of the document
  return text;
}

bespoke::Json read_profile(const std::string& path) {
  bespoke::Json profile = parse(path, read_input(path));
  if (profile.is_null()) throw wrong(path, "expected a JSON Resume object, found null");
  return profile;
}

bespoke::Json read_posting(const std::string& path) {
  const std::string text = read_input(path);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) throw wrong(path, "is empty; expected a job posting as JSON, plain text or HTML");
  if (path.ends_with(".json") || text[start] == '{') return parse(path, text);
  try {
    return {text};
  } catch (const bespoke::Error& error) {
    throw wrong(path, error.message());
  }
}

}  // namespace cli
