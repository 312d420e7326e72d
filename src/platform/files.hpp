#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace bespoke {

/// Makes `folder` and the folders above it where they are missing, readable for this user alone, and durable: a power
/// cut doesn't take them away. Throws Error(store_unavailable or no_space) that names the one that can't be made.
void make_folders(const std::filesystem::path& folder);

/// Makes an empty file, readable for this user alone, unless there is something of that name. What is there isn't even
/// opened: closing it again would drop every fcntl(2) lock that this process has on it. Throws like `make_folders`.
void make_private_file(const std::filesystem::path& file);

/// The whole of a file. Throws Error(store_unavailable) that names it.
std::string read_whole_file(const std::filesystem::path& file);

/// Replaces `file` at once and durably: a temporary file beside it is written, synced and renamed over it, and the
/// folder synced. With `and_sync_folder` false the caller syncs the folder. Throws Error(store_unavailable or no_space)
/// that names the file, which is then as it was.
void replace_file(const std::filesystem::path& file, std::string_view content, bool and_sync_folder = true);

/// Fills `file` with zeros, durably, so that its content is not left on the disk when it is deleted (as far as the disk
/// itself writes in place).
void overwrite_file(const std::filesystem::path& file);

/// Deletes `file` if it is there, durably once the folder is synced.
void delete_file(const std::filesystem::path& file);

/// Makes what was renamed and deleted in `folder` durable.
void sync_folder(const std::filesystem::path& folder);

/// The name of the network filesystem that `folder` is on, such as "NFS"; empty for all others.
std::string network_filesystem(const std::filesystem::path& folder);

}  // namespace bespoke
