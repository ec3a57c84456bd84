#include "models/data/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace models {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> read_plain(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  std::vector<std::uint8_t> bytes(fs::file_size(path));
  in.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", path));
  return bytes;
}

std::vector<std::uint8_t> read_gz(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(path.c_str(), "rb"), gzclose);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  gzbuffer(in.get(), 1 << 17);
  std::vector<std::uint8_t> bytes;
  std::size_t size = 0;
  for (int got = 1; got > 0; size += got) {
    if (size == bytes.size()) bytes.resize(std::max<std::size_t>(1 << 20, 2 * size));
    got = gzread(in.get(), bytes.data() + size, unsigned(std::min<std::size_t>(bytes.size() - size, 1 << 30)));
    if (got < 0) throw std::runtime_error(fmt::format("{}: the gzip data is damaged or cut short", path));
  }
  // zlib hands through what is not gzip, and reports a stream cut short only here
  if (gzdirect(in.get()) != 0)
    throw std::runtime_error(fmt::format("{}: its name ends in .gz, but it is not a gzip file", path));
  int error = Z_OK;
  gzerror(in.get(), &error);
  if (error != Z_OK) throw std::runtime_error(fmt::format("{}: the gzip data is damaged or cut short", path));
  bytes.resize(size);
  return bytes;
}

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

}  // namespace

std::vector<std::uint8_t> read_file(const std::string& path) {
  if (!fs::exists(path)) throw std::runtime_error(fmt::format("{}: no such file", path));
  if (fs::is_directory(path)) throw std::runtime_error(fmt::format("{}: is a directory, expected a file", path));
  return path.ends_with(".gz") ? read_gz(path) : read_plain(path);
}

std::string plain_or_gz(const std::string& path) {
  return !fs::exists(path) && fs::exists(path + ".gz") ? path + ".gz" : path;
}

void replace_file(const std::string& path, std::span<const std::span<const std::byte>> parts) {
  if (fs::is_directory(path)) throw std::runtime_error(fmt::format("{}: is a directory, expected a file", path));
  const std::string draft = path + ".tmp";
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail_to_write(path);
  try {
    for (const auto& part : parts) write_all(file, part, path);
    // without fsync a power cut could leave the new name on a file without its content; pipes and the like have none
    if (fsync(file) != 0 && errno != EINVAL) fail_to_write(path);
  } catch (...) {
    close(file);
    unlink(draft.c_str());
    throw;
  }
  if (close(file) != 0 || rename(draft.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(draft.c_str());
    errno = error;
    fail_to_write(path);
  }
}

}  // namespace models
