#include <cmath>

#include "chapters/07_deep_latent_variables/chapter.hpp"

namespace ch07 {
namespace {

// p(z | x) on the points of a sum: each row of the joint, divided by its sum.
Matrix<double> posterior(const Matrix<double>& log_joint) {
  Matrix<double> p = (log_joint.colwise() - log_joint.rowwise().maxCoeff()).array().exp();
  const Eigen::VectorXd sums = p.rowwise().sum();
  return p.array().colwise() / sums.array();
}

Matrix<double> turn(double angle) {
  Matrix<double> R(2, 2);
  R << std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle);
  return R;
}

Matrix<double> one_hot(Index label, Index classes) { return Matrix<double>::Identity(classes, classes).row(label); }

// Every point of the interval counts alike, as if p(z) were no factor of the joint.
Quadrature without_density(int n) { return models::gauss_legendre(n, -7, 7); }

// Uniform on a square of variance 1: its corners show where the axes are.
Quadrature square(int n) {
  Quadrature side = models::gauss_legendre(n, -std::sqrt(3.0), std::sqrt(3.0));
  side.weights /= 2 * std::sqrt(3.0);
  return models::product_rule(side, 2);
}

}  // namespace

double free_log_variance(double t, double alpha) { return -alpha * t; }
double floored_log_variance(double t, double alpha) { return std::max(-alpha * t, std::log(kFloor)); }
double shared_log_variance(double, double alpha) { return -alpha; }

Ingredients right() {
  return {.prior = [](int n) { return models::normal_prior(n); },
          .draw = [](double mean, double sigma, double epsilon) { return mean + sigma * epsilon; },
          .context = one_hot,
          .weights = posterior,
          .between = [](double b) { return std::erf(std::atanh(0.5) / (b * std::sqrt(2.0))); },
          .rotation = turn,
          .prior_of_two = [](int n) { return models::normal_prior(n, 2); },
          .log_variance = free_log_variance};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"prior", "the factor p(z) left out", {"eq:factorised"},
       [](Ingredients& i) { i.prior = without_density; }},
      {"noise", "draws of x that are f(z), without the noise of p(x|z)", {"eq:factorised"},
       [](Ingredients& i) { i.draw = [](double mean, double, double) { return mean; }; }},
      {"deviation", "noise of size σ² instead of σ", {"eq:factorised"},
       [](Ingredients& i) { i.draw = [](double mean, double sigma, double epsilon) {
         return mean + sigma * sigma * epsilon; }; }},
      {"context", "a decoder that is told the same class of every image", {"eq:factorised"},
       [](Ingredients& i) { i.context = [](Index, Index classes) { return one_hot(0, classes); }; }},
      {"weights", "the states weighted alike instead of by p(z|x)", {"eq:fisher-identity"},
       [](Ingredients& i) { i.weights = [](const Matrix<double>& log_joint) {
         return Matrix<double>(Matrix<double>::Constant(log_joint.rows(), log_joint.cols(), 1.0 / log_joint.cols()));
       }; }},
      {"joint", "the states weighted by p(x, z) instead of p(z|x)", {"eq:fisher-identity"},
       [](Ingredients& i) { i.weights = [](const Matrix<double>& log_joint) {
         return Matrix<double>(log_joint.array().exp()); }; }},
      {"line", "½ instead of atanh(½), as if tanh were a line", {"claim:connected"},
       [](Ingredients& i) { i.between = [](double b) { return std::erf(0.5 / (b * std::sqrt(2.0))); }; }},
      {"stretch", "a code whose first axis is 10 % longer after turning", {"claim:rotation"},
       [](Ingredients& i) { i.rotation = [](double angle) {
         Matrix<double> R = turn(angle);
         R.col(0) *= 1.1;
         return R; }; }},
      {"square", "a prior that is uniform on a square", {"claim:rotation"},
       [](Ingredients& i) { i.prior_of_two = square; }},
      {"floor", "a variance that never falls below 0.01", {"claim:free-variance"},
       [](Ingredients& i) { i.log_variance = floored_log_variance; }},
      {"shared", "one variance for all z", {"claim:free-variance"},
       [](Ingredients& i) { i.log_variance = shared_log_variance; }}};
  return all;
}
// clang-format on

}  // namespace ch07
