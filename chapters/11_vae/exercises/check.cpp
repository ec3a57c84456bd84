// The exercises of chapter 11: points, minutes and hints, and how each answer is checked.
#include <cmath>

#include "chapters/11_vae/exercises/exercise.hpp"
#include "chapters/lesson/exercise/comparison.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/distributions.hpp"
#include "models/training/optimisers.hpp"
#include "models/vae/bounds.hpp"

namespace ch11 {
namespace {

using lesson::compare, lesson::compare_extreme, lesson::normal_matrix;
using lesson::Exercise, lesson::Question, lesson::Vars, lesson::Wrong;

using M = Var<Matrix<double>>;

// 4, 6 or 8: no other size, so that a wrong shape shows.
Index rows_of(const lesson::Attempt& attempt) { return 4 + 2 * (attempt.seed() % 3); }
// 3 or 5, and never the number of rows.
Index dimensions_of(const lesson::Attempt& attempt) { return 3 + 2 * (attempt.seed() % 2); }

M half_sum(const M& terms) { return 0.5 * sum(terms, By::row); }

// x as a number that nothing flows back from.
M cut(const M& x) { return x.tape().constant(Matrix<double>(x.value())); }

// 11.1

void check_kl(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), d = dimensions_of(attempt);
  const auto right = [](const Vars& v) { return models::kl_to_standard_normal(v[0], v[1]); };
  // ½ Σⱼ of what a mistake makes of the terms
  const auto terms = [](M (*f)(const M& mu, const M& log_var)) {
    return [f](const Vars& v) { return half_sum(f(v[0], v[1])); };
  };
  compare(attempt,
          {.names = {"mu", "log_var"},
           .inputs = {normal_matrix(attempt.seed(), 1, n, d), normal_matrix(attempt.seed(), 2, n, d)},
           .yours = [](const Vars& v) { return kl_to_standard_normal(v[0], v[1]); },
           .right = right,
           .wrong =
               {{"the sign. Can a divergence be negative?", [=](const Vars& v) { return -right(v); }},
                {"the factor ½. What stands before the square in a normal's exponent?",
                 [=](const Vars& v) { return 2 * right(v); }},
                {"a mean over the dimensions. What do the divergences of independent dimensions do?",
                 [=](const Vars& v) { return right(v) / double(d); }, "1/d"},
                {"the -1 is missing. What must mu = 0 and log_var = 0, where q is the prior, give?",
                 terms([](const M& mu, const M& log_var) { return square(mu) + exp(log_var) - log_var; })},
                {"log_var is taken for log σ. Of what is it the logarithm?",
                 terms([](const M& mu, const M& log_var) { return square(mu) + exp(2 * log_var) - 1 - 2 * log_var; })},
                {"log_var is taken for log σ inside exp. Of what is it the logarithm?",
                 terms([](const M& mu, const M& log_var) { return square(mu) + exp(2 * log_var) - 1 - log_var; })},
                {"σ stands where σ² belongs: exp(½ log_var) is the standard deviation.",
                 terms([](const M& mu, const M& log_var) { return square(mu) + exp(0.5 * log_var) - 1 - log_var; })},
                {"the sign of log σ². At which variance is the divergence smallest?",
                 terms([](const M& mu, const M& log_var) { return square(mu) + exp(log_var) - 1 + log_var; })},
                {"μ is not squared. Does it matter on which side of 0 the mean lies?",
                 terms([](const M& mu, const M& log_var) { return mu + exp(log_var) - 1 - log_var; })},
                {"this is KL( N(0, I) ‖ q ). Which of the two is z drawn from?",
                 terms([](const M& mu, const M& log_var) { return (1 + square(mu)) * exp(-log_var) - 1 + log_var; })}},
           .wrong_gradients = {
               {1, "exp(log_var) is a constant in your answer: where does it leave the tape?",
                terms([](const M& mu, const M& log_var) { return square(mu) + exp(cut(log_var)) - 1 - log_var; })}}});
}

const Exercise kKl{
    .number = "11.1",
    .slug = "eq:elbo",
    .task = "the KL term, as a formula on the tape",
    .statement = "KL( N(μ, diag σ²) ‖ N(0, I) ) = ½ Σⱼ [ μⱼ² + σⱼ² - 1 - log σⱼ² ]",
    .points = 2,
    .minutes = 15,
    .hints =
        {"Both distributions are products over the dimensions, so their divergence is a sum of one-dimensional "
         "ones. Try the formula on q = p first: it must give 0.",
         "log_var is log σ² already, and exp(log_var) is σ². square, exp and plain numbers work on whole matrices; "
         "sum(..., By::row) makes n×1 of n×d.",
         "half of the sum over each row of: square(mu) + exp(log_var) - 1 - log_var"},
    .check = check_kl};

// 11.2

void check_reparameterise(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), d = dimensions_of(attempt);
  const Matrix<double> epsilon = normal_matrix(attempt.seed(), 3, n, d);
  const auto noise = [&](const Vars& v) { return v[0].tape().constant(epsilon); };
  compare(
      attempt,
      {.names = {"mu", "log_var"},
       .inputs = {normal_matrix(attempt.seed(), 1, n, d), normal_matrix(attempt.seed(), 2, n, d)},
       .yours = [&](const Vars& v) { return reparameterise(v[0], v[1], noise(v)); },
       .right = [&](const Vars& v) { return models::reparameterise(v[0], v[1], noise(v)); },
       .wrong = {{"ε is scaled by the variance. Of which number is log_var the logarithm, and what scales a sample?",
                  [&](const Vars& v) { return v[0] + exp(v[1]) * noise(v); }},
                 {"one ε for the whole batch. Are the rows' samples independent then?",
                  [&](const Vars& v) { return v[0] + exp(0.5 * v[1]) * rows(noise(v), 0, 1); }},
                 {"ε is scaled by log_var itself.", [&](const Vars& v) { return v[0] + v[1] * noise(v); }},
                 {"ε is scaled by half the logarithm: exp is missing.",
                  [&](const Vars& v) { return v[0] + 0.5 * v[1] * noise(v); }},
                 {"ε is divided by σ, not multiplied.",
                  [&](const Vars& v) { return v[0] + exp(-0.5 * v[1]) * noise(v); }},
                 {"μ is missing: this is σ ε.", [&](const Vars& v) { return exp(0.5 * v[1]) * noise(v); }},
                 {"μ - σ ε. As ε is symmetric this too is a sample of q, but the formula adds.",
                  [&](const Vars& v) { return v[0] - exp(0.5 * v[1]) * noise(v); }},
                 {"μ is multiplied, not added. Where is z when ε = 0?",
                  [&](const Vars& v) { return v[0] * exp(0.5 * v[1]) * noise(v); }},
                 {"(μ + ε) σ: the deviation scales the mean as well.",
                  [&](const Vars& v) { return (v[0] + noise(v)) * exp(0.5 * v[1]); }},
                 {"z = μ, without noise.", [&](const Vars& v) { return v[0] + 0.0; }}}});
}

const Exercise kReparameterise{
    .number = "11.2",
    .slug = "eq:reparam-density",
    .task = "the reparameterised sample",
    .statement = "z = μ + σ ε ~ N(μ, diag σ²),  ε ~ N(0, I)",
    .points = 1,
    .minutes = 10,
    .hints =
        {"Shift and stretch: what does ε = 0 give, and what ε = 1?",
         "ε is stretched by the standard deviation. How does σ follow from log σ², with an exp and no square root?",
         "σ = exp(0.5 * log_var); `*` multiplies coefficient by coefficient."},
    .check = check_reparameterise};

// 11.3

// The parts of an ELBO for instances of 11.3. Inputs: mu, log_var, and the decoder's W and b.
struct Model {
  Matrix<double> x, epsilon;

  M noise(const Vars& v) const { return v[0].tape().constant(epsilon); }
  M sample(const Vars& v) const { return models::reparameterise(v[0], v[1], noise(v)); }
  M logits(const Vars& v, const M& z) const { return affine(z, v[2], v[3]); }
  M log_likelihood(const Vars& v, const M& z) const {
    return models::bernoulli_log_prob(v[0].tape().constant(x), logits(v, z));
  }
  M kl(const Vars& v) const { return models::kl_to_standard_normal(v[0], v[1]); }
  M right(const Vars& v) const { return log_likelihood(v, sample(v)) - kl(v); }
  M yours(const Vars& v) const {
    const auto decode = [&](const M& z) { return logits(v, z); };
    return elbo(v[0].tape().constant(x), {v[0], v[1]}, decode, noise(v));
  }
};

std::vector<Wrong> wrong_elbos(const Model& m) {
  const double D = m.x.cols();
  return {{"the KL is added. What is the ELBO a bound from below of, and which way does a cost go?",
           [&](const Vars& v) { return m.log_likelihood(v, m.sample(v)) + m.kl(v); }},
          {"this is the negative ELBO, the loss. The bound itself is asked for.",
           [&](const Vars& v) { return -m.right(v); }},
          {"log p(x|z) alone: the KL is missing.", [&](const Vars& v) { return m.log_likelihood(v, m.sample(v)); }},
          {"the KL is sampled, as log q(z|x) - log p(z). That too is unbiased, but 11.1 knows it without sampling.",
           [&](const Vars& v) {
             const M z = m.sample(v);
             return m.log_likelihood(v, z) + half_sum(square(m.noise(v)) + v[1] - square(z));
           }},
          {"log p(x|z) is a mean over the pixels. What is the probability of D independent pixels?",
           [&, D](const Vars& v) { return m.log_likelihood(v, m.sample(v)) / D - m.kl(v); }},
          {"z = ε is drawn from the prior, but the bound needs z drawn from q(z|x).",
           [&](const Vars& v) { return m.log_likelihood(v, m.noise(v)) - m.kl(v); }},
          {"z = μ is no sample of q(z|x): the noise is missing.",
           [&](const Vars& v) { return m.log_likelihood(v, v[0]) - m.kl(v); }},
          {"z = μ + σ² ε: exp(log_var) is the variance.",
           [&](const Vars& v) { return m.log_likelihood(v, v[0] + exp(v[1]) * m.noise(v)) - m.kl(v); }},
          {"only the pixels that are 1 count. What do those that are 0 say?",
           [&](const Vars& v) { return sum(m.x * log_sigmoid(m.logits(v, m.sample(v))), By::row) - m.kl(v); }},
          {"the sigmoid is applied twice: is the formula you use one of logits, or of probabilities?",
           [&](const Vars& v) {
             const M p = sigmoid(m.logits(v, m.sample(v)));
             return sum(m.x * p - softplus(p), By::row) - m.kl(v);
           }},
          {"ones and zeros are swapped. Is a large logit a likely 1?", [&](const Vars& v) {
             const M l = m.logits(v, m.sample(v));
             return sum(-m.x * l - softplus(-l), By::row) - m.kl(v);
           }}};
}

// What an answer gives that is right but for building on a wrong 11.1 or 11.2.
std::vector<Wrong> inherited(const Model& m, const Vars& v) {
  const auto your_kl = [](const Vars& v) { return kl_to_standard_normal(v[0], v[1]); };
  const auto your_z = [&m](const Vars& v) { return reparameterise(v[0], v[1], m.noise(v)); };
  const auto differs = [&](const auto& yours, const M& right) {
    try {
      const M y = yours(v);
      return y.rows() != right.rows() || y.cols() != right.cols() || !y.value().isApprox(right.value(), 1e-10);
    } catch (const std::exception&) {  // not attempted: so the answer does without it
      return false;
    }
  };
  const bool kl = differs(your_kl, m.kl(v)), z = differs(your_z, m.sample(v));
  if (!kl && !z) return {};
  const std::string likely = kl && z ? "11.1 and 11.2 are not right yet. Repair them first."
                             : kl    ? "11.1, the KL, is not right yet. Repair that first."
                                     : "11.2, the sample z, is not right yet. Repair that first.";
  return {{likely, [=](const Vars& v) { return m.log_likelihood(v, your_z(v)) - your_kl(v); }},
          {likely, [=](const Vars& v) { return m.log_likelihood(v, m.sample(v)) - your_kl(v); }},
          {likely, [=](const Vars& v) { return m.log_likelihood(v, your_z(v)) - m.kl(v); }}};
}

void check_elbo(lesson::Attempt& attempt) {
  const std::uint64_t seed = attempt.seed();
  const Index n = rows_of(attempt), d = 2 + seed % 2, D = 5 + 2 * (seed % 2);
  Model m{(normal_matrix(seed, 4, n, D).array() > 0).cast<double>(), normal_matrix(seed, 3, n, d)};
  m.x(0, 0) = 1, m.x(0, 1) = 0;
  Question q{.names = {"mu", "log_var", "the decoder's weights", "the decoder's biases"},
             .inputs = {normal_matrix(seed, 1, n, d), normal_matrix(seed, 2, n, d), normal_matrix(seed, 5, d, D),
                        normal_matrix(seed, 6, 1, D)},
             .yours = [&](const Vars& v) { return m.yours(v); },
             .right = [&](const Vars& v) { return m.right(v); },
             .wrong = wrong_elbos(m),
             .wrong_gradients = {}};
  const auto z_cut = [&](const Vars& v) { return m.log_likelihood(v, cut(m.sample(v))) - m.kl(v); };
  for (const std::size_t encoder : {0u, 1u})
    q.wrong_gradients.push_back({encoder, "through the KL alone: does z leave the tape on its way to decode?", z_cut});
  try {
    compare(attempt, q);
  } catch (const lesson::WrongAnswer&) {
    // Does it build on a wrong 11.1 or 11.2? They are asked only now: they may crash, and a right answer
    // not need them.
    autograd::Tape tape;
    const auto first = inherited(m, {tape.constant(q.inputs[0]), tape.constant(q.inputs[1])});
    q.wrong.insert(q.wrong.begin(), first.begin(), first.end());
    compare(attempt, q);
  }

  // the decoder is sure of pixels 0 and 1, and in the first row wrong about both
  q.inputs[3](0, 0) = -800, q.inputs[3](0, 1) = 800;
  q.wrong.clear();
  compare_extreme(attempt, q, "right for usual logits; with some at ±800,",
                  "log of a sigmoid that is 0, or exp(800) = ∞. Which function is log(1 + exp ℓ) without exp ℓ?");
}

const Exercise kElbo{
    .number = "11.3",
    .slug = "eq:elbo",
    .task = "the ELBO of a minibatch's images, safe at logits of ±800",
    .statement = "ELBO(x) = log p(x|z) - KL( q(z|x) ‖ p(z) ),  z = μ + σ ε",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Three lines: a code, what the decoder makes of it, and two numbers for each row. Then: what happens to "
         "your logarithm where the decoder is all but certain?",
         "Write log sigmoid ℓ and log(1 - sigmoid ℓ) in terms of log(1 + exp ℓ). The engine has that function, "
         "safe for any ℓ: softplus.",
         "log p(x|z) is the sum over each row of: x * logits - softplus(logits). z is 11.2's, and the KL 11.1's."},
    .check = check_elbo};

// 11.4: steps of Adam on a small VAE, against the optimiser that trains the large one

constexpr int kSteps = 5;

// A VAE with a minibatch of 4 to 6 points and its noise.
struct Instance {
  Matrix<double> x, epsilon;
  Parameters<double> theta;
  models::Vae<double> vae;

  explicit Instance(std::uint64_t seed)
      : x((normal_matrix(seed, 1, 4 + seed % 3, 5).array() > 0).cast<double>()),
        epsilon(normal_matrix(seed, 2, 4 + seed % 3, 2)),
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
    const Eigen::ArrayXd g = gradient.array() * (is(Slip::summed) ? instance.x.rows() : 1.0);
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

void check_training_step(lesson::Attempt& attempt) {
  Instance instance(attempt.seed());
  Adam adam(instance.theta.size());
  Buffer<double> g;
  const double loss = instance.loss(instance.theta, g), M = instance.x.rows();
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

const Exercise kTrainingStep{
    .number = "11.4",
    .slug = "eq:minibatch-grad",
    .task = "the training step: gradient of the mean loss, and Adam",
    .statement = "θ -= α m̂ / (√v̂ + ε),  g = -∇ (1/M) Σᵢ ELBO(xᵢ)",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Two halves: the gradient of one number, the mean loss; then five lines of arithmetic on arrays. At the "
         "first step m̂ is g and v̂ is g², so nearly every parameter moves by α: try that by hand.",
         "value_and_gradient(loss, theta, gradient, tape) takes loss as a lambda from Watched<double> to a "
         "Var<double>, here minus the mean of elbo(watched). Then count t, update adam.m and adam.v, and correct "
         "copies of them: the moments themselves are kept uncorrected.",
         "autograd::Tape tape;  Buffer<double> gradient = Buffer<double>::Zero(theta.size());  then ++adam.t, and "
         "for v: adam.v.array() = adam.beta2 * adam.v.array() + (1 - adam.beta2) * gradient.array().square(). "
         "m goes likewise; the step is on theta.values().array(), with std::pow(adam.beta1, adam.t)."},
    .check = check_training_step};

// 11.5

void check_importance_bound(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), K = 5 + 2 * (attempt.seed() % 2);
  const double log_K = std::log(K);
  Question q{
      .names = {"log_weights"},
      .inputs = {2 * normal_matrix(attempt.seed(), 1, n, K)},
      .yours = [](const Vars& v) { return importance_bound(v[0]); },
      .right = [=](const Vars& v) { return log_sum_exp(v[0], By::row) - log_K; },
      .wrong = {{"the mean of the logs: that is the ELBO. Which comes first, the mean or the log?",
                 [](const Vars& v) { return mean(v[0], By::row); }},
                {"log K is missing: a sum of the weights, where their mean is asked for.",
                 [](const Vars& v) { return log_sum_exp(v[0], By::row); }},
                {"log K is added. What does 1/K become outside the log?",
                 [=](const Vars& v) { return log_sum_exp(v[0], By::row) + log_K; }},
                {"divided by K outside the log. What does log turn a factor into?",
                 [=](const Vars& v) { return log_sum_exp(v[0], By::row) / double(K); }},
                {"K is subtracted, not log K.", [=](const Vars& v) { return log_sum_exp(v[0], By::row) - double(K); }},
                {"the mean weight: its log is missing.", [](const Vars& v) { return mean(exp(v[0]), By::row); }}},
      .wrong_gradients = {}};
  compare(attempt, q);

  q.inputs[0].row(0).array() -= 1000;
  q.inputs[0].row(1).array() += 1000;
  q.wrong.clear();
  compare_extreme(attempt, q, "right for small log-weights; with -1000 in the first row and +1000 in the second,",
                  "exp(-1000) is 0 and exp(1000) is ∞. What is log Σ exp(a - c), c the largest a of the row?");
}

const Exercise kImportanceBound{
    .number = "11.5",
    .slug = "eq:is-bound",
    .task = "the importance-weighted bound, from log weights",
    .statement = "log (1/K) Σₖ wₖ,  log wₖ = log p(x, zₖ) - log q(zₖ|x)",
    .points = 2,
    .minutes = 10,
    .hints = {"The mean is taken of the weights, and then the log; but a weight itself, exp(-1000), is no number a "
              "computer has. Which number can be drawn out of a sum of exponentials?",
              "log Σ exp a = c + log Σ exp(a - c) for any c, so for the largest a of the row. The engine has that in "
              "autograd/operations/reductions.hpp. And log (1/K) is ... ?",
              "log_sum_exp(log_weights, By::row), minus log K with K = log_weights.cols()."},
    .check = check_importance_bound};

}  // namespace
}  // namespace ch11

int main(int argc, char** argv) {
  using namespace ch11;
  return lesson::check_exercises(argc, argv, "11_vae", {kKl, kReparameterise, kElbo, kTrainingStep, kImportanceBound});
}
