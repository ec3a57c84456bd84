// The tables of log p(x_i | k) equal the densities row by row, and so do their gradients.
#include "models/statistics/pairwise.hpp"

#include <doctest/doctest.h>

#include "models/statistics/distributions.hpp"
#include "tests/models/matrices.hpp"

namespace models {

TEST_SUITE("models/pairwise") {
  TEST_CASE("every data point under every distribution: the densities one by one, and their gradients") {
    const Matrix<double> grey = uniform_matrix(5, 3, 0, 1, 1), mu = normal_matrix(4, 3, 2), logits = 3 * mu;
    const Matrix<double> real = normal_matrix(5, 3, 3), bits = (grey.array() > 0.5).cast<double>();
    autograd::Tape tape;
    const auto log_var = tape.variable(Matrix<double>(Matrix<double>::Constant(1, 1, -0.7)));
    const auto normal = normal_log_probs(tape.constant(real), tape.constant(mu), log_var);
    const auto bernoulli = bernoulli_log_probs(tape.constant(bits), tape.constant(logits));
    for (autograd::Index k = 0; k < 4; ++k) {
      CAPTURE(k);
      const auto normal_k =
          normal_log_prob(tape.constant(real), tape.constant(Matrix<double>(mu.row(k).replicate(5, 1))), log_var);
      const auto bernoulli_k =
          bernoulli_log_prob(tape.constant(bits), tape.constant(Matrix<double>(logits.row(k).replicate(5, 1))));
      CHECK(normal.value().col(k).isApprox(normal_k.value().col(0), 1e-13));
      CHECK(bernoulli.value().col(k).isApprox(bernoulli_k.value().col(0), 1e-13));
    }
    CHECK(autograd::gradcheck([](auto x, auto mu, auto log_var) { return normal_log_probs(x, mu, log_var); }, real, mu,
                              Matrix<double>(log_var.value()))
              .passed);
    CHECK(
        autograd::gradcheck([](auto x, auto logits) { return bernoulli_log_probs(x, logits); }, bits, logits).passed);
    CHECK_THROWS_AS(normal_log_probs(tape.constant(real), tape.constant(normal_matrix(4, 2, 2)), log_var),
                    std::invalid_argument);
  }
}

}  // namespace models
