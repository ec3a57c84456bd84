// 11.4: steps of Adam on a small VAE, against the optimiser that trains the large one.
#include <cmath>

#include "chapters/11_vae/check.hpp"
#include "chapters/11_vae/exercise.hpp"
#include "chapters/lesson/comparison.hpp"
#include "models/training/optimisers.hpp"
#include "models/vae/bounds.hpp"

namespace ch11 {

using lesson::normal_matrix;

namespace {

constexpr int kSteps = 5;

// A VAE with a minibatch of 4 points and its noise.
struct Instance {
  Matrix<double> x, epsilon;
  Parameters<double> theta;
  models::Vae<double> vae;

  explicit Instance(std::uint64_t seed)
      : x((normal_matrix(seed, 1, 4, 5).array() > 0).cast<double>()),
        epsilon(normal_matrix(seed, 2, 4, 2)),
        vae(theta, {.pixels = 5, .latent = 2, .hidden = {}}, seed) {}

  Var<Matrix<double>> elbo(const Watched<double>& watched) const {
    autograd::Tape& tape = watched.tape();
    return models::bound(vae, watched, tape.constant(x), tape.constant(epsilon), {}).value;
  }
  // The mean loss, and its gradient.
  double loss(const Parameters<double>& at, Buffer<double>& gradient) const {
    autograd::Tape tape;
    gradient = Buffer<double>::Zero(at.size());
    return value_and_gradient([&](const Watched<double>& watched) { return -mean(elbo(watched)); }, at, gradient,
                              tape);
  }
};

// The parameters' numbers, without the padding between them.
std::vector<double> numbers(const Parameters<double>& theta) {
  std::vector<double> all;
  for (const auto& entry : theta.entries())
    all.insert(all.end(), theta.values().data() + entry.offset,
               theta.values().data() + entry.offset + entry.rows * entry.cols);
  return all;
}

// θ after the steps of the project's optimiser.
std::vector<double> right_steps(const Instance& instance, const Adam& adam) {
  Parameters<double> theta = instance.theta;
  models::Optimiser<double> optimiser({.beta1 = adam.beta1, .beta2 = adam.beta2, .epsilon = adam.epsilon},
                                      theta.size());
  Buffer<double> g;
  for (int step = 0; step < kSteps; ++step) {
    instance.loss(theta, g);
    optimiser.begin_step(adam.learning_rate);
    optimiser.update(theta.values().data(), g.data(), 0, theta.size());
  }
  return numbers(theta);
}

enum class Slip {
  ascends,
  uncorrected,
  late,
  uncounted,
  squares_corrected,
  epsilon_inside,
  no_root,
  not_squared,
  adds,
  first_weight,
  keeps_corrected,
  no_momentum,
  plain,
  summed
};

// θ after as many steps with one thing done wrongly.
std::vector<double> wrong_steps(const Instance& instance, Adam adam, Slip slip) {
  const auto is = [slip](Slip other) { return slip == other; };
  Parameters<double> theta = instance.theta;
  Buffer<double> gradient;
  const double beta1 = is(Slip::no_momentum) ? 0 : adam.beta1, beta2 = adam.beta2;
  auto m = adam.m.array(), v = adam.v.array();
  for (int step = 1; step <= kSteps; ++step) {
    instance.loss(theta, gradient);
    const Eigen::ArrayXd g = gradient.array() * (is(Slip::summed) ? static_cast<double>(instance.x.rows()) : 1.0);
    const int t = is(Slip::late) ? step + 1 : is(Slip::uncounted) ? 1 : step;
    m = (is(Slip::adds) ? 1 : beta1) * m + (is(Slip::first_weight) ? 1 : 1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * (is(Slip::not_squared) ? g.abs().eval() : g.square().eval());
    const double first = is(Slip::uncorrected) ? 1 : 1 - std::pow(beta1, t);
    const double second = is(Slip::uncorrected) || is(Slip::squares_corrected) ? 1 : 1 - std::pow(beta2, t);
    const Eigen::ArrayXd m_hat = m / first, v_hat = v / second;
    if (is(Slip::keeps_corrected)) m = m_hat, v = v_hat;
    const Eigen::ArrayXd scale = is(Slip::epsilon_inside) ? (v_hat + adam.epsilon).sqrt().eval()
                                 : is(Slip::no_root)      ? (v_hat + adam.epsilon).eval()
                                                          : (v_hat.sqrt() + adam.epsilon).eval();
    if (is(Slip::plain)) {
      theta.values() -= adam.learning_rate * g.matrix();
      continue;
    }
    theta.values().array() += (is(Slip::ascends) ? 1 : -1) * adam.learning_rate * m_hat / scale;
  }
  return numbers(theta);
}

std::vector<lesson::Mistake> mistakes(const Instance& instance, const Adam& adam) {
  const auto with = [&](Slip slip, const char* likely) {
    return lesson::Mistake{wrong_steps(instance, adam, slip), "", likely};
  };
  return {
      with(Slip::ascends, "θ goes up the loss. Which way does a gradient point?"),
      with(Slip::uncorrected, "m and v are used as they are. They begin at 0: how large is m after one step?"),
      with(Slip::squares_corrected, "m is corrected, v is not. It begins at 0 as well."),
      with(Slip::late, "t is one too large. What is 1 - β₁ᵗ to make of m at the first step?"),
      with(Slip::uncounted, "t is 1 at every step. Where is it counted up?"),
      with(Slip::epsilon_inside, "ε stands inside the root. Which of the two is it added to, v̂ or √v̂?"),
      with(Slip::no_root, "the root of v̂ is missing. Which unit do m̂ and v̂ have, if g is in nats?"),
      with(Slip::not_squared, "v is a mean of |g|, not of g²."),
      with(Slip::adds, "m adds up all gradients and forgets none. What is its old value multiplied by?"),
      with(Slip::first_weight, "m = β₁ m + g is momentum's. What weighs the new gradient, if m is to be a mean?"),
      with(Slip::keeps_corrected, "the corrected m̂ and v̂ are kept for the next step. Which does algorithm 1 keep?"),
      with(Slip::no_momentum, "the step follows g itself. What is m for?"),
      with(Slip::plain, "θ -= α g is gradient descent without m and v."),
      with(Slip::summed, "the gradient is that of a sum over the minibatch. What makes it a mean?"),
  };
}

}  // namespace

void check_training_step(lesson::Attempt& attempt) {
  Instance instance(attempt.seed());
  Adam adam(instance.theta.size());
  Buffer<double> g;
  const double loss = instance.loss(instance.theta, g), M = static_cast<double>(instance.x.rows());
  const std::vector<double> right = right_steps(instance, adam);
  const std::vector<lesson::Mistake> wrong = mistakes(instance, adam);
  const MinibatchElbo elbo = [&](const Watched<double>& watched) { return instance.elbo(watched); };

  Parameters<double> theta = instance.theta;
  double returned = training_step(elbo, theta, adam);
  const std::vector<double> after_one = numbers(theta);
  for (const double value : after_one)
    attempt.require(std::isfinite(value),
                    "θ is not finite after the first step\n"
                    "likely: 1 - β₁ᵗ is 0 for t = 0. Is t counted up before it is used?");
  lesson::equal(attempt, "what the first step returns:", returned, loss,
                {{-loss, "", "this is the mean ELBO. Is a loss to rise or to fall?"},
                 {M * loss, "M", "a sum over the minibatch, where the mean is asked for."},
                 {-M * loss, "-M", "the sum of the ELBOs. The loss is minus their mean."},
                 {instance.loss(theta, g), "", "this is the loss after the step, not before."}});
  attempt.require(after_one != numbers(instance.theta), "the loss is right, but theta is what it was before the step");
  for (int step = 1; step < kSteps; ++step) training_step(elbo, theta, adam);
  lesson::equal(attempt, "the returned loss is right; theta after 5 steps:", numbers(theta), right, wrong);
  attempt.require(adam.t == kSteps,
                  "theta is right, but adam.t does not count the steps: a checkpoint could not go on");
}

}  // namespace ch11
