#pragma once

#include "options.hpp"

#include <bespoke/job_store.hpp>

#include <memory>

namespace cli {

/// `store` encrypted under the keys of `choice`, or as it is when it names none. Throws
/// bespoke::Error(invalid_argument) for a key file that holds no key or that others may read.
std::unique_ptr<bespoke::JobStore> with_master_keys(std::unique_ptr<bespoke::JobStore> store,
                                                    const StoreChoice& choice);

}  // namespace cli
