#include "platform/files.hpp"

#include "platform/os_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace bespoke {
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

std::string read_whole_file(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_os_error("can't read " + file.string());
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count > 0) {
      content.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      break;
    } else if (errno != EINTR) {
      const int number = errno;
      close(fd);
      errno = number;
      throw_os_error("can't read " + file.string());
    }
  }
  close(fd);
  return content;
}

void replace_file(const std::filesystem::path& file, std::string_view content, bool and_sync_folder) {
  const std::string temporary = file.string() + ".tmp";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw_os_error("can't write " + temporary);
  const auto give_up = [&] {
    const int number = errno;
    close(fd);
    unlink(temporary.c_str());
    errno = number;
    throw_os_error("can't write " + file.string());
  };
  while (!content.empty()) {
    const ssize_t count = write(fd, content.data(), content.size());
    if (count < 0 && errno != EINTR) give_up();
    if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (fdatasync(fd) != 0) give_up();
  close(fd);
  if (rename(temporary.c_str(), file.c_str()) != 0) {
    const int number = errno;
    unlink(temporary.c_str());
    errno = number;
    throw_os_error("can't write " + file.string());
  }
  if (and_sync_folder) sync_folder(file.parent_path());
}

void overwrite_file(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) throw_os_error("can't open " + file.string());
  const off_t size = lseek(fd, 0, SEEK_END);
  const std::string zeros(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  const bool done = pwrite(fd, zeros.data(), zeros.size(), 0) == static_cast<ssize_t>(zeros.size()) && fsync(fd) == 0;
  const int number = errno;
  close(fd);
  errno = number;
  if (!done) throw_os_error("can't overwrite " + file.string());
}

void delete_file(const std::filesystem::path& file) {
  if (unlink(file.c_str()) != 0 && errno != ENOENT) throw_os_error("can't delete " + file.string());
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
