#include "chapters/10_elbo/slopes.hpp"

#include <span>

#include "models/statistics/random.hpp"

namespace ch10 {

Matrix<double> normal_noise(Index rows, Index cols, std::uint64_t seed, std::uint64_t number) {
  Matrix<double> epsilon(rows, cols);
  models::Random(seed, models::Purpose::noise, number).fill_normal(std::span(epsilon.data(), epsilon.size()));
  return epsilon;
}

Eigen::ArrayXd slopes(double parameter, Index rows, const OfParameter& f) {
  const auto [value, slope] =
      autograd::value_and_gradient([&](const Var<Matrix<double>>& repeated) { return sum(f(repeated)); },
                                   Matrix<double>(Matrix<double>::Constant(rows, 1, parameter)));
  return slope.array();
}

Moments exact_moments(const models::Quadrature& rule, const Eigen::ArrayXd& g) {
  const double mean = (rule.weights * g).sum();
  return {mean, (rule.weights * (g - mean).square()).sum()};
}

}  // namespace ch10
