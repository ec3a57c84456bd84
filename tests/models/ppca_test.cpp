#include "models/ppca.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "models/data/binarise.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

namespace {

using M = autograd::Matrix<double>;

const Dataset& digits() {
  static const Dataset digits = load_all_digits(TAPESTRY_DATA);
  return digits;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("ppca: the digits' eigenvalues and best log-likelihoods") {
    const M x = as_matrix<double>(digits());
    struct Row {
      int k;
      double noise_variance, log_likelihood;
    };
    for (const auto& [k, noise_variance, log_likelihood] : {Row{1, 0.06340348596, -3.748463628},
                                                            {2, 0.05411698468, 0.005706724952},
                                                            {5, 0.03619681193, 8.907636686},
                                                            {10, 0.02275137234, 17.45194702},
                                                            {20, 0.01127419727, 27.27729993},
                                                            {30, 0.005647750097, 34.19236134}}) {
      const PpcaOptimum found = fit_ppca(x, k);
      CHECK(std::abs(found.noise_variance - noise_variance) < 1e-11);
      CHECK(std::abs(found.log_likelihood - log_likelihood) < 1e-8);
    }
    const Eigen::VectorXd eigenvalues = fit_ppca(x, 1).eigenvalues;
    const std::array largest = {.6988567,  .63916657, .55355288, .39470357, .2713847,
                                .23076419, .2025612,  .17183833, .1573772,  .14449688};
    for (std::size_t j = 0; j < largest.size(); ++j) {
      CHECK(std::abs(eigenvalues(j) - largest[j]) < 1e-8);
    }
    CHECK(eigenvalues.sum() == doctest::Approx(4.693276317822724).epsilon(1e-13));
  }

  TEST_CASE("ppca: without noise there is no optimum") {
    const M x = as_matrix<double>(digits());
    const auto error = [&](int k) { return error_of<std::invalid_argument>([&] { fit_ppca(x, k); }); };
    CHECK(error(0) == "fit_ppca: expected 1 <= k < 64, found 0");
    CHECK(error(64) == "fit_ppca: expected 1 <= k < 64, found 64");
    CHECK(error(60) == "");
    for (const int k : {61, 62, 63}) {  // three pixels are the same in all images
      CHECK(error(k) == "fit_ppca: with k = " + std::to_string(k) + " nothing is left for the noise; take fewer");
    }
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {  // a column that is a sum of others, but for rounding
      M dependent = uniform_matrix(50, 3, -1, 1, seed);
      dependent.col(2) = 0.3 * dependent.col(0) + 0.7 * dependent.col(1);
      CHECK_THROWS_AS(fit_ppca(dependent, 2), std::invalid_argument);
    }
  }
}
