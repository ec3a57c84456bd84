#pragma once
// The continuous Bernoulli distribution of x in [0, 1], such as a grey pixel (Loaiza-Ganem & Cunningham 2019): the
// Bernoulli formula λˣ (1-λ)¹⁻ˣ, divided by its integral so that it is a density. With the logit ℓ = log λ - log(1-λ)
//   p(x) = λˣ (1-λ)¹⁻ˣ / Z(ℓ),     Z(ℓ) = ∫₀¹ λˣ (1-λ)¹⁻ˣ dx = (1-2λ) / log((1-λ)/λ) = tanh(ℓ/2) / ℓ,     Z(0) = ½
// λ is not the mean; the mean is λ + d/dℓ log Z = λ + 1 / sinh ℓ - 1/ℓ.

#include "autograd/core/record.hpp"

namespace models {

using autograd::Element;
using autograd::Matrix;
using autograd::Var;

// log Z(ℓ), and its derivative 1 / sinh ℓ - 1/ℓ: finite and to 12 digits for every ℓ, near 0 by their series. An even
// and an odd function; the first is in nats.
double log_bernoulli_integral(double logit);
double log_bernoulli_integral_slope(double logit);

// y = log Z(ℓ), element by element          ℓ̄ += ȳ (1 / sinh ℓ - 1/ℓ)
template <Element S>
Var<Matrix<S>> log_bernoulli_integral(const Var<Matrix<S>>& logits);

// log p(x) = Σⱼ xⱼ ℓⱼ - log(1 + exp ℓⱼ) - log Z(ℓⱼ), in nats: R×d in, R×1 out. x may have fewer rows, each of which
// then serves several rows of the logits, and throws as bernoulli_log_prob does (fast_distributions.hpp).
template <Element S>
Var<Matrix<S>> continuous_bernoulli_log_prob(const Var<Matrix<S>>& x, const Var<Matrix<S>>& logits);

// The draw that a uniform number u makes, by the inverse of the distribution function:
//   F(x) = (exp(ℓx) - 1) / (exp ℓ - 1),     x = log(1 + u (exp ℓ - 1)) / ℓ
double continuous_bernoulli_draw(double u, double logit);

}  // namespace models
