#pragma once

#include <filesystem>
#include <string>

namespace bespoke {

/// Makes `folder` and the folders above it where they are missing, readable for this user alone, and durable: a power
/// cut doesn't take them away. Throws Error(store_unavailable or no_space) that names the one that can't be made.
void make_folders(const std::filesystem::path& folder);

/// Makes an empty file, readable for this user alone, unless there is something of that name. What is there isn't even
/// opened: closing it again would drop every fcntl(2) lock that this process has on it. Throws like `make_folders`.
void make_private_file(const std::filesystem::path& file);

/// The name of the network filesystem that `folder` is on, such as "NFS"; empty for all others.
std::string network_filesystem(const std::filesystem::path& folder);

}  // namespace bespoke
