#include "models/fully_visible_belief_net.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "models/statistics/distributions.hpp"

namespace models {

template <Element S>
Matrix<S> earlier_pixels(Index d) {
  return Matrix<S>::Ones(d, d).template triangularView<Eigen::StrictlyUpper>();
}

template <Element S>
FullyVisibleBeliefNet<S>::FullyVisibleBeliefNet(Parameters<S>& parameters, Matrix<S> mask)
    : mask_(std::move(mask)),
      W_(parameters.add("belief.W", mask_.rows(), mask_.rows())),
      b_(parameters.add("belief.b", 1, mask_.rows())) {
  if (mask_.rows() != mask_.cols())
    throw std::invalid_argument(
        fmt::format("FullyVisibleBeliefNet: expected a square mask, found {}×{}", mask_.rows(), mask_.cols()));
}

template <Element S>
Index FullyVisibleBeliefNet<S>::weights() const {
  return (mask_.array() != 0).count() + pixels();
}

template <Element S>
void FullyVisibleBeliefNet<S>::start_at(Parameters<S>& parameters, const Matrix<S>& p) const {
  parameters[b_] = (p.array() / (1 - p.array())).log();
}

template <Element S>
Var<Matrix<S>> FullyVisibleBeliefNet<S>::logits(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  return affine(x, theta[W_] * theta.tape().reference(mask_), theta[b_]);
}

template <Element S>
Var<Matrix<S>> FullyVisibleBeliefNet<S>::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x) const {
  return bernoulli_log_prob(x, logits(theta, x));
}

template <Element S>
void FullyVisibleBeliefNet<S>::sample(const Parameters<S>& parameters, Matrix<S>& x, Index first,
                                      const Random& random) const {
  const auto W = parameters[W_], b = parameters[b_];
  for (Index i = first; i < pixels(); ++i) {
    const Eigen::Matrix<S, Eigen::Dynamic, 1> logit = (x.leftCols(i) * W.col(i).head(i)).array() + b(0, i);
    for (Index r = 0; r < x.rows(); ++r) x(r, i) = random.uniform(r * pixels() + i) < 1 / (1 + std::exp(-logit[r]));
  }
}

// Everything above, once for each element type that models train with.
template Matrix<float> earlier_pixels(Index);
template Matrix<double> earlier_pixels(Index);
template class FullyVisibleBeliefNet<float>;
template class FullyVisibleBeliefNet<double>;

}  // namespace models
