#pragma once
// Coded images in a file: a header of seven 32-bit words and the words of the code, little-endian.
//
//   "BITSBAC1"   images   checksum of the model   checksum of the kernels' name   words   checksum of all of it

#include <cstdint>
#include <string>
#include <vector>

#include "models/coding/bits_back.hpp"

namespace models {

inline constexpr int kCodedHeaderBytes = 28;

struct CodedFile {
  int images = 0;
  std::vector<std::uint32_t> words;
};

// Replaces the file (data/files.hpp). Throws std::runtime_error if it cannot be written.
void save_coded(const std::string& path, const BitsBack& coder, const CodedFile& coded);

// Throws std::runtime_error that names the file and says what was expected and what was found: it is missing, of
// another format, cut short, damaged, or was written with another model or with other kernels of the matrix products.
CodedFile load_coded(const std::string& path, const BitsBack& coder);

}  // namespace models
