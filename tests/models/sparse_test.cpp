#include "models/training/sparse.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "autograd/autograd.hpp"
#include "autograd/instruments/gradcheck.hpp"
#include "tests/dense.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

namespace {

// Zeros, a few ones and a few other numbers, also negative; the first row and the first column are all zeros.
Matrix<double> mostly_zeros() {
  const Matrix<double> u = uniform_matrix(6, 9, 0, 1, 1);
  Matrix<double> x = u.unaryExpr([](double v) { return v < 0.6 ? 0.0 : v < 0.75 ? 1.0 : v < 0.9 ? -v : v; });
  REQUIRE((x.array() < 0).any());
  x.row(0).setZero();
  x.col(0).setZero();
  return x;
}

constexpr autograd::Index kColumns = 64 + 2 * 8 + 5;  // of each width that is summed in registers
const Matrix<double> kW = uniform_matrix(9, kColumns, -1, 1, 2), kB = uniform_matrix(1, kColumns, -1, 1, 3);

struct ValueAndGradients {
  Matrix<double> y;
  std::vector<Matrix<double>> gradients;  // of x, W and b
};

// Value and gradients of Σ R ∘ f(x, W, b) for a random R.
template <class F>
ValueAndGradients run(const F& f, const Matrix<double>& x) {
  autograd::Tape tape;
  const auto vx = tape.variable(x), W = tape.variable(kW), b = tape.variable(kB);
  const auto y = f(vx, W, b);
  tape.backward(sum(y * uniform_matrix(x.rows(), kColumns, -1, 1, 4)));
  return {y.value(), {vx.grad(), W.grad(), b.grad()}};
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("sparse affine: value and gradients are those of affine") {
    const Matrix<double> sparse = mostly_zeros(), none = Matrix<double>::Zero(6, 9),
                         dense = uniform_matrix(6, 9, 1, 2, 5), one_row = sparse.row(3);
    for (const Matrix<double>& x : {sparse, none, dense, one_row}) {
      const ValueAndGradients found = run(sparse_affine<double>, x), expected = run(autograd::affine<double>, x);
      CHECK((found.y - expected.y).cwiseAbs().maxCoeff() < 1e-14);
      CHECK((found.gradients[0] - expected.gradients[0]).cwiseAbs().maxCoeff() < 1e-13);  // sums over all columns
      for (std::size_t i = 1; i < 3; ++i) {
        CHECK((found.gradients[i] - expected.gradients[i]).cwiseAbs().maxCoeff() < 1e-14);
      }
    }
    const ValueAndGradients shifted =
        run(sparse_affine<double>, sparse.rightCols(1).replicate(1, 9));  // and of no other x
    CHECK((shifted.y - run(autograd::affine<double>, sparse).y).cwiseAbs().maxCoeff() > 0.1);
  }

  TEST_CASE("sparse affine: against differences, with x constant") {
    const Matrix<double> x = mostly_zeros();
    const auto f = [&](const auto& W, const auto& b) { return sparse_affine(W.tape().constant(x), W, b); };
    const auto result = autograd::gradcheck(f, kW, kB);
    CAPTURE(result.message());
    CHECK(result.passed);
  }

  TEST_CASE("sparse affine: the gradient of a parameter waits, and is the same by rows") {
    Matrix<double> x = mostly_zeros();
    const Matrix<double> weights = uniform_matrix(6, kColumns, -1, 1, 6);
    autograd::Parameters<double> parameters;
    const auto W = parameters.add("W", 9, kColumns), b = parameters.add("b", 1, kColumns);
    autograd::Buffer<double> gradient = autograd::Buffer<double>::Constant(parameters.size(), 77);
    autograd::Tape tape;
    const autograd::Watched<double> theta(tape, parameters, gradient);
    tape.backward(sum(sparse_affine(tape.constant(x), theta[W], theta[b]) * weights));
    const Matrix<double> expected = times(x.transpose(), weights);
    CHECK((parameters.view(gradient, W).array() == 77).all());
    CHECK(theta.gradient_bound() >= expected.cwiseAbs().maxCoeff());
    x.setConstant(5);  // which is no factor any more
    Matrix<double> rows = Matrix<double>::Ones(4, kColumns);
    theta.add_gradient_rows(W, 5, {rows.data(), 4, kColumns});
    CHECK((rows - expected.bottomRows(4)).isApproxToConstant(1, 1e-13));
    theta.complete_gradient();
    CHECK((parameters.view(gradient, W) - expected).cwiseAbs().maxCoeff() < 1e-13);
  }

  TEST_CASE("sparse affine: what does not fit is refused") {
    autograd::Tape tape;
    const auto of = [&](autograd::Index rows, autograd::Index cols) {
      return tape.constant(Matrix<double>(Matrix<double>::Zero(rows, cols)));
    };
    const auto error = [&](const Var<Matrix<double>>& W, const Var<Matrix<double>>& b) {
      return error_of<std::invalid_argument>([&] { sparse_affine(of(2, 3), W, b); });
    };
    CHECK(error(of(3, 4), of(1, 4)) == "");
    CHECK(error(of(4, 4), of(1, 4)) ==
          "sparse_affine: x is 2×3, W is 4×4, b is 1×4 (need x.cols == W.rows and b to be 1×W.cols)");
    CHECK(error(of(3, 4), of(2, 4)) != "");
    CHECK(error(of(3, 4), of(1, 3)) != "");
  }
}
