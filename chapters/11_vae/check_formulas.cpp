// 11.1, 11.2, 11.3 and 11.5: formulas on the tape.
#include <cmath>

#include "chapters/11_vae/check.hpp"
#include "chapters/11_vae/exercise.hpp"
#include "chapters/lesson/comparison.hpp"
#include "models/statistics/distributions.hpp"

namespace ch11 {

using lesson::compare, lesson::compare_extreme, lesson::normal_matrix, lesson::Question, lesson::Vars, lesson::Wrong;

namespace {

using M = Var<Matrix<double>>;

// 4, 6 or 8: no other size, so that a wrong shape shows.
Index rows_of(const lesson::Attempt& attempt) { return 4 + 2 * static_cast<Index>(attempt.seed() % 3); }

M half_sum(const M& terms) { return 0.5 * sum(terms, By::row); }

// x as a number that nothing flows back from.
M cut(const M& x) { return x.tape().constant(Matrix<double>(x.value())); }

}  // namespace

void check_kl(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), d = 3;
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

void check_reparameterise(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), d = 3;
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

namespace {

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
  const double D = static_cast<double>(m.x.cols());
  return {{"the KL is added. What is the ELBO a bound from below of, and which way does a cost go?",
           [&](const Vars& v) { return m.log_likelihood(v, m.sample(v)) + m.kl(v); }},
          {"this is the negative ELBO, the loss. The bound itself is asked for.",
           [&](const Vars& v) { return -m.right(v); }},
          {"log p(x|z) alone: the KL is missing.", [&](const Vars& v) { return m.log_likelihood(v, m.sample(v)); }},
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

}  // namespace

void check_elbo(lesson::Attempt& attempt) {
  const std::uint64_t seed = attempt.seed();
  const Index n = rows_of(attempt), d = 2, D = 5;
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
    // Does it build on a wrong 11.1 or 11.2? They are asked only now: they may crash, and a right answer not need them.
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

void check_importance_bound(lesson::Attempt& attempt) {
  const Index n = rows_of(attempt), K = 5;
  const double log_K = std::log(static_cast<double>(K));
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

}  // namespace ch11
