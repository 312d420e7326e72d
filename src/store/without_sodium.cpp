#include <bespoke/encrypted_store.hpp>

namespace bespoke {

// NOLINTNEXTLINE(performance-unnecessary-value-param): as where there is libsodium
std::unique_ptr<EncryptedStore> encrypt_store(std::shared_ptr<JobStore>, std::shared_ptr<KeyRing>, EncryptionOptions) {
  throw Error(ErrorCode::unsupported, "this library was built without BESPOKE_WITH_SODIUM: it can't encrypt");
}

}  // namespace bespoke
