// Stan Math with its vectorised functions; recorded anew at every evaluation, as Stan does.
#include <stan/math/rev/mat.hpp>

#include "tests/bench/functions/formulas.hpp"

namespace bench {

const Contender kContender{.name = "Stan Math"};

namespace {

using stan::math::var;
using Vector = Eigen::Matrix<var, Eigen::Dynamic, 1>;
using Matrix = Eigen::Matrix<var, Eigen::Dynamic, Eigen::Dynamic>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Parameters one after the other.
class Parts {
 public:
  explicit Parts(const Vector& x) : x_(x) {}
  Vector next(int n) { return x_.segment(std::exchange(from_, from_ + n), n); }
  Matrix next(int rows, int cols) {  // row by row
    const Vector part = next(rows * cols);
    return Eigen::Map<const Eigen::Matrix<var, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(part.data(), rows,
                                                                                                 cols);
  }

 private:
  const Vector& x_;
  Eigen::Index from_ = 0;
};

var A(Parts parts) { return stan::math::log_sum_exp(parts.next(kNumbers)); }

var B(Parts parts) {
  const Vector x = parts.next(kNumbers);
  const var mu = parts.next(1)(0), sigma = parts.next(1)(0);
  return stan::math::normal_lpdf(x, mu, sigma);
}

var C(Parts parts) { return stan::math::prod(parts.next(kNumbers)); }

// tanh(X W + b)
template <class X>
Matrix layer(const X& x, const Matrix& W, const Vector& b) {
  using stan::math::add, stan::math::multiply, stan::math::rep_matrix;
  const Eigen::Matrix<var, 1, Eigen::Dynamic> row = b.transpose();
  return stan::math::tanh(add(multiply(x, W), rep_matrix(row, x.rows())));
}

var D(Parts parts) {
  const Problem& p = problem('D');
  const Eigen::MatrixXd u = Eigen::Map<const RowMajor>(p.data.data(), kPoints, kInputs);
  const Eigen::VectorXd t = Eigen::Map<const Eigen::VectorXd>(p.target.data(), kPoints);
  const Matrix W1 = parts.next(kInputs, kUnits);
  const Vector b1 = parts.next(kUnits);
  const Matrix W2 = parts.next(kUnits, kUnits);
  const Vector b2 = parts.next(kUnits), w3 = parts.next(kUnits);
  const var b3 = parts.next(1)(0);
  const Vector f = stan::math::add(stan::math::multiply(layer(layer(u, W1, b1), W2, b2), w3), b3);
  return 0.5 * stan::math::squared_distance(f, t);
}

var E(Parts parts) {
  using stan::math::multiply, stan::math::rep_matrix, stan::math::subtract, stan::math::sum;
  constexpr int d = kDimensions, K = kComponents;
  const Eigen::MatrixXd x = Eigen::Map<const RowMajor>(problem('E').data.data(), kRows, d).transpose();  // d×n
  const Vector alpha = parts.next(K);
  const Matrix mu = parts.next(K, d), log_diagonal = parts.next(K, d), diagonal = stan::math::exp(log_diagonal),
               below = parts.next(K, kBelow);
  std::vector<std::vector<var>> log_joint(kRows, std::vector<var>(K));
  for (int k = 0; k < K; ++k) {
    Matrix Q = Matrix::Constant(d, d, 0);
    for (int i = 0, column = 0; i < d; ++i) {
      for (int j = 0; j < i; ++j) Q(i, j) = below(k, column++);
      Q(i, i) = diagonal(k, i);
    }
    const Vector mean = mu.row(k);
    const Matrix u = multiply(Q, subtract(x, rep_matrix(mean, kRows)));
    const Eigen::Matrix<var, 1, Eigen::Dynamic> squared = stan::math::columns_dot_self(u);
    const Vector log_diagonal_k = log_diagonal.row(k);
    const var log_scale = alpha(k) + sum(log_diagonal_k);
    for (int n = 0; n < kRows; ++n) log_joint[n][k] = log_scale - 0.5 * squared(n);
  }
  std::vector<var> log_likelihood(kRows);
  for (int n = 0; n < kRows; ++n) log_likelihood[n] = stan::math::log_sum_exp(log_joint[n]);
  const var squared_norms = stan::math::dot_self(Vector(Eigen::Map<const Vector>(diagonal.data(), K * d))) +
                            stan::math::dot_self(Vector(Eigen::Map<const Vector>(below.data(), K * kBelow)));
  return sum(log_likelihood) - kRows * stan::math::log_sum_exp(alpha) - 0.5 * kRows * d * formulas::kLog2Pi +
         kWishartM * sum(log_diagonal) - 0.5 * kGamma * kGamma * squared_norms + formulas::wishart_constant();
}

}  // namespace

Gradient gradient_of(char function) {
  return [f = std::array{A, B, C, D, E}[function - 'A']](std::span<const double> x, std::span<double> gradient) {
    Vector vars(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) vars(i) = x[i];
    const var y = f(Parts(vars));
    const double value = y.val();
    stan::math::grad(y.vi_);
    for (std::size_t i = 0; i < x.size(); ++i) gradient[i] = vars(i).adj();
    stan::math::recover_memory();
    return value;
  };
}

}  // namespace bench
