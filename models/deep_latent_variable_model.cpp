#include "models/deep_latent_variable_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <stdexcept>

#include "autograd/operations/linear_algebra.hpp"
#include "autograd/operations/reductions.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/pairwise.hpp"

namespace models {

using autograd::By;
using autograd::Tape;

namespace {

std::vector<Index> with_input(const DeepLatentShape& shape) {
  std::vector<Index> sizes{shape.latent + shape.context};
  sizes.insert(sizes.end(), shape.hidden.begin(), shape.hidden.end());
  return sizes;
}

const DeepLatentShape& checked(const DeepLatentShape& shape) {
  if (shape.observed < 1 || shape.latent < 1 || shape.context < 0)
    throw std::invalid_argument(
        fmt::format("DeepLatentVariableModel: expected x and z of one dimension or more, found {} and {}, and a "
                    "context of {}",
                    shape.observed, shape.latent, shape.context));
  return shape;
}

}  // namespace

template <Element S>
DeepLatentVariableModel<S>::DeepLatentVariableModel(Parameters<S>& parameters, const DeepLatentShape& shape,
                                                    std::uint64_t seed)
    : shape_(checked(shape)),
      hidden_(parameters, "decoder", with_input(shape), shape.activation, seed),
      output_(parameters, "decoder.output", with_input(shape).back(), shape.observed, seed) {
  if (shape.likelihood == Likelihood::gaussian) log_var_ = parameters.add("decoder.log_var", 1, 1);
}

template <Element S>
Var<Matrix<S>> DeepLatentVariableModel<S>::decode(const Watched<S>& theta, const Var<Matrix<S>>& z,
                                                  const Matrix<S>& y) const {
  if (y.rows() != 1 || y.cols() != shape_.context)
    throw std::invalid_argument(fmt::format("DeepLatentVariableModel: expected a context y of 1×{}, found {}×{}",
                                            shape_.context, y.rows(), y.cols()));
  const Index K = z.value().rows();
  const Var<Matrix<S>> input = y.cols() == 0 ? z : hstack(z, theta.tape().constant(Matrix<S>(y.replicate(K, 1))));
  return output_(theta, hidden_(theta, input));
}

template <Element S>
Var<Matrix<S>> DeepLatentVariableModel<S>::log_likelihoods(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                                           const Var<Matrix<S>>& z, const Matrix<S>& y) const {
  const Var<Matrix<S>> f = decode(theta, z, y);
  return shape_.likelihood == Likelihood::gaussian ? normal_log_probs(x, f, theta[log_var_])
                                                   : bernoulli_log_probs(x, f);
}

template <Element S>
Var<Matrix<S>> DeepLatentVariableModel<S>::log_joint(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                                     const Quadrature& rule, const Matrix<S>& y) const {
  Tape& tape = theta.tape();
  const Var<Matrix<S>> z = tape.constant(Matrix<S>(rule.points.cast<S>()));
  const Var<Matrix<S>> log_weights = tape.constant(Matrix<S>(rule.weights.log().matrix().transpose().cast<S>()));
  return log_weights + log_likelihoods(theta, x, z, y);
}

template <Element S>
Var<Matrix<S>> DeepLatentVariableModel<S>::log_prob(const Watched<S>& theta, const Var<Matrix<S>>& x,
                                                    const Quadrature& rule, const Matrix<S>& y) const {
  return log_sum_exp(log_joint(theta, x, rule, y), By::row);
}

template <Element S>
typename DeepLatentVariableModel<S>::Draws DeepLatentVariableModel<S>::sample(const Parameters<S>& parameters, Index n,
                                                                              const Random& random,
                                                                              const Matrix<S>& y) const {
  Draws draws{Matrix<S>(n, shape_.latent), {}};
  random.fill_normal(std::span<S>(draws.z.data(), draws.z.size()));
  const Index next = (draws.z.size() + 3) / 4 * 4;  // of the stream's numbers, the first of a block that z left alone
  Tape tape;
  draws.x = decode(Watched<S>(tape, parameters), tape.constant(draws.z), y).value();
  if (shape_.likelihood == Likelihood::gaussian) {
    Matrix<S> noise(n, shape_.observed);
    random.fill_normal(std::span<S>(noise.data(), noise.size()), next);
    draws.x += std::exp(parameters[log_var_](0, 0) / 2) * noise;
  } else {
    for (Index i = 0; i < draws.x.size(); ++i)
      draws.x.data()[i] = random.uniform(next + i) < 1 / (1 + std::exp(-draws.x.data()[i]));
  }
  return draws;
}

Quadrature normal_prior(int n, int d) {
  Quadrature rule = gauss_legendre(n, -7, 7);
  rule.weights *= (-0.5 * (kLog2Pi + rule.points.col(0).array().square())).exp();
  return product_rule(rule, d);
}

// Everything above, once for each element type that models train with.
template class DeepLatentVariableModel<float>;
template class DeepLatentVariableModel<double>;

}  // namespace models
