#include "models/data/dataset.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "models/data/binarise.hpp"
#include "tests/models/files.hpp"

using namespace models;

namespace {

const std::string kData = TAPESTRY_DATA;

std::vector<int> label_counts(const Dataset& data) {
  std::vector<int> counts(data.classes());
  for (const std::uint8_t label : data.labels) ++counts[label];
  return counts;
}

// Two training images and one test image of 1×2 pixels.
void write_idx_folder(const TemporaryFolder& folder) {
  write_file(folder / "train-images-idx3-ubyte", idx_bytes(0x803, {2, 1, 2}, "abcd"));
  write_gz(folder / "train-labels-idx1-ubyte.gz", idx_bytes(0x801, {2}, "\x07\xff"));
  write_gz(folder / "t10k-images-idx3-ubyte.gz", idx_bytes(0x803, {1, 1, 2}, "ef"));
  write_file(folder / "t10k-labels-idx1-ubyte", idx_bytes(0x801, {1}, "\x01"));
}

std::string load_error(const TemporaryFolder& folder) {
  return error_of<std::runtime_error>([&] { load_idx_folder(folder / "", "x"); }, folder / "");
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("dataset: MNIST is what its authors describe") {
    const TrainTest mnist = load_mnist(kData);
    CHECK(mnist.train.name == "mnist train");
    CHECK(mnist.train.dimensions() == 784);
    CHECK(mnist.train.scale == 255);
    CHECK(label_counts(mnist.train) == std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
    CHECK(label_counts(mnist.test) == std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
    // the mean grey value known to everyone who standardises MNIST
    const double sum = std::accumulate(mnist.train.pixels.begin(), mnist.train.pixels.end(), 0.0);
    CHECK(sum / 255 / mnist.train.pixels.size() == doctest::Approx(0.1306604762738429));
    CHECK(mnist.train.labels[0] == 5);
    CHECK(mnist.train.image(0)[28 * 5 + 12] == 3);
  }

  TEST_CASE("dataset: the 8×8 digits, and their last 360 as test set") {
    const Dataset all = load_all_digits(kData);
    CHECK(all.count() == 1797);
    CHECK(all.height == 8);
    CHECK(all.scale == 16);
    CHECK(label_counts(all) == std::vector<int>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
    const Matrix<double> x = as_matrix<double>(all);
    const Matrix<double> centred = x.rowwise() - x.colwise().mean();
    CHECK(centred.squaredNorm() / 1797 == doctest::Approx(4.693276317822724).epsilon(1e-12));

    const TrainTest split = load_digits(kData);
    CHECK(split.train.count() == 1437);
    CHECK(split.test.count() == 360);
    CHECK(split.test.name == "digits test");
    CHECK(std::ranges::equal(split.test.image(0), all.image(1437)));
    CHECK(split.test.labels[359] == all.labels[1796]);
  }

  TEST_CASE("dataset: any folder with the four IDX files, compressed or not") {
    const TemporaryFolder folder;
    write_idx_folder(folder);
    const TrainTest data = load_data(folder / "", kData);
    CHECK(data.train.count() == 2);
    CHECK(data.train.width == 2);
    CHECK(data.train.classes() == 256);
    CHECK(std::ranges::equal(data.train.image(1), std::string("cd")));
    CHECK(std::ranges::equal(data.test.image(0), std::string("ef")));
    CHECK(data.train.name.starts_with("tapestry_"));
    CHECK(data.train.name.ends_with(" train"));
  }

  TEST_CASE("dataset: folders whose files do not belong together") {
    const TemporaryFolder folder;
    CHECK(load_error(folder) == "/train-images-idx3-ubyte: no such file");
    write_idx_folder(folder);
    write_file(folder / "t10k-labels-idx1-ubyte", idx_bytes(0x801, {2}, "12"));
    CHECK(load_error(folder) ==
          "/t10k-images-idx3-ubyte.gz: holds 1 images, but /t10k-labels-idx1-ubyte holds 2 labels");
    write_idx_folder(folder);
    write_gz(folder / "t10k-images-idx3-ubyte.gz", idx_bytes(0x803, {1, 2, 1}, "ef"));
    CHECK(load_error(folder) == ": training images are 1×2, test images 2×1");
    const std::string expected = "-images-idx3-ubyte: expected at least 1 image with at least 1 pixel, found ";
    write_file(folder / "train-images-idx3-ubyte", idx_bytes(0x803, {2, 0, 9}, ""));
    CHECK(load_error(folder) == "/train" + expected + "2 of 0×9");
    write_file(folder / "train-images-idx3-ubyte", idx_bytes(0x803, {0, 2500, 2500}, ""));
    write_gz(folder / "train-labels-idx1-ubyte.gz", idx_bytes(0x801, {0}, ""));
    CHECK(load_error(folder) == "/train" + expected + "0 of 2500×2500");
  }

  TEST_CASE("dataset: CSV images") {
    const TemporaryFolder folder;
    const auto load = [&](const std::string& text) {
      return load_csv_images(write_file(folder / "d.csv", text), "d", 16);
    };
    const auto error = [&](const std::string& text) {
      return error_of<std::runtime_error>([&] { load(text); }, folder / "");
    };
    const Dataset data = load("0,1,2,16,9\n4,5,6,7,255\n");
    CHECK(data.height == 2);
    CHECK(data.pixels == std::vector<std::uint8_t>{0, 1, 2, 16, 4, 5, 6, 7});
    CHECK(data.labels == std::vector<std::uint8_t>{9, 255});
    CHECK(error("1,2,3,3\n") == "d.csv: expected the pixels of a square image and a label, found 4 columns");
    CHECK(error("3\n") == "d.csv: expected the pixels of a square image and a label, found 1 columns");
    CHECK(error("0,1,2,3,4\n0,17,2,3,4\n") ==
          "d.csv: row 2, column 2: expected a whole number from 0 to 16, found 17");
    CHECK(error("0,1,2.5,3,4\n") == "d.csv: row 1, column 3: expected a whole number from 0 to 16, found 2.5");
    CHECK(error("0,1,2,3,256\n") == "d.csv: row 1, column 5: expected a whole number from 0 to 255, found 256");
    CHECK(error("0,nan,2,3,4\n") == "d.csv: line 1, column 2: expected a finite number, found 'nan'");
  }

  TEST_CASE("dataset: unknown names") {
    const auto error = [](const std::string& name) {
      return error_of<std::invalid_argument>([&] { load_data(name, kData); });
    };
    CHECK(error("mnits") == "unknown data set 'mnits': did you mean 'mnist'?");
    CHECK(error("cifar10") == "unknown data set 'cifar10': known are mnist, digits");
    CHECK(error("/no/such") == "data set '/no/such': no such folder");
  }

  TEST_CASE("dataset: slices") {
    const Dataset all = load_all_digits(kData);
    CHECK(slice(all, 1797, 0).count() == 0);
    CHECK(slice(all, 1797, 0).classes() == 0);
    CHECK(error_of<std::invalid_argument>([&] { slice(all, 1790, 8); }) ==
          "slice: 8 images from image 1790 on are wanted, 'digits' holds 1797");
    CHECK_THROWS_AS(slice(all, -1, 2), std::invalid_argument);
    CHECK_THROWS_AS(slice(all, 1, -1), std::invalid_argument);
  }
}
