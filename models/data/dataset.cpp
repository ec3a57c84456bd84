#include "models/data/dataset.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "models/data/csv.hpp"
#include "models/data/files.hpp"
#include "models/data/idx.hpp"
#include "models/data/nearest.hpp"

namespace models {
namespace {

Dataset load_idx_pair(const std::string& folder, const std::string& prefix, const std::string& name) {
  const std::string images_path = plain_or_gz(folder + "/" + prefix + "-images-idx3-ubyte");
  const std::string labels_path = plain_or_gz(folder + "/" + prefix + "-labels-idx1-ubyte");
  IdxImages images = read_idx_images(images_path);
  std::vector<std::uint8_t> labels = read_idx_labels(labels_path);
  if (labels.size() != std::size_t(images.count))
    throw std::runtime_error(fmt::format("{}: holds {} images, but {} holds {} labels", images_path, images.count,
                                         labels_path, labels.size()));
  if (images.pixels.empty())
    throw std::runtime_error(fmt::format("{}: expected at least 1 image with at least 1 pixel, found {} of {}×{}",
                                         images_path, images.count, images.height, images.width));
  return {name, images.height, images.width, 255, std::move(images.pixels), std::move(labels)};
}

std::uint8_t whole_number(double value, int largest, const std::string& path, Eigen::Index row, Eigen::Index column) {
  if (!(value >= 0 && value <= largest && value == std::floor(value)))
    throw std::runtime_error(fmt::format("{}: row {}, column {}: expected a whole number from 0 to {}, found {}", path,
                                         row + 1, column + 1, largest, value));
  return value;
}

}  // namespace

int Dataset::classes() const { return labels.empty() ? 0 : 1 + *std::max_element(labels.begin(), labels.end()); }

std::uint32_t checksum(const Dataset& data) {
  const std::uint8_t scale = data.scale;
  return crc32_z(crc32_z(0, &scale, 1), data.pixels.data(), data.pixels.size());
}

Dataset slice(const Dataset& whole, int first, int count) {
  if (first < 0 || count < 0 || count > whole.count() - first)
    throw std::invalid_argument(fmt::format("slice: {} images from image {} on are wanted, '{}' holds {}", count,
                                            first, whole.name, whole.count()));
  Dataset part{whole.name, whole.height, whole.width, whole.scale, {}, {}};
  const auto pixel = whole.pixels.begin() + std::ptrdiff_t{first} * whole.dimensions();
  part.pixels.assign(pixel, pixel + std::ptrdiff_t{count} * whole.dimensions());
  part.labels.assign(whole.labels.begin() + first, whole.labels.begin() + first + count);
  return part;
}

Dataset load_csv_images(const std::string& path, const std::string& name, int scale) {
  const autograd::Matrix<double> table = read_csv(path);
  const Eigen::Index dimensions = table.cols() - 1;
  const int side = std::lround(std::sqrt(dimensions));
  if (dimensions == 0 || Eigen::Index{side} * side != dimensions)
    throw std::runtime_error(
        fmt::format("{}: expected the pixels of a square image and a label, found {} columns", path, table.cols()));
  Dataset data{name, side, side, scale, {}, {}};
  data.pixels.reserve(table.rows() * dimensions);
  for (Eigen::Index i = 0; i < table.rows(); ++i) {
    for (Eigen::Index j = 0; j < dimensions; ++j) data.pixels.push_back(whole_number(table(i, j), scale, path, i, j));
    data.labels.push_back(whole_number(table(i, dimensions), 255, path, i, dimensions));
  }
  return data;
}

TrainTest load_idx_folder(const std::string& folder, const std::string& name) {
  TrainTest data{load_idx_pair(folder, "train", name + " train"), load_idx_pair(folder, "t10k", name + " test")};
  if (data.train.height != data.test.height || data.train.width != data.test.width)
    throw std::runtime_error(fmt::format("{}: training images are {}×{}, test images {}×{}", folder, data.train.height,
                                         data.train.width, data.test.height, data.test.width));
  return data;
}

TrainTest load_mnist(const std::string& data_folder) { return load_idx_folder(data_folder + "/mnist", "mnist"); }

Dataset load_all_digits(const std::string& data_folder) {
  return load_csv_images(data_folder + "/digits/digits.csv.gz", "digits", 16);
}

TrainTest load_digits(const std::string& data_folder) {
  const Dataset all = load_all_digits(data_folder);
  const int train = std::max(0, all.count() - kDigitsTest);
  TrainTest data{slice(all, 0, train), slice(all, train, all.count() - train)};
  data.train.name += " train";
  data.test.name += " test";
  return data;
}

TrainTest load_data(const std::string& name_or_folder, const std::string& data_folder) {
  if (name_or_folder == "mnist") return load_mnist(data_folder);
  if (name_or_folder == "digits") return load_digits(data_folder);
  if (std::filesystem::is_directory(name_or_folder)) {
    const auto folder = std::filesystem::path(name_or_folder).lexically_normal();
    const auto last = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
    return load_idx_folder(name_or_folder, last.string());
  }
  if (name_or_folder.find('/') != std::string::npos)
    throw std::invalid_argument(fmt::format("data set '{}': no such folder", name_or_folder));
  throw std::invalid_argument(
      fmt::format("unknown data set '{}'{}", name_or_folder, did_you_mean(name_or_folder, {"mnist", "digits"})));
}

}  // namespace models
