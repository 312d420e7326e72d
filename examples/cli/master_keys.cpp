#include "master_keys.hpp"

#include "input_files.hpp"

#include <bespoke/encrypted_store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

namespace cli {
namespace {

using std::filesystem::perms;

bespoke::Error unusable(const std::string& file, std::string_view why) {
  return {bespoke::ErrorCode::invalid_argument, fmt::format("{}: {}", file, why)};
}

std::optional<bespoke::MasterKey> from_hex(std::string_view digits) {
  bespoke::MasterKey key{};
  if (digits.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char* pair = digits.data() + 2 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, key[i], 16);
    if (error != std::errc() || end != pair + 2) return std::nullopt;
  }
  return key;
}

bespoke::MasterKey read_master_key(const std::string& file) {
  std::error_code error;
  const perms rights = std::filesystem::status(file, error).permissions();
  if (!error && (rights & (perms::group_all | perms::others_all)) != perms::none)
    throw unusable(file, "others may read it, or write to it; take that away with chmod 600");
  std::string text = read_bytes(file);
  bespoke::MasterKey key{};
  if (text.size() == key.size()) {
    std::copy(text.begin(), text.end(), key.begin());
    return key;
  }
  if (text.ends_with('\n')) text.pop_back();
  if (const auto hex = from_hex(text)) return *hex;
  throw unusable(file, "a master key is 32 bytes, or 64 hexadecimal digits");
}

/// Beside what the store keeps in this file system.
std::string default_key_folder(const std::string& uri) {
  for (const std::string_view scheme : {"sqlite:", "file:"}) {
    if (uri.starts_with(scheme)) return uri.substr(scheme.size(), uri.find('?') - scheme.size()) + ".keys";
  }
  throw bespoke::Error(bespoke::ErrorCode::invalid_argument,
                       "say with --key-folder where the owners' keys of this store are kept");
}

}  // namespace

std::unique_ptr<bespoke::JobStore> with_master_keys(std::unique_ptr<bespoke::JobStore> store,
                                                    const StoreChoice& choice) {
  if (choice.key_files.empty()) return store;
  bespoke::EncryptionOptions options;
  for (const std::string& file : choice.key_files) {
    const std::string id = std::filesystem::path(file).filename().string();
    if (!options.master_keys.emplace(id, read_master_key(file)).second)
      throw unusable(file, "two key files have this name, which is the id of the key");
    if (options.current.empty()) options.current = id;
  }
  const std::string folder = choice.key_folder.empty() ? default_key_folder(choice.uri) : choice.key_folder;
  return bespoke::encrypt_store(std::move(store), bespoke::open_key_folder(folder), options);
}

}  // namespace cli
