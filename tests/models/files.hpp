#pragma once

#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// What the tests of file formats share: a folder that goes away, files written byte by byte, the text of an error.

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("tapestry-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

inline std::string write_gz(const std::string& path, const std::string& bytes) {
  const gzFile out = gzopen(path.c_str(), "wb");
  if (!bytes.empty()) gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
  return path;
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Big-endian sizes after the magic number, then the values.
inline std::string idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string bytes;
  const auto append = [&](std::uint32_t x) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(x >> shift & 0xff);
  };
  append(magic);
  for (const std::uint32_t size : shape) append(size);
  return bytes + values;
}

// The message of the Error that action throws, without the folder's changing path; "" when it throws none.
template <typename Error, typename Action>
std::string error_of(Action action, const std::string& folder = "") {
  try {
    action();
  } catch (const Error& error) {
    std::string text = error.what();
    for (std::size_t at; !folder.empty() && (at = text.find(folder)) != std::string::npos;)
      text.erase(at, folder.size());
    return text;
  }
  return "";
}
