#include "output_files.hpp"

#include <bespoke/error.hpp>
#include <bespoke/json.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

[[noreturn]] void fail(const fs::path& path, const char* what, int number) {
  const auto code = number == ENOSPC ? bespoke::ErrorCode::no_space : bespoke::ErrorCode::invalid_argument;
  throw bespoke::Error(code, fmt::format("{}: {}: {}", path.string(), what, std::strerror(number)));
}

void write_file(const fs::path& path, const std::string& content) {
  fs::path draft = path;
  draft += fmt::format(".{}.tmp", ::getpid());
  errno = 0;
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  std::error_code error;
  if (!file) {
    const int number = errno == 0 ? EIO : errno;
    fs::remove(draft, error);
    fail(path, "can't be written", number);
  }
  fs::rename(draft, path, error);
  if (error) {
    const int number = error.value();
    fs::remove(draft, error);
    fail(path, "can't be replaced", number);
  }
}

std::string text_of(const ordered_json& tree) {
  return tree.is_string() ? tree.get<std::string>() : tree.dump(2);
}

std::string ended_by_newline(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace

void prepare_output(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) fail(directory, "can't be made", error.value());
  if (!fs::is_directory(directory)) fail(directory, "is no folder", ENOTDIR);
  if (::access(directory.c_str(), W_OK | X_OK) != 0) fail(directory, "can't be written to", errno);
}

fs::path write_outputs(const fs::path& directory, const bespoke::Json& result) {
  prepare_output(directory);
  const ordered_json tree = ordered_json::parse(result.text());
  const ordered_json& previews = tree.at("previews");
  write_file(directory / "preview.md", ended_by_newline(text_of(previews.at("markdown"))));
  write_file(directory / "resume.json", ended_by_newline(tree.at("profile").dump(2)));
  std::string letter = ended_by_newline(text_of(tree.at("cover_letter")));
  // The letter itself is without contact data; who signs it stands in the profile.
  const ordered_json basics = tree.at("profile").value("basics", ordered_json::object());
  if (const std::string name = basics.value("name", ""); !name.empty()) letter += "\n" + name + "\n";
  write_file(directory / "letter.md", letter);
  write_file(directory / "result.json", ended_by_newline(tree.dump(2)));
  fs::path page = directory / "preview.html";
  write_file(page, text_of(previews.at("html")));
  return page;
}

}  // namespace cli
