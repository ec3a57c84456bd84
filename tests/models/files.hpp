#pragma once

#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "tests/temporary_folder.hpp"

// What the tests of file formats share: files written byte by byte, the text of an error.

inline std::string write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

inline std::string write_gz(const std::string& path, const std::string& bytes) {
  const gzFile out = gzopen(path.c_str(), "wb");
  if (!bytes.empty()) gzwrite(out, bytes.data(), bytes.size());
  gzclose(out);
  return path;
}

// Big-endian sizes after the magic number, then the values.
inline std::string idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string bytes;
  const auto append = [&](std::uint32_t x) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(x >> shift & 0xff);
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
