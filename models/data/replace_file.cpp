#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "models/data/files.hpp"

namespace models {
namespace {

using Parts = std::span<const std::span<const std::byte>>;

[[noreturn]] void fail_to_write(const std::string& path) {
  throw std::runtime_error(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

void write_all(int file, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) fail_to_write(path);
    if (wrote > 0) bytes = bytes.subspan(wrote);
  }
}

// Writes the parts, brings them to the disk and closes the file, whatever happens. `path` is for the message.
void fill_and_close(int file, Parts parts, const std::string& path) {
  try {
    for (const auto& part : parts) write_all(file, part, path);
    // without fsync a power cut could leave the new name on a file without its content; pipes and the like have none
    if (fsync(file) != 0 && errno != EINVAL) fail_to_write(path);
  } catch (...) {
    close(file);
    throw;
  }
  if (close(file) != 0) fail_to_write(path);
}

// Creates a draft that no other process has, and returns its name.
std::string create_draft(const std::string& target, int& file, const std::string& path) {
  for (int n = 0;; ++n) {
    std::string draft = fmt::format("{}.{}.{}.tmp", target, getpid(), n);
    file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) return draft;
    if (errno != EEXIST) fail_to_write(path);
  }
}

}  // namespace

void replace_file(const std::string& path, Parts parts) {
  struct stat old {};
  const bool exists = stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode))
    throw std::runtime_error(fmt::format("{}: is a directory, expected a file", path));
  int file = -1;
  if (exists && !S_ISREG(old.st_mode)) {
    file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) fail_to_write(path);
    return fill_and_close(file, parts, path);
  }
  // where a link points, so that renaming replaces the file and not the link
  const std::string target = std::filesystem::weakly_canonical(path).string();
  const std::string draft = create_draft(target, file, path);
  try {
    if (exists && fchmod(file, old.st_mode & 07777) != 0) {
      const int error = errno;
      close(file);
      errno = error;
      fail_to_write(path);
    }
    fill_and_close(file, parts, path);
    if (rename(draft.c_str(), target.c_str()) != 0) fail_to_write(path);
  } catch (...) {
    unlink(draft.c_str());
    throw;
  }
}

}  // namespace models
