#include "platform/files.hpp"

#include "platform/os_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace bespoke {
namespace {

void sync_folder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_os_error("can't open the folder " + folder.string());
  const int result = fsync(fd);
  const int number = errno;
  close(fd);
  errno = number;
  // Some filesystems can't sync folders and say so with EINVAL; there is nothing more to be done on them.
  if (result != 0 && number != EINVAL) throw_os_error("can't sync the folder " + folder.string());
}

}  // namespace

void make_folders(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return;
  const std::filesystem::path above = folder.parent_path();
  make_folders(above);
  if (mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) {
      if (std::filesystem::is_directory(folder, ignored)) return;
      errno = ENOTDIR;
    }
    throw_os_error("can't make the folder " + folder.string());
  }
  sync_folder(above.empty() ? "." : above);
}

void make_private_file(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
  } else if (errno != EEXIST) {
    throw_os_error("can't make " + file.string());
  }
}

std::string network_filesystem(const std::filesystem::path& folder) {
  // The f_type of statfs(2); most are in linux/magic.h.
  constexpr std::pair<std::uint32_t, const char*> network_types[] = {
      {0x6969, "NFS"},        {0x517b, "SMB"},      {0xfe534d42, "SMB2"},   {0xff534d42, "CIFS"},
      {0x73757245, "Coda"},   {0x5346414f, "AFS"},  {0x6b414653, "AFS"},    {0x00c36400, "Ceph"},
      {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"}, {0xaad7aaea, "PanFS"},
  };
  struct statfs info {};
  if (statfs(folder.empty() ? "." : folder.c_str(), &info) != 0)
    throw_os_error("can't tell the filesystem of " + folder.string());
  for (const auto& [type, name] : network_types) {
    if (static_cast<std::uint32_t>(info.f_type) == type) return name;
  }
  return {};
}

}  // namespace bespoke
