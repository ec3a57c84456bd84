#pragma once
// Maximum likelihood where nobody observed which component a point belongs to: the EM algorithm (Dempster, Laird &
// Rubin 1977), and the mixture of normals as numbers instead of records on a tape (gaussian_mixture.hpp has those).
// In nats, one row a data point.

#include <vector>

#include "models/statistics/classification.hpp"

namespace models {

// Which covariances a mixture may have: one for all its components, or one for each of them.
enum class Covariance { shared, own };

// z ~ Categorical(π), x | z = k ~ N(μ_k, Σ_k).
struct NormalComponents {
  Eigen::RowVectorXd log_prior;               // 1×K   log π_k
  autograd::Matrix<double> mu;                // K×d   row k is μ_k
  std::vector<autograd::Matrix<double>> L{};  // K of d×d, lower triangular: L_k L_kᵀ = Σ_k

  // log p(x, z = k) = log π_k - ½ [ d log 2π + log det Σ_k + ‖L_k⁻¹ (x - μ_k)‖² ]: n×K, for x: n×d.
  // Throws std::invalid_argument if x has another number of columns.
  autograd::Matrix<double> log_joint(const autograd::Matrix<double>& x) const;
};

// The M step, the maximum of Σᵢₖ Wᵢₖ log p(xᵢ, z = k) for x: n×d and weights W: n×K:
//   π_k = n_k / Σ n_k,  n_k = Σᵢ Wᵢₖ      μ_k = Σᵢ Wᵢₖ xᵢ / n_k
//   own      Σ_k = Σᵢ Wᵢₖ (xᵢ - μ_k)(xᵢ - μ_k)ᵀ / n_k
//   shared   Σ = Σ_k π_k Σ_k
// Throws std::invalid_argument unless x and W have the same rows, each component has a weight above 0, and each
// covariance is positive definite, which it is not once a component sits on d points or fewer.
NormalComponents fit_normal_components(const autograd::Matrix<double>& x, const autograd::Matrix<double>& weights,
                                       Covariance covariance);

struct EmSettings {
  double tolerance = 1e-10;  // nats: the run ends when a step raises log p(D) by less
  int steps = 5000;          // at most
};

template <class Model>
struct EmRun {
  Model model;
  std::vector<double> log_likelihood{};  // log p(D) of the start and after each step; the last one is the model's
};

// EM from a start. A Model has log_joint(x), n×K; fit(x, W) is its M step. No step lowers log p(D). Throws what they
// throw.
template <class Model, class Fit>
EmRun<Model> expectation_maximisation(const Model& start, const autograd::Matrix<double>& x, const Fit& fit,
                                      const EmSettings& settings = {}) {
  EmRun<Model> run{start};
  auto& log_likelihood = run.log_likelihood;
  for (int step = 0;; ++step) {
    const autograd::Matrix<double> log_joint = run.model.log_joint(x);
    log_likelihood.push_back(log_evidence(log_joint).sum());
    if (step == settings.steps) return run;
    if (step > 0 && log_likelihood[step] - log_likelihood[step - 1] < settings.tolerance) return run;
    const autograd::Matrix<double> W = log_posterior(log_joint).array().exp();  // E
    run.model = fit(x, W);                                                      // M
  }
}

}  // namespace models
