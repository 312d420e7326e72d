#pragma once

#include <bespoke/job_store.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bespoke {

/// 32 bytes that must be kept apart from the store, such as in a secrets manager.
using MasterKey = std::array<std::uint8_t, 32>;

/// Where the owners' keys are kept, each sealed under a master key: beside the store, or in a store of its own so that
/// backups of one don't hold the other. Thread-safe.
class KeyRing {
 public:
  virtual ~KeyRing() = default;
  /// The sealed key of an owner; nothing if there is none (any more).
  virtual std::optional<std::string> find(const std::string& owner) = 0;
  /// Keeps `sealed` unless the owner has one; gives the one that is kept. Durable when it returns.
  virtual std::string add(const std::string& owner, const std::string& sealed) = 0;
  virtual void replace(const std::string& owner, const std::string& sealed) = 0;
  /// Durable, and not to be recovered, when it returns.
  virtual void destroy(const std::string& owner) = 0;
  virtual std::vector<std::string> owners() = 0;
};

/// One file for each owner in `folder`, which is made where missing; safe for several processes of one host.
std::unique_ptr<KeyRing> open_key_folder(const std::string& folder);

struct EncryptionOptions {
  /// By id; new owners' keys are sealed under `current`, older ids open what was sealed before.
  std::map<std::string, MasterKey> master_keys;
  std::string current;
};

/// Encrypts what people wrote and what was made of it (inputs, outputs, calls, signals, results, streamed text) and the
/// words of errors, with a key of its own for each owner; ids, states, phases, times, owners, tags and usage stay
/// readable, since jobs are found by them. XChaCha20-Poly1305: what was tampered with, or moved to another job, is
/// `store_corrupt`. Wraps any store.
class EncryptedStore : public JobStore {
 public:
  /// Seals every owner's key under the current master key anew; the jobs themselves stay as they are. Returns how many
  /// had another.
  virtual std::size_t rotate_master_key() = 0;
  /// Destroys the owner's key: nothing of the owner's can be read any more, in backups and logs of the store neither.
  /// Reads give `not_found`; delete the jobs to be rid of their rows. A job that the owner submits later gets a new
  /// key.
  virtual void erase_owner(const std::string& owner) = 0;
};

/// Throws Error(invalid_argument) without a current master key, `unsupported` in a build without libsodium. Reading
/// what was sealed under a master key that isn't among `options.master_keys`, or is a wrong one, is `store_unavailable`
/// with the id of the key.
std::unique_ptr<EncryptedStore> encrypt_store(std::shared_ptr<JobStore> inner, std::shared_ptr<KeyRing> keys,
                                              EncryptionOptions options);

}  // namespace bespoke
