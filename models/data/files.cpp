#include "models/data/files.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFirstBuffer = 1 << 16;

[[noreturn]] void fail_to_open(const std::string& path) {
  throw std::runtime_error(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
}

[[noreturn]] void fail_to_unpack(const std::string& path) {
  throw std::runtime_error(fmt::format("{}: the gzip data is damaged or cut short", path));
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path), gz_(nullptr, gzclose) {
  if (!fs::exists(path)) throw std::runtime_error(fmt::format("{}: no such file", path));
  if (fs::is_directory(path)) throw std::runtime_error(fmt::format("{}: is a directory, expected a file", path));
  if (!path.ends_with(".gz")) {
    plain_.open(path, std::ios::binary);
    if (!plain_) fail_to_open(path);
    return;
  }
  gz_.reset(gzopen(path.c_str(), "rb"));
  if (!gz_) fail_to_open(path);
  gzbuffer(gz_.get(), 1 << 17);
  // zlib hands through what is not gzip
  if (gzdirect(gz_.get()) != 0)
    throw std::runtime_error(fmt::format("{}: its name ends in .gz, but it is not a gzip file", path));
}

// Returns 0 only at the end of the file.
std::size_t InputFile::read_some(std::span<std::uint8_t> out) {
  if (!gz_) {
    plain_.read(reinterpret_cast<char*>(out.data()), std::ptrdiff_t(out.size()));
    if (plain_.bad()) throw std::runtime_error(fmt::format("{}: cannot be read", path_));
    return plain_.gcount();
  }
  const int got = gzread(gz_.get(), out.data(), unsigned(std::min<std::size_t>(out.size(), 1 << 30)));
  if (got < 0) fail_to_unpack(path_);
  int error = Z_OK;  // a stream cut short is reported only here
  gzerror(gz_.get(), &error);
  if (got == 0 && error != Z_OK) fail_to_unpack(path_);
  return got;
}

std::vector<std::uint8_t> InputFile::read(std::size_t most) {
  std::vector<std::uint8_t> bytes;
  std::size_t size = 0;
  while (size < most) {
    if (size == bytes.size()) bytes.resize(std::min(most, std::max(kFirstBuffer, 2 * size)));
    const std::size_t got = read_some(std::span(bytes).subspan(size));
    if (got == 0) break;
    size += got;
  }
  bytes.resize(size);
  return bytes;
}

std::vector<std::uint8_t> read_file(const std::string& path, std::size_t most_unpacked) {
  InputFile file(path);
  if (!path.ends_with(".gz")) return file.read(std::string::npos);
  std::vector<std::uint8_t> bytes = file.read(most_unpacked + 1);
  if (bytes.size() > most_unpacked)
    throw std::runtime_error(fmt::format("{}: unpacks to more than {} bytes", path, most_unpacked));
  return bytes;
}

void refuse_compressed(const std::string& path, std::span<const std::uint8_t> content) {
  using namespace std::literals;
  constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"\x1f\x8b\x08"sv, "gzip"}, {"PK\x03\x04"sv, "zip"},        {"\xfd\x37zXZ\0"sv, "xz"},
      {"BZh"sv, "bzip2"},         {"\x28\xb5\x2f\xfd"sv, "zstd"},
  };
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  for (const auto& [magic, kind] : kKinds) {
    if (!text.starts_with(magic)) continue;
    const bool misnamed = kind == "gzip" && !path.ends_with(".gz");
    throw std::runtime_error(fmt::format("{}: its content is compressed with {}: {}", path, kind,
                                         misnamed ? "give it a name that ends in .gz" : "unpack it first"));
  }
}

std::string plain_or_gz(const std::string& path) {
  return !fs::exists(path) && fs::exists(path + ".gz") ? path + ".gz" : path;
}

}  // namespace models
