#include <bespoke/encrypted_store.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace bespoke {
namespace {

constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_size == std::tuple_size_v<MasterKey>);

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// Nonce and cipher text. `context` must be the same when it is opened: what was moved elsewhere doesn't open.
std::string seal(const MasterKey& key, std::string_view text, std::string_view context) {
  std::string sealed(nonce_size + text.size() + tag_size, '\0');
  randombytes_buf(bytes(sealed), nonce_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(sealed) + nonce_size, nullptr, bytes(text), text.size(),
                                             bytes(context), context.size(), nullptr, bytes(sealed), key.data());
  return sealed;
}

std::optional<std::string> unseal(const MasterKey& key, std::string_view sealed, std::string_view context) {
  if (sealed.size() < nonce_size + tag_size) return std::nullopt;
  std::string text(sealed.size() - nonce_size - tag_size, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(text), nullptr, nullptr, bytes(sealed) + nonce_size,
                                                 sealed.size() - nonce_size, bytes(context), context.size(),
                                                 bytes(sealed), key.data()) != 0)
    return std::nullopt;
  return text;
}

std::string to_base64(std::string_view data) {
  std::string text(sodium_base64_ENCODED_LEN(data.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(data), data.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(std::strlen(text.c_str()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string data(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(data), data.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return std::nullopt;
  data.resize(size);
  return data;
}

/// How sealed texts begin where the store wants JSON: a string that no phase gives by chance.
constexpr std::string_view mark = "\"bespoke-sealed-1:";

class Encrypted final : public EncryptedStore {
 public:
  Encrypted(std::shared_ptr<JobStore> inner, std::shared_ptr<KeyRing> keys, EncryptionOptions options)
      : inner_(std::move(inner)), keys_(std::move(keys)), options_(std::move(options)) {}
  ~Encrypted() override {
    for (auto& [id, key] : options_.master_keys) sodium_memzero(key.data(), key.size());
  }
  Encrypted(const Encrypted&) = delete;
  Encrypted& operator=(const Encrypted&) = delete;

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    std::vector<Mutation> sealed(batch.begin(), batch.end());
    for (Mutation& mutation : sealed) {
      if (!mutation.record) continue;
      const std::string& owner = mutation.record->job.owner;
      const bool has_secrets = !mutation.put.empty() || mutation.text || mutation.record->job.error;
      if (mutation.kind != MutationKind::submit && !has_secrets && no_phase_failed(*mutation.record)) continue;
      const MasterKey key = key_for_writing(owner, mutation.kind == MutationKind::submit);
      for (Payload& payload : mutation.put)
        payload.body = seal_text(key, payload.body, payload_context(mutation.id, payload.kind, payload.name));
      if (mutation.text) mutation.text->text = seal_chunk(key, mutation.text->text, mutation.id, *mutation.text);
      seal_errors(key, *mutation.record);
    }
    std::vector<MutationResult> results = inner_->apply(sealed);
    for (MutationResult& result : results)
      if (result.current) open_errors(*result.current);
    return results;
  }

  std::optional<JobRecord> get(const JobId& id) override {
    std::optional<JobRecord> record = inner_->get(id);
    if (record) open_errors(*record);
    return record;
  }
  std::vector<JobRecord> list(const JobQuery& query) override {
    std::vector<JobRecord> page = inner_->list(query);
    for (JobRecord& record : page) open_errors(record);
    return page;
  }
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimPage page = inner_->claimable(query);
    for (JobRecord& record : page.jobs) open_errors(record);
    return page;
  }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    std::optional<std::string> body = inner_->payload(id, kind, name);
    if (!body) return std::nullopt;
    return open_text(key_of_job(id), *body, payload_context(id, kind, name));
  }
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override {
    std::vector<Payload> all = inner_->payloads(id, kind);
    if (all.empty()) return all;
    const MasterKey key = key_of_job(id);
    for (Payload& payload : all) payload.body = open_text(key, payload.body, payload_context(id, kind, payload.name));
    return all;
  }
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    // Chunks are longer when sealed: read them all, and cut what comes before `offset` here.
    const std::string stored = inner_->text(id, phase, attempt, 0);
    if (stored.empty()) return {};
    const MasterKey key = key_of_job(id);
    std::string all;
    std::string_view rest = stored;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::size_t colon = std::min(rest.find(':'), end);
      const std::string start(rest.substr(0, colon));
      const auto data = from_base64(rest.substr(std::min(colon + 1, end), end - std::min(colon + 1, end)));
      const auto text = data ? unseal(key, *data, text_context(id, phase, attempt, start)) : std::nullopt;
      if (!text) throw_corrupt(id);
      const std::uint64_t at = std::stoull(start);
      const std::uint64_t skip = offset > at ? offset - at : 0;
      if (skip < text->size()) all.append(*text, skip);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return all;
  }
  ChangePage changes(ChangeCursor since, std::size_t limit) override { return inner_->changes(since, limit); }
  ChangeCursor latest_change() override { return inner_->latest_change(); }
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return inner_->on_wake(std::move(wake));
  }
  std::vector<RunnerStatus> runners() override { return inner_->runners(); }
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override { return inner_->join(runner); }
  Liveness probe(const RunnerId& runner) override { return inner_->probe(runner); }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override { return inner_->expired(now, limit); }
  StoreCapabilities capabilities() const override { return inner_->capabilities(); }

  std::size_t rotate_master_key() override {
    std::size_t rotated = 0;
    for (const std::string& owner : keys_->owners()) {
      const auto sealed = keys_->find(owner);
      if (!sealed || sealed->starts_with(options_.current + ":")) continue;
      keys_->replace(owner, seal_key(owner, open_key(owner, *sealed)));
      ++rotated;
    }
    return rotated;
  }

  void erase_owner(const std::string& owner) override { keys_->destroy(owner); }

 private:
  static std::string payload_context(const JobId& id, PayloadKind kind, const std::string& name) {
    return fmt::format("{}/{}/{}", id.to_string(), to_string(kind), name);
  }
  static std::string text_context(const JobId& id, const std::string& phase, int attempt, const std::string& start) {
    return fmt::format("{}/text/{}/{}/{}", id.to_string(), phase, attempt, start);
  }
  static std::string error_context(const JobId& id, const std::string& where) {
    return fmt::format("{}/error/{}", id.to_string(), where);
  }
  [[noreturn]] static void throw_corrupt(const JobId& id) {
    throw Error(ErrorCode::store_corrupt,
                fmt::format("what is stored of job {} was not written with its owner's key, or was changed since",
                            id.to_string()));
  }

  static std::string seal_text(const MasterKey& key, std::string_view text, const std::string& context) {
    return std::string(mark) + to_base64(seal(key, text, context)) + '"';
  }
  static std::string seal_chunk(const MasterKey& key, std::string_view text, const JobId& id, const TextChunk& chunk) {
    const std::string start = std::to_string(chunk.offset);
    return start + ':' + to_base64(seal(key, text, text_context(id, chunk.phase, chunk.attempt, start))) + '\n';
  }
  static std::string open_text(const MasterKey& key, std::string_view stored, const std::string& context) {
    std::optional<std::string> text;
    if (stored.starts_with(mark) && stored.ends_with('"')) {
      const auto data = from_base64(stored.substr(mark.size(), stored.size() - mark.size() - 1));
      if (data) text = unseal(key, *data, context);
    }
    if (!text)
      throw Error(ErrorCode::store_corrupt,
                  fmt::format("{} was not written with its owner's key, or was changed since", context));
    return *text;
  }

  static bool no_phase_failed(const JobRecord& record) {
    for (const PhaseRecord& phase : record.job.phases)
      if (phase.error) return false;
    return true;
  }
  static void seal_error(const MasterKey& key, ErrorInfo& error, const JobId& id, const std::string& where) {
    if (!error.message.empty()) error.message = seal_text(key, error.message, error_context(id, where));
    if (!error.detail.empty()) error.detail = seal_text(key, error.detail, error_context(id, where + "/detail"));
  }
  static void seal_errors(const MasterKey& key, JobRecord& record) {
    Job& job = record.job;
    if (job.error) seal_error(key, *job.error, job.id, "");
    for (PhaseRecord& phase : job.phases)
      if (phase.error) seal_error(key, *phase.error, job.id, phase.name);
  }
  /// Of an owner whose key was destroyed the words are gone, and the code stays.
  void open_errors(JobRecord& record) {
    Job& job = record.job;
    if (!job.error && no_phase_failed(record)) return;
    const std::optional<MasterKey> key = find_key(job.owner);
    const auto open = [&](ErrorInfo& error, const std::string& where) {
      const auto open_part = [&](std::string& part, const std::string& context) {
        if (!part.starts_with(mark)) return;
        part = key ? open_text(*key, part, context) : "erased with its owner's key";
      };
      open_part(error.message, error_context(job.id, where));
      open_part(error.detail, error_context(job.id, where + "/detail"));
    };
    if (job.error) open(*job.error, "");
    for (PhaseRecord& phase : job.phases)
      if (phase.error) open(*phase.error, phase.name);
  }

  MasterKey key_of_job(const JobId& id) {
    const auto record = inner_->get(id);
    if (!record) throw Error(ErrorCode::not_found, fmt::format("there is no job {}", id.to_string()));
    const auto key = find_key(record->job.owner);
    if (!key)
      throw Error(ErrorCode::not_found, fmt::format("job {} was erased: its owner's key is destroyed", id.to_string()));
    return *key;
  }

  /// The owner's key; a new one is made only for a submit, so that what still runs can't bring an erased owner back.
  MasterKey key_for_writing(const std::string& owner, bool may_make) {
    if (const auto key = find_key(owner)) return *key;
    if (!may_make)
      throw Error(ErrorCode::not_found,
                  "the owner's key is destroyed: nothing more can be stored for the owner's jobs");
    MasterKey fresh{};
    randombytes_buf(fresh.data(), fresh.size());
    return open_key(owner, keys_->add(owner, seal_key(owner, fresh)));  // another process may have been faster
  }

  std::optional<MasterKey> find_key(const std::string& owner) {
    const auto sealed = keys_->find(owner);  // always asked: another process may have destroyed it
    return sealed ? std::optional(open_key(owner, *sealed)) : std::nullopt;
  }

  /// "ID:BASE64": the id of the master key and the sealed key.
  std::string seal_key(const std::string& owner, const MasterKey& key) const {
    const std::string_view text(reinterpret_cast<const char*>(key.data()), key.size());
    return options_.current + ':' + to_base64(seal(options_.master_keys.at(options_.current), text, "owner/" + owner));
  }
  MasterKey open_key(const std::string& owner, const std::string& sealed) const {
    const std::size_t colon = std::min(sealed.rfind(':'), sealed.size());
    const std::string id = sealed.substr(0, colon);
    const auto master = options_.master_keys.find(id);
    if (master == options_.master_keys.end())
      throw Error(ErrorCode::store_unavailable,
                  fmt::format("the keys of this store are sealed under the master key \"{}\", which isn't given", id));
    const auto data = from_base64(std::string_view(sealed).substr(std::min(colon + 1, sealed.size())));
    const auto text = data ? unseal(master->second, *data, "owner/" + owner) : std::nullopt;
    MasterKey key{};
    if (!text || text->size() != key.size())
      throw Error(ErrorCode::store_unavailable,
                  fmt::format("the master key \"{}\" is not the one that this store was encrypted with", id));
    std::memcpy(key.data(), text->data(), key.size());
    return key;
  }

  const std::shared_ptr<JobStore> inner_;
  const std::shared_ptr<KeyRing> keys_;
  EncryptionOptions options_;
};

}  // namespace

std::unique_ptr<EncryptedStore> encrypt_store(std::shared_ptr<JobStore> inner, std::shared_ptr<KeyRing> keys,
                                              EncryptionOptions options) {
  if (sodium_init() < 0) throw Error(ErrorCode::internal, "libsodium can't be set up");
  if (!inner || !keys) throw Error(ErrorCode::invalid_argument, "an encrypted store needs a store and a key ring");
  if (!options.master_keys.contains(options.current))
    throw Error(ErrorCode::invalid_argument, "the current master key must be among the master keys");
  for (const auto& [id, key] : options.master_keys) {
    if (id.empty() || id.find_first_of(":\n") != std::string::npos)
      throw Error(ErrorCode::invalid_argument,
                  "the id of a master key must not be empty or hold a colon or a line end");
  }
  return std::make_unique<Encrypted>(std::move(inner), std::move(keys), std::move(options));
}

}  // namespace bespoke
