#include "apply/prompts.hpp"

#include <bespoke/error.hpp>

#include "apply/embedded_file.hpp"
#include "job/sha256.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::string_view folder = "prompts/";
constexpr std::string_view ending = ".txt";

}  // namespace

Prompts::Prompts(const std::map<std::string, std::string>& replaced) {
  for (const EmbeddedFile& file : apply_files()) {
    if (!file.name.starts_with(folder) || !file.name.ends_with(ending)) continue;
    texts_.emplace(file.name.substr(folder.size(), file.name.size() - folder.size() - ending.size()), file.text);
  }
  for (const auto& [name, text] : replaced) {
    const auto found = texts_.find(name);
    if (found == texts_.end()) {
      std::string known;
      for (const auto& entry : texts_) known += (known.empty() ? "" : ", ") + entry.first;
      throw Error(ErrorCode::invalid_argument, fmt::format("no prompt is called \"{}\"; there are {}", name, known));
    }
    if (text.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("the prompt \"{}\" is empty", name));
    found->second = text;
  }
}

const std::string& Prompts::text(std::string_view name) const {
  const auto found = texts_.find(name);
  if (found == texts_.end()) throw Error(ErrorCode::internal, fmt::format("the library holds no prompt \"{}\"", name));
  return found->second;
}

std::string Prompts::with_problems(std::string_view name, std::string_view problems) const {
  constexpr std::string_view slot = "{{problems}}";
  std::string filled = text(name);
  const std::size_t at = filled.find(slot);
  if (at == std::string::npos) return filled + "\n" + std::string(problems);
  return filled.replace(at, slot.size(), problems);
}

JsonTree Prompts::hashes() const {
  JsonTree hashes = JsonTree::object();
  for (const auto& [name, text] : texts_) hashes[name] = sha256_hex(text);
  return hashes;
}

}  // namespace bespoke
