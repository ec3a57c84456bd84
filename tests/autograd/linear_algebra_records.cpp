#include "tests/autograd/operations.hpp"
#include "tests/dense.hpp"

namespace autograd_test {

namespace {

M product(const M& a, const M& b) {
  M c = M::Zero(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j)
      for (Index k = 0; k < a.cols(); ++k) c(i, j) += a(i, k) * b(k, j);
  return c;
}
M lower(const M& a) { return a.triangularView<Eigen::Lower>(); }

// Cholesky-Banachiewicz, element by element.
M cholesky_of(const M& a) {
  M l = M::Zero(a.rows(), a.cols());
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) {
      double rest = a(i, j);
      for (Index k = 0; k < j; ++k) rest -= l(i, k) * l(j, k);
      l(i, j) = i == j ? std::sqrt(rest) : rest / l(j, j);
    }
  }
  return l;
}

M log_det_of(const M& a) { return number(std::log(determinant(a))); }
M log_det_of_factor(const M& l) { return number(2 * l.diagonal().array().log().sum()); }

// B Bᵀ + 2 I is symmetric positive definite for every B, so that a gradient check can move each element of B alone.
Var<M> definite(const Var<M>& b) { return matmul(b, transpose(b)) + M(2 * M::Identity(b.rows(), b.rows())); }
M definite(const M& b) { return product(b, b.transpose()) + 2 * M::Identity(b.rows(), b.rows()); }
// A lower triangular matrix with a diagonal far from 0. Above it stand other numbers, which must not be read.
M factor(Index n) { return M(sample(n, n, -1, 1, 4)) + 3 * M::Identity(n, n); }

}  // namespace

std::vector<OperationRecord> linear_algebra_records() {
  std::vector<OperationRecord> records;
  const auto add = [&records](const char* name, const char* form, std::vector<M> inputs, auto f, auto reference) {
    records.push_back({name, form, std::move(inputs), f, reference, 1e-7});
  };
  // n, k, m. Small products are Eigen's lazy ones, large ones go to the kernels (or BLAS). An extent of 1 makes a
  // product of a matrix and a vector.
  for (const auto& [n, k, m] : {std::array{3, 4, 2}, std::array{9, 8, 10}, std::array{1, 5, 1}, std::array{4, 1, 3},
                                std::array{1, 9, 12}, std::array{12, 9, 1}}) {
    const M a = sample(n, k, -1, 1, 1), b = sample(k, m, -1, 1, 2), bias = sample(1, m, -1, 1, 3);
    // clang-format off
    add("matmul", "", {a, b},       [](V x) { return matmul(x[0], x[1]); },
                                    [](R x) { return product(x[0], x[1]); });
    add("affine", "", {a, b, bias}, [](V x) { return affine(x[0], x[1], x[2]); },
                                    [](R x) -> M { return product(x[0], x[1]) + x[2].replicate(x[0].rows(), 1); });
    // clang-format on
  }
  for (const Index n : {1, 2, 5}) {
    const M b = sample(n, n, -1, 1, 1), y = sample(n, 3, -1, 1, 2), l = factor(n);
    // clang-format off
    add("cholesky",    "",                 {b},    [](V x) { return cholesky(definite(x[0])); },
                                                   [](R x) { return cholesky_of(definite(x[0])); });
    add("log_det",     "",                 {b},    [](V x) { return as_matrix(log_det(cholesky(definite(x[0])))); },
                                                   [](R x) { return log_det_of(definite(x[0])); });
    add("log_det",     "of a factor",      {l},    [](V x) { return as_matrix(log_det(x[0])); },
                                                   [](R x) { return log_det_of_factor(x[0]); });
    add("solve_lower", "",                 {l, y}, [](V x) { return solve_lower(x[0], x[1]); },
                                                   [](R x) -> M { return inverse(lower(x[0])) * x[1]; });
    add("solve_lower", "one matrix twice", {l},    [](V x) { return solve_lower(x[0], x[0]); },
                                                   [](R x) -> M { return inverse(lower(x[0])) * x[0]; });
    // clang-format on
  }
  const M square = sample(3, 3, -1, 1, 1);
  // clang-format off
  add("matmul", "one matrix twice", {square}, [](V x) { return matmul(x[0], x[0]); },
                                              [](R x) { return product(x[0], x[0]); });
  // clang-format on
  return records;
}

}  // namespace autograd_test
