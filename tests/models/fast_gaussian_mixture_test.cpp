#include "models/fast_gaussian_mixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "autograd/instruments/gradcheck.hpp"
#include "models/gaussian_mixture.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Tape;

namespace {

using M = Matrix<double>;
using V = Var<M>;

// The distances, and the gradients in x, μ and Q under a fixed random cotangent.
template <class F>
std::array<M, 4> results(F f, const M& x, const M& mu, const M& Q) {
  Tape tape;
  const V a = tape.variable(x), m = tape.variable(mu), q = tape.variable(Q);
  const V D = f(a, m, q);
  tape.backward(autograd::contract(D));
  return {D.value(), a.grad(), m.grad(), q.grad()};
}

// The largest difference of value and gradients.
template <class F, class G>
double difference(F f, G g, const M& x, const M& mu, const M& Q) {
  const auto found = results(f, x, mu, Q), expected = results(g, x, mu, Q);
  double largest = 0;
  for (std::size_t i = 0; i < 4; ++i) largest = std::max(largest, (found[i] - expected[i]).cwiseAbs().maxCoeff());
  return largest;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("fast distances: they are their formula, in value and gradients") {
    const auto fast = squared_distances<double>, formula = formulas::squared_distances<double>;
    for (const auto& shape : {std::array<Index, 3>{5, 3, 2}, {1, 1, 1}, {7, 2, 4}, {2, 5, 1}}) {
      const Index n = shape[0], K = shape[1], d = shape[2];
      const M x = normal_matrix(n, d, 1), mu = normal_matrix(K, d, 2), Q = normal_matrix(K * d, d, 3);
      CAPTURE(n);
      CHECK(difference(fast, formula, x, mu, Q) < 1e-12);
      const auto off = [&](double a, double b, double c) {
        return difference([=](V x, V mu, V Q) { return fast(x * a, mu * b, Q * c); }, formula, x, mu, Q);
      };
      for (const double error : {off(1.001, 1, 1), off(1, 1.001, 1), off(1, 1, 1.001)}) CHECK(error > 1e-5);
    }
  }

  TEST_CASE("fast distances: constants get no gradient, and the others the same one") {
    const M x = normal_matrix(4, 3, 1), mu = normal_matrix(2, 3, 2), Q = normal_matrix(6, 3, 3);
    const auto all = results(squared_distances<double>, x, mu, Q);
    Tape tape;
    const V q = tape.variable(Q);
    tape.backward(autograd::contract(squared_distances(tape.constant(x), tape.constant(mu), q)));
    CHECK((q.grad() - all[3]).norm() == 0);
  }
}
