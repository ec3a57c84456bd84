#pragma once
// A mixture of K Bernoulli distributions of d black and white pixels: z ~ Categorical(π), and given z = k the pixels
// are independent, pixel j being 1 with probability σ(ℓ_kj). In nats, one row an image.

#include "autograd/core/value.hpp"
#include "models/statistics/random.hpp"

namespace models {

struct BernoulliMixture {
  Eigen::RowVectorXd log_prior;    // 1×K   log π_k
  autograd::Matrix<float> logits;  // K×d   ℓ

  // log p(x, z = k) = log π_k + Σⱼ [ xⱼ ℓ_kj - log(1 + exp ℓ_kj) ]: n×K, for x: n×d, zeros and ones. The products are
  // computed in float. Throws std::invalid_argument if x has another number of columns.
  autograd::Matrix<double> log_joint(const autograd::Matrix<float>& x) const;

  // The probabilities that pixels are 1, σ(ℓ): K×d.
  autograd::Matrix<float> means() const;

  // Draw number i for row i of x: a component, then the pixels.
  void sample(autograd::Matrix<float>& x, const Random& random) const;
};

// What the M step needs of the images, a few of them at a time:
//   n_k = Σᵢ Wᵢₖ      S_kj = Σᵢ Wᵢₖ xᵢⱼ      then   π_k = (n_k + 1) / (N + K),   σ(ℓ_kj) = (S_kj + 1) / (n_k + 2)
// The 1 and the 2 are two images that nobody saw, one white and one black: no probability becomes 0. With them the M
// step is the maximum of Σᵢₖ Wᵢₖ log p(xᵢ, z = k) + Σ_k log π_k + Σ_kj log σ(ℓ_kj)(1 - σ(ℓ_kj)).
class BernoulliCounts {
 public:
  BernoulliCounts(Eigen::Index K, Eigen::Index d);

  // Images x: n×d that belong to the components with weights W: n×K. Throws std::invalid_argument where shapes do not
  // fit.
  void add(const autograd::Matrix<float>& x, const autograd::Matrix<double>& W);

  BernoulliMixture fit() const;

 private:
  Eigen::RowVectorXd n_;
  autograd::Matrix<double> S_;
};

}  // namespace models
