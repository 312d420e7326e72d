#include <bespoke/encrypted_store.hpp>

#include "job/sha256.hpp"
#include "platform/files.hpp"
#include "platform/lock_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>

namespace bespoke {
namespace {

/// The owner's name is in the first line, the sealed key in the second; the file is named by a hash, since an owner's
/// name may hold anything.
class KeyFolder final : public KeyRing {
 public:
  explicit KeyFolder(std::filesystem::path folder)
      : folder_(std::move(folder)), lock_((folder_ / "keys.lock").string()) {}

  std::optional<std::string> find(const std::string& owner) override {
    const std::filesystem::path file = file_of(owner);
    if (!std::filesystem::exists(file)) return std::nullopt;
    const std::string text = read_whole_file(file);
    const std::size_t end = text.find('\n', owner.size());
    if (!text.starts_with(owner) || end != owner.size())
      throw Error(ErrorCode::store_corrupt, fmt::format("{} isn't the key of its owner", file.string()));
    return text.substr(end + 1);
  }

  std::string add(const std::string& owner, const std::string& sealed) override {
    const Held held(*this);
    if (auto there = find(owner)) return *there;
    replace_file(file_of(owner), owner + '\n' + sealed);
    return sealed;
  }

  void replace(const std::string& owner, const std::string& sealed) override {
    const Held held(*this);
    if (find(owner)) replace_file(file_of(owner), owner + '\n' + sealed);
  }

  void destroy(const std::string& owner) override {
    const Held held(*this);
    const std::filesystem::path file = file_of(owner);
    if (!std::filesystem::exists(file)) return;
    overwrite_file(file);
    delete_file(file);
    sync_folder(folder_);
  }

  std::vector<std::string> owners() override {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() != ".key") continue;
      const std::string text = read_whole_file(entry.path());
      all.push_back(text.substr(0, text.rfind('\n')));
    }
    return all;
  }

 private:
  class Held {
   public:
    explicit Held(KeyFolder& folder) : folder_(folder) {
      folder_.mutex_.lock();
      if (folder_.lock_.lock_until(std::chrono::steady_clock::now() + std::chrono::seconds(5))) return;
      folder_.mutex_.unlock();
      throw Error(ErrorCode::store_unavailable, fmt::format("{} stays locked", folder_.lock_.path()));
    }
    ~Held() {
      folder_.lock_.unlock();
      folder_.mutex_.unlock();
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    KeyFolder& folder_;
  };

  std::filesystem::path file_of(const std::string& owner) const { return folder_ / (sha256_hex(owner) + ".key"); }

  const std::filesystem::path folder_;
  std::mutex mutex_;
  LockFile lock_;  // under mutex_
};

}  // namespace

std::unique_ptr<KeyRing> open_key_folder(const std::string& folder) {
  make_folders(folder);
  return std::make_unique<KeyFolder>(folder);
}

}  // namespace bespoke
