#pragma once
// Optimisers: a loop over one flat array of parameters θ, given the gradient g of the loss (which is to fall).

#include <cstdint>

#include "autograd/parameters/parameters.hpp"

namespace models {

using autograd::Buffer;
using autograd::Element;
using autograd::Index;

enum class Method { sgd, momentum, adam, soap };

struct OptimiserSettings {
  Method method = Method::adam;
  double beta1 = 0.9;     // of the momentum, and of Adam's first moment
  double beta2 = 0.999;   // of Adam's second moment
  double epsilon = 1e-8;  // Adam's
};

// sgd        θ -= α g
// momentum   m = β₁ m + g                      θ -= α m                                   (Polyak 1964)
// adam       m = β₁ m + (1 - β₁) g             θ -= α m̂ / (√v̂ + ε)                        (Kingma & Ba 2015, alg. 1)
//            v = β₂ v + (1 - β₂) g²            m̂ = m / (1 - β₁ᵗ)   v̂ = v / (1 - β₂ᵗ)
// soap       the same, of gradients that a trainer has rotated (soap.hpp)
template <Element S>
class Optimiser {
 public:
  // Moments of 0 for `size` parameters.
  Optimiser(const OptimiserSettings& settings, Index size);

  // Begins step t = 1, 2, ... with learning rate α; update() may then be called once for each part of the
  // array, by several threads.
  void begin_step(double learning_rate);
  // Parameters first .. first + count - 1 of the whole array θ, whose gradients are g[0] .. g[count - 1].
  void update(S* theta, const S* g, Index first, Index count);

  // What a checkpoint keeps: t, and the moments (empty where the method has none).
  std::uint64_t steps = 0;
  Buffer<S> m, v;

 private:
  bool is_adam() const { return settings_.method == Method::adam || settings_.method == Method::soap; }

  OptimiserSettings settings_;
  S rate_ = 0, second_scale_ = 1;  // α / (1 - β₁ᵗ), and 1 / (1 - β₂ᵗ)
};

enum class ScheduleKind { constant, cosine, exponential, linear };

// The learning rate of step t of T:
//   constant      α
//   cosine        α_end + ½ (α - α_end) (1 + cos(π t / T))      (Loshchilov & Hutter 2017, eq. 5)
//   exponential   α (α_end / α)^(t / T)
//   linear        α + (α_end - α) t / T
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double first = 1e-3;
  double last = 0;
  std::uint64_t steps = 1;
  double at(std::uint64_t step) const;
};

}  // namespace models
