#pragma once

#include <filesystem>
#include <string>

namespace bespoke {

/// Makes `folder` and the folders above it where they are missing, readable for this user alone, and durable: a power
/// cut doesn't take them away. Throws Error(store_unavailable or no_space) that names the one that can't be made.
void make_folders(const std::filesystem::path& folder);

/// The name of the network filesystem that `folder` is on, such as "NFS"; empty for all others.
std::string network_filesystem(const std::filesystem::path& folder);

}  // namespace bespoke
