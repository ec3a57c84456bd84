#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace models {

// N labelled grey images of height × width pixels. Pixels stay bytes: MNIST takes 47 MB instead of 188 MB as float,
// and a batch is converted while it is gathered (binarise.hpp).
struct Dataset {
  std::string name;  // as a figure or an error calls it: "mnist train"
  int height = 0;
  int width = 0;
  int scale = 255;                   // the largest value of a pixel: 255 for MNIST, 16 for the 8×8 digits
  std::vector<std::uint8_t> pixels;  // N × d, row by row, 0 .. scale
  std::vector<std::uint8_t> labels;  // N

  int count() const { return labels.size(); }
  int dimensions() const { return height * width; }  // d
  int classes() const;                               // the largest label + 1; 0 without images
  std::span<const std::uint8_t> image(int i) const {
    return {pixels.data() + std::size_t(i) * dimensions(), std::size_t(dimensions())};
  }
};

struct TrainTest {
  Dataset train;
  Dataset test;
};

// CRC-32 of the pixels, and of what one of them is measured in: 0 .. scale.
std::uint32_t checksum(const Dataset& data);

// Rows first .. first + count - 1 of a data set, copied. Throws std::invalid_argument when it does not hold them.
Dataset slice(const Dataset& whole, int first, int count);

// A CSV file (plain or .gz) of square images: pixels 0..scale, then the label 0..255 in the last column; 65 columns
// for 8×8. Throws std::runtime_error as read_csv does, and for a pixel or label that is not such a whole number.
Dataset load_csv_images(const std::string& path, const std::string& name, int scale);

// Any folder with the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
// t10k-labels-idx1-ubyte, each plain or .gz. Throws std::runtime_error as read_idx_images does, when images and
// labels differ in number, or train and test images in size, and when there are no images or no pixels in them.
TrainTest load_idx_folder(const std::string& folder, const std::string& name);

// What lies in data_folder: MNIST (60,000 and 10,000 images of 28×28), and the 1797 digits of 8×8, whose last 360 are
// the test set (this fixed split is ours; the writers of the first 1437 may be among those of the last 360).
TrainTest load_mnist(const std::string& data_folder);
TrainTest load_digits(const std::string& data_folder);
inline constexpr int kDigitsTest = 360;

// All 1797 digits in the file's order.
Dataset load_all_digits(const std::string& data_folder);

// What --data names: "mnist", "digits", or a folder for load_idx_folder. Throws std::invalid_argument with the closest
// known name for anything else, and as the loaders do.
TrainTest load_data(const std::string& name_or_folder, const std::string& data_folder);

}  // namespace models
