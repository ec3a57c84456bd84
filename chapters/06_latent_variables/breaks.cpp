#include <algorithm>
#include <cmath>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/statistics/normal.hpp"

namespace ch06 {
namespace {

Matrix<double> with_weights(const NormalComponents& mixture, const Matrix<double>& x) { return mixture.log_joint(x); }
Matrix<double> without_weights(const NormalComponents& mixture, const Matrix<double>& x) {
  return mixture.log_joint(x).rowwise() - mixture.log_prior;
}

Vector largest_term(const Matrix<double>& log_joint) { return log_joint.rowwise().maxCoeff(); }

double joint_density(double x, double z, double variance) {
  return models::normal_log_density(z, 0, 1) + models::normal_log_density(x, z, variance);
}
double conditional_density(double x, double z, double variance) { return models::normal_log_density(x, z, variance); }

Matrix<double> soft(const Matrix<double>& posterior) { return posterior; }
Matrix<double> hard(const Matrix<double>& posterior) {
  return models::one_hot(models::most_probable(posterior), posterior.cols());
}

double log_likelihood(const Matrix<double>& log_joint) { return models::log_evidence(log_joint).sum(); }
// Σᵢₖ p(z = k | xᵢ) log p(xᵢ, z = k)
double expected_log_joint(const Matrix<double>& log_joint) {
  return models::log_posterior(log_joint).array().exp().matrix().cwiseProduct(log_joint).sum();
}

Matrix<double> by_posterior(const Matrix<double>& log_joint, const Eigen::RowVectorXd&) {
  return models::log_posterior(log_joint).array().exp();
}
Matrix<double> by_prior(const Matrix<double>& log_joint, const Eigen::RowVectorXd& log_prior) {
  return log_prior.array().exp().matrix().replicate(log_joint.rows(), 1);
}

double last(const std::vector<double>& values) { return values.back(); }
double last_but_one(const std::vector<double>& values) { return values[values.size() - 2]; }

double sech2(double t) { return 1 / (std::cosh(t) * std::cosh(t)); }

}  // namespace

Ingredients right() {
  return {.log_joint = with_weights,
          .log_marginal = models::log_evidence,
          .log_integrand = joint_density,
          .variance_of = [](double precision) { return 1 / precision; },
          .weights = soft,
          .watched = log_likelihood,
          .reported = last,
          .fisher_weights = by_posterior,
          .rate = [](double x, double m) { return x * x * sech2(m * x); },
          .deviation = [](double wanted) { return wanted; }};
}

// clang-format off
const std::vector<lesson::Break<Ingredients>>& breaks() {
  static const std::vector<lesson::Break<Ingredients>> all{
      {"weights", "the mixing weights left out", {"eq:marginal", "eq:gmm"},
       [](Ingredients& i) { i.log_joint = without_weights; }},
      {"largest", "the largest term instead of the sum over z", {"eq:marginal", "eq:gmm"},
       [](Ingredients& i) { i.log_marginal = largest_term; }},
      {"conditional", "p(x|z) in the integral instead of p(x, z), as the notes print it", {"eq:marginal"},
       [](Ingredients& i) { i.log_integrand = conditional_density; }},
      {"precision", "the precision taken for a variance", {"eq:marginal"},
       [](Ingredients& i) { i.variance_of = [](double precision) { return precision; }; }},
      {"hard", "each point given to its most probable component alone", {"eq:gmm"},
       [](Ingredients& i) { i.weights = hard; }},
      {"joint", "E log p(x, z) watched instead of log p(x)", {"eq:gmm"},
       [](Ingredients& i) { i.watched = expected_log_joint; }},
      {"before", "the likelihood of the parameters before the last update", {"eq:gmm"},
       [](Ingredients& i) { i.reported = last_but_one; }},
      {"prior", "p(z) instead of p(z|x) in Fisher's identity", {"eq:fisher-identity"},
       [](Ingredients& i) { i.fisher_weights = by_prior; }},
      {"rate", "E[ sech²(mx) ], without the x²", {"claim:em-rate"},
       [](Ingredients& i) { i.rate = [](double x, double m) { return sech2(m * x); }; }},
      {"floor", "no deviation below 0.01", {"claim:unbounded"},
       [](Ingredients& i) { i.deviation = [](double wanted) { return std::max(wanted, 0.01); }; }}};
  return all;
}
// clang-format on

}  // namespace ch06
