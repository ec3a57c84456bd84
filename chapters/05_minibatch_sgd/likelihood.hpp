#pragma once
// Log-likelihoods of data points and of minibatches, with their gradients, all from the tape.

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "autograd/autograd.hpp"
#include "models/data/dataset.hpp"

namespace ch05 {

using autograd::Buffer;
using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Tape;
using autograd::Var;
using autograd::Watched;
using Vector = Eigen::VectorXd;

// Data points by number, 0 .. N-1: a minibatch, or the whole data set. The same point may stand in it twice.
using Points = std::span<const int>;

struct LogLikelihood {
  double value;     // nats
  Vector gradient;  // one number a parameter
};

// A model with its data, at fixed parameters θ.
class Model {
 public:
  // log p_θ(x) of each of n data points, in nats: n×1.
  using LogProb = std::function<Var<Matrix<double>>(const Watched<double>& theta, Points points)>;
  // How they become one number: autograd::sum, since independent points multiply. (A wrong one shows what that means.)
  using Total = std::function<Var<double>(const Var<Matrix<double>>& log_probs)>;

  Model(Parameters<double> theta, int count, LogProb log_prob, Total total);

  int count() const { return all_.size(); }  // N
  Points all() const { return all_; }        // D
  Index parameters() const { return theta_.count(); }

  // c Σ_{j∈M} log p_θ(x_j) and its gradient in θ, by one sweep of the tape.
  LogLikelihood log_likelihood(Points points, double c = 1) const;
  LogLikelihood log_likelihood() const { return log_likelihood(all_); }  // of D

 private:
  Parameters<double> theta_;
  std::vector<int> all_;
  LogProb log_prob_;
  Total total_;
  std::unique_ptr<Tape> tape_;  // kept, with its memory, from one minibatch to the next
  mutable Buffer<double> gradient_;
};

// x in 0 .. K-1, p(x) = softmax(θ)_x, one parameter a state: ∇log p(x) = (1 where k = x, 0 elsewhere) - softmax(θ).
Model categorical(std::vector<int> x, const Vector& theta, Model::Total total);

// x ~ N(μ, 1), one parameter: ∇log p(x) = x - μ.
Model normal_with_mean(std::vector<double> x, double mu, Model::Total total);

// x ~ N(μ, σ²), two parameters, μ and log σ²: ∇log p(x) = ( u, ½(u (x - μ) - 1) ) with u = (x - μ) / σ².
Model normal(std::vector<double> x, double mu, double log_var, Model::Total total);

// log p(y|x) of images x with labels y, p(y|x) = softmax(x W + b)_y, at random W. The images must outlive the model.
// `weights`, one for each class if given, multiply the log-probabilities: what importance weights do.
Model softmax_regression(const models::Dataset& images, std::uint64_t seed, Model::Total total,
                         std::vector<double> weights = {});

}  // namespace ch05
