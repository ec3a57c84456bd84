// Tapestry with matrix operations, as its models are written.
#include "autograd/autograd.hpp"
#include "models/gaussian_mixture.hpp"
#include "models/statistics/distributions.hpp"
#include "tests/bench/functions/formulas.hpp"

namespace bench {

using autograd::Index;
using autograd::Matrix;
using autograd::Tape;
using autograd::Var;

const Contender kContender{.name = "Tapestry, matrices"};

namespace {

// The parameters as matrices on a tape, one after the other; their gradients land in the span that is given.
class Parts {
 public:
  Parts(Tape& tape, std::span<const double> x, std::span<double> gradient) : tape_(tape), x_(x), gradient_(gradient) {}

  Var<Matrix<double>> next(Index rows, Index cols) {
    const std::size_t n = rows * cols;
    const auto part = autograd::watch<double>(tape_, {x_.data(), rows, cols}, {gradient_.data(), rows, cols});
    x_ = x_.subspan(n), gradient_ = gradient_.subspan(n);
    return part;
  }

 private:
  Tape& tape_;
  std::span<const double> x_;
  std::span<double> gradient_;
};

Var<Matrix<double>> constant(Tape& tape, const std::vector<double>& data, Index rows, Index cols) {
  return tape.constant(autograd::ConstMatrixMap<double>(data.data(), rows, cols));
}

Var<double> A(Tape&, Parts parts) { return log_sum_exp(parts.next(1, kNumbers)); }

Var<double> B(Tape&, Parts parts) {
  const auto x = parts.next(1, kNumbers), mu = parts.next(1, 1), sigma = parts.next(1, 1);
  return sum(models::normal_log_prob(x, mu, 2 * log(sigma)));
}

Var<double> C(Tape&, Parts parts) { return prod(parts.next(1, kNumbers)); }

Var<double> D(Tape& tape, Parts parts) {
  const Problem& p = problem('D');
  const auto W1 = parts.next(kInputs, kUnits), b1 = parts.next(1, kUnits);
  const auto W2 = parts.next(kUnits, kUnits), b2 = parts.next(1, kUnits);
  const auto w3 = parts.next(kUnits, 1), b3 = parts.next(1, 1);
  const auto h = tanh(affine(constant(tape, p.data, kPoints, kInputs), W1, b1));
  const auto f = affine(tanh(affine(h, W2, b2)), w3, b3);
  return 0.5 * squared_norm(f - constant(tape, p.target, kPoints, 1));
}

Var<double> E(Tape& tape, Parts parts) {
  models::GaussianMixture<double> mixture;
  mixture.alpha = parts.next(1, kComponents);
  mixture.mu = parts.next(kComponents, kDimensions);
  mixture.log_diagonal = parts.next(kComponents, kDimensions);
  mixture.below = parts.next(kComponents, kBelow);
  const auto x = constant(tape, problem('E').data, kRows, kDimensions);
  return sum(mixture.log_prob(x)) + mixture.log_prior({.gamma = kGamma, .m = kWishartM});
}

Var<double> evaluate(char function, Tape& tape, const Parts& parts) {
  constexpr decltype(&A) kAll[] = {A, B, C, D, E};
  return kAll[function - 'A'](tape, parts);
}

}  // namespace

Gradient gradient_of(char function) {
  return [function, tape = std::make_shared<Tape>()](std::span<const double> x, std::span<double> gradient) {
    tape->rewind();
    const Var<double> y = evaluate(function, *tape, Parts(*tape, x, gradient));
    tape->backward(y);
    return y.value();
  };
}

}  // namespace bench
