#include "models/data/binarise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <thread>

#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"

using namespace models;

namespace {

// n images of 3×9 pixels, a row length that no block of four divides, with every grey value from 0 to scale.
Dataset images(int n, int scale) {
  Dataset data{"stripes", 3, 9, scale, {}, std::vector<std::uint8_t>(n)};
  for (int i = 0; i < 27 * n; ++i) data.pixels.push_back(i * 7 % (scale + 1));
  return data;
}

Matrix<double> batch(const Dataset& data, const std::vector<int>& indices, const Treatment& treatment) {
  Matrix<double> out(indices.size(), data.dimensions());
  fill_batch(data, indices, treatment, out);
  return out;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("binarise: the mean image is the mean of the grey images") {
    const Dataset digits = load_all_digits(TAPESTRY_DATA);
    const Matrix<double> mean = as_matrix<double>(digits).colwise().mean();
    CHECK((mean_image<double>(digits) - mean).cwiseAbs().maxCoeff() < 1e-14);
    CHECK((mean_image<float>(digits).cast<double>() - mean).cwiseAbs().maxCoeff() < 1e-7);
  }

  TEST_CASE("binarise: grey pixels are pixels / scale") {
    const Dataset data = images(5, 16);
    const Matrix<double> grey = batch(data, {3, 0, 3}, {});
    for (int j = 0; j < 27; ++j) {
      CHECK(grey(0, j) == data.image(3)[j] / 16.0);
      CHECK(grey(1, j) == data.image(0)[j] / 16.0);
    }
    CHECK(grey.row(0) == grey.row(2));
    CHECK(as_matrix<float>(data).row(3).cast<double>() == grey.row(0));
  }

  TEST_CASE("binarise: a pixel is 1 with probability grey / scale, never for 0, always for full") {
    for (const int scale : {16, 255}) {
      const Dataset data = images(40, scale);
      const Matrix<double> grey = as_matrix<double>(data);
      Matrix<double> ones = Matrix<double>::Zero(40, 27);
      const int presentations = 400;
      for (std::uint64_t t = 0; t < presentations; ++t) {
        const Matrix<double> x = as_matrix<double>(data, {Binarisation::dynamic, 1, t});
        CHECK((x.array() * (1 - x.array())).isZero(0));
        ones += x;
      }
      // the sum over pixels of squared z of a binomial count, less its expectation 1
      std::vector<double> excess, wrong_excess;
      for (Eigen::Index k = 0; k < grey.size(); ++k) {
        const double p = grey.data()[k], count = ones.data()[k];
        if (p == 0 || p == 1) {
          CHECK(count == p * presentations);
          continue;
        }
        excess.push_back(std::pow(count - presentations * p, 2) / (presentations * p * (1 - p)));
        // a threshold one grey value off
        const double q = p + 1.0 / scale;
        if (q < 1) wrong_excess.push_back(std::pow(count - presentations * q, 2) / (presentations * q * (1 - q)));
      }
      CHECK(std::abs(z_of_mean(excess, 1)) <= kMostZ);
      if (scale == 16) CHECK(std::abs(z_of_mean(wrong_excess, 1)) > kMostZ);
    }
  }

  TEST_CASE("binarise: the same digits in float and in double, in any batch, in any number of threads") {
    const Dataset data = load_all_digits(TAPESTRY_DATA);
    const Treatment treatment{Binarisation::dynamic, 3, 8};
    const Matrix<double> whole = as_matrix<double>(data, treatment);
    CHECK(as_matrix<float>(data, treatment).cast<double>() == whole);
    CHECK(batch(data, {17, 1796, 17}, treatment).row(1) == whole.row(1796));
    CHECK(batch(data, {17, 1796, 17}, treatment).row(2) == whole.row(17));

    std::vector<int> indices(200);
    for (int i = 0; i < 200; ++i) indices[i] = 1796 - i;
    Matrix<double> shards(200, 64);
    const auto shard = [&](int first) {
      fill_batch(data, std::span(indices).subspan(first, 100), treatment, shards.middleRows(first, 100));
    };
    std::thread other(shard, 100);
    shard(0);
    other.join();
    CHECK(shards == batch(data, indices, treatment));
  }

  TEST_CASE("binarise: static draws stay, dynamic draws change with the presentation, both with the seed") {
    const Dataset data = load_all_digits(TAPESTRY_DATA);
    const auto x = [&](Binarisation kind, std::uint64_t seed, std::uint64_t presentation) {
      return as_matrix<float>(data, {kind, seed, presentation});
    };
    CHECK(x(Binarisation::fixed, 1, 0) == x(Binarisation::fixed, 1, 5));
    CHECK(x(Binarisation::fixed, 1, 0) != x(Binarisation::fixed, 2, 0));
    CHECK(x(Binarisation::dynamic, 1, 4) == x(Binarisation::dynamic, 1, 4));
    CHECK(x(Binarisation::dynamic, 1, 4) != x(Binarisation::dynamic, 1, 5));
    CHECK(x(Binarisation::dynamic, 1, 0) != x(Binarisation::fixed, 1, 0));
  }

  TEST_CASE("binarise: pixels and images are drawn independently") {
    Dataset data{"half", 40, 50, 2, std::vector<std::uint8_t>(50 * 2000, 1), std::vector<std::uint8_t>(50)};
    const Matrix<double> x = 2 * as_matrix<double>(data, {Binarisation::fixed, 4, 0}).array() - 1;
    const std::span<const double> all(x.data(), x.size());
    CHECK(std::abs(z_of_mean(all, 0)) <= kMostZ);
    for (const std::size_t lag : {1, 2, 3, 4, 1024, 2000})  // 2000: the same pixel of the next image
      CHECK(std::abs(z_of_correlation(all.subspan(lag), all.first(all.size() - lag))) <= kMostZ);
    // one draw for every pixel of an image, a mistake that leaves every marginal right, is caught
    const Matrix<double> shared = x.col(0).replicate(1, 2000);
    const std::span<const double> repeated(shared.data(), shared.size());
    CHECK(std::abs(z_of_correlation(repeated.subspan(1), repeated.first(repeated.size() - 1))) > kMostZ);
  }

  TEST_CASE("binarise: names") {
    for (const auto kind : {Binarisation::none, Binarisation::fixed, Binarisation::dynamic})
      CHECK(parse_binarisation(to_string(kind)) == kind);
    CHECK(parse_binarisation("static") == Binarisation::fixed);
    CHECK(error_of<std::invalid_argument>([] { parse_binarisation("dynamc"); }) ==
          "unknown binarisation 'dynamc': did you mean 'dynamic'?");
  }

  TEST_CASE("binarise: errors") {
    const Dataset data = images(5, 16);
    Matrix<float> out(2, 27);
    const auto error = [&](const std::vector<int>& indices) {
      return error_of<std::invalid_argument>([&] { fill_batch(data, indices, {}, out); });
    };
    CHECK(error({0, 4}) == "");
    CHECK(error({0, 1, 2}) == "fill_batch: out is 2×27, expected 3×27");
    CHECK(error({0, 5}) == "fill_batch: image 5 is not one of the 5 of 'stripes'");
    CHECK(error({-1, 0}) == "fill_batch: image -1 is not one of the 5 of 'stripes'");
  }
}
