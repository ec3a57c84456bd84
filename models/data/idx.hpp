#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace models {

// IDX is the format of the MNIST files (Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file formats): a magic
// number 0 0 type dimensions, the size of each dimension as a big-endian 32-bit integer, then the values row by row.

struct IdxImages {
  int count = 0;
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;  // count × height × width, row by row, 0 is background and 255 full ink
};

// Reads images (magic 0x00000803), plain or .gz. Throws std::runtime_error that names the file for whatever read_file
// throws for, a wrong magic number, a header that announces more or fewer pixels than the file holds, and sizes whose
// product, those of 0 aside, is more than 2^31 - 1.
IdxImages read_idx_images(const std::string& path);

// Reads labels (magic 0x00000801), plain or .gz, with the same errors.
std::vector<std::uint8_t> read_idx_labels(const std::string& path);

}  // namespace models
