// The bound of K samples, from K = 1 to the evidence; and what becomes of its gradients on the way.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/exact_bounds.hpp"
#include "chapters/10_elbo/slopes.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/statistics/shared_rows.hpp"

namespace ch10 {

namespace {

using Column = Eigen::ArrayXd;

// Runs `draws` estimates in blocks of at most 100,000 samples: `block` gets noise, (rows·K)×1, and returns a number a
// row.
void in_blocks(int draws, int K, std::uint64_t seed, std::uint64_t number,
               const std::function<Column(const Matrix<double>& epsilon)>& block,
               const std::function<void(double)>& add) {
  const models::Random random(seed, models::Purpose::noise, number);
  const int rows = std::max(1, std::min(draws, 100'000 / K));
  std::int64_t first = 0;
  for (int done = 0; done < draws; done += rows) {
    Matrix<double> epsilon(std::min(rows, draws - done) * K, 1);
    random.fill_normal(std::span(epsilon.data(), epsilon.size()), first);
    first += epsilon.size();
    for (const double value : block(epsilon)) add(value);
  }
}

// The mean of so many K-sample bounds.
models::Estimate sampled_bound(double x, Normal q, int K, int draws, std::uint64_t seed, const Ingredients& use) {
  models::RunningMean mean;
  in_blocks(
      draws, K, seed, 400 + K,
      [&](const Matrix<double>& epsilon) -> Column {
        Tape tape;
        const auto m = number(tape, q.m), log_var = number(tape, std::log(q.s2));
        const auto z = models::reparameterise(m, log_var, tape.constant(epsilon));
        const auto log_w = log_weight(x, z, m, log_var);
        return use.combine(reshape(log_w, epsilon.rows() / K, K)).value().array();
      },
      [&](double value) { mean.add(value); });
  return mean.estimate();
}

// ∫ w² q dz / p(x)² over |z - x/2| <= R: what grows without end where E w² is infinite. Same means.
double second_moment_up_to(double R, double tau2, double s2) {
  const models::Quadrature rule = models::gauss_legendre(2000, -R, R);
  return models::integral(rule, [&](const Matrix<double>& z) -> Eigen::ArrayXd {
    const Eigen::ArrayXd square = z.array().square();
    return std::sqrt(s2) / (tau2 * std::sqrt(2 * std::numbers::pi)) * (-square / tau2 + 0.5 * square / s2).exp();
  });
}

}  // namespace

void check_many_samples(lesson::Lesson& lesson, const Ingredients& use) {
  // q has the posterior's mean and twice its variance: τ² = ½, s² = 1
  const double x = 1, log_p = evidence(x), tau2 = 0.5, s2 = 1;
  const Normal q{x / 2, s2};
  const ExactBounds exact(x, q);
  const double tau = std::sqrt(tau2), second = s2 / (tau * std::sqrt(2 * s2 - tau2));  // E w² / p(x)²
  const double v = second - 1;                                                         // the weights' variance
  const double third = exact.moment(3) - 3 * second + 2;                               // E (w/p(x) - 1)³

  const std::vector<int> K{1, 2, 5, 10, 50, 100};
  std::vector<double> bounds;
  for (const int k : K) bounds.push_back(-exact.gap(k));
  auto equation =
      lesson.equation("2.1", "log p(x) - E log (1/K) Σ_k w_k  ≥ 0, → 0", "eq:is-bound")
          .exact("K = 1: KL( q ‖ p(z|x) )", exact.gap(1), models::normal_kl(q.m, s2, x / 2, tau2), 1e-9)
          .increasing("the bound, K = 1, 2, 5 .. 100", bounds)
          .exact("E w² = s² / (τ √(2s² - τ²))", exact.moment(2), second, 1e-9)
          .exact("K = 100, v/2K + (¾v²-μ₃/3)/K²", exact.gap(100), v / 200 + (0.75 * v * v - third / 3) / 1e4, 1e-6);
  equation.exact("Σ w̃ log w - log p, K → ∞", exact.weighted_logs(100'000), models::normal_kl(x / 2, tau2, q.m, s2),
                 1e-4);
  const int samples = lesson.quick() ? 200'000 : 4'000'000;
  for (const int k : {1, 5, 10, 50}) {
    const int draws = samples / std::max(k, 5);
    const models::Estimate bound = sampled_bound(x, q, k, draws, lesson.seed(), use);
    equation.sampled(fmt::format("K = {}, {} draws", k, lesson::thousands(draws)), {log_p - bound.mean, bound.se},
                     exact.gap(k));
  }
  // where 2s² <= τ² the integral has no end
  const std::vector<double> growing{second_moment_up_to(3, tau2, 0.2), second_moment_up_to(6, tau2, 0.2),
                                    second_moment_up_to(12, tau2, 0.2)};
  equation.increasing("s² = 0.2: E w² up to 3, 6, 12", growing).at_least("  and no end", growing.back(), 1e6);

  for (const double variance : {0.6, 1.0, 2.0, 4.0})
    lesson.metric(fmt::format("gap_of_one_{:g}", variance), models::normal_kl(q.m, variance, x / 2, tau2))
        .shown("10_many_samples", fmt::format("q = N(½, {:g})", variance), 1);
}

// claim:tighter

namespace {

constexpr double kX = 1;
const Normal kEncoder{0.7, 1};

Column encoder_gradients(const Matrix<double>& epsilon, int K) {
  const Index R = epsilon.rows() / K;
  return slopes(kEncoder.m, R, [&](const Var<Matrix<double>>& m) {
    const auto log_var = number(m.tape(), std::log(kEncoder.s2)), each = models::repeat_rows(m, K);
    const auto z = models::reparameterise(each, log_var, m.tape().constant(epsilon));
    return log_sum_exp(reshape(log_weight(kX, z, each, log_var), R, K), autograd::By::row);
  });
}

Column decoder_gradients(const Matrix<double>& epsilon, int K) {
  const Index R = epsilon.rows() / K;
  return slopes(0, R, [&](const Var<Matrix<double>>& shift) {
    Tape& tape = shift.tape();
    const auto m = number(tape, kEncoder.m), log_var = number(tape, std::log(kEncoder.s2));
    const auto z = models::reparameterise(m, log_var, tape.constant(epsilon));
    const auto log_w = log_joint(kX, z, models::repeat_rows(shift, K)) - models::normal_log_prob(z, m, log_var);
    return log_sum_exp(reshape(log_w, R, K), autograd::By::row);
  });
}

// Σ_k w̃_k² ∂/∂z log w_k · ∂z/∂m, with w̃ = softmax(log w): the weights are held, and so is q in log q(z), so that the
// gradient flows through z alone.
Column doubly_reparameterised_gradients(const Matrix<double>& epsilon, int K, int share_power) {
  const Index R = epsilon.rows() / K;
  return slopes(kEncoder.m, R, [&](const Var<Matrix<double>>& m) {
    const auto log_var = number(m.tape(), std::log(kEncoder.s2)), each = models::repeat_rows(m, K);
    const auto z = models::reparameterise(each, log_var, m.tape().constant(epsilon));
    const auto log_w = reshape(log_weight(kX, z, held(each), log_var), R, K);
    const auto share = held(exp(log_softmax(log_w)));
    return sum((share_power == 2 ? square(share) : share) * log_w, autograd::By::row);
  });
}

// One gradient estimator: its exact value at K = 1, by hand; whether more
// samples make it clearer; and how it is drawn.
struct Kind {
  const char* name;
  bool clearer;
  double at_one;  // |mean| / √variance at K = 1: |x - 2m| / 2s, |x - m| / s, |x - 2m| / s
  Spread (ExactBounds::*exact)(int) const;
  std::function<Column(const Matrix<double>& epsilon, int K)> gradients;
};

// So many draws of it for K samples, beside theory.
void check_drawn(lesson::Equation& equation, const Kind& kind, int K, Spread theory, int draws, std::uint64_t seed,
                 std::uint64_t stream) {
  const double deviation = std::sqrt(theory.variance);
  models::RunningMean all, influence;  // of one draw on the ratio m/√v: (d - ½ m/v (d² - v)) / √v, d = g - m
  in_blocks(
      draws, K, seed, stream, [&](const Matrix<double>& epsilon) { return kind.gradients(epsilon, K); },
      [&](double g) {
        const double d = (g - theory.mean) / deviation;
        all.add(g);
        influence.add(d - 0.5 * theory.mean / deviation * d * d);
      });
  equation.sampled(fmt::format("{} K = {}: mean", kind.name, K), all.estimate(), theory.mean)
      .sampled("  |mean| / √variance", {std::abs(all.mean()) / std::sqrt(all.variance()), influence.estimate().se},
               theory.signal_to_noise());
}

}  // namespace

void check_tighter(lesson::Lesson& lesson, const Ingredients& use) {
  const ExactBounds exact(kX, kEncoder);
  const auto doubly = [&](const Matrix<double>& epsilon, int K) {
    return doubly_reparameterised_gradients(epsilon, K, use.share_power);
  };
  const std::vector<Kind> kinds{{"encoder", false, 0.2, &ExactBounds::encoder, encoder_gradients},
                                {"decoder", true, 0.3, &ExactBounds::decoder, decoder_gradients},
                                {"doubly", true, 0.4, &ExactBounds::doubly_reparameterised, doubly}};
  auto equation =
      lesson.equation("2.1", "a tighter bound: clearer for the decoder, noisier for the encoder", "claim:tighter");
  const int samples = lesson.quick() ? 100'000 : 2'000'000;
  std::uint64_t stream = 500;
  for (const Kind& kind : kinds) {
    for (const int K : {1, 10, 100})
      check_drawn(equation, kind, K, (exact.*kind.exact)(K), samples / std::max(K, 10), lesson.seed(), stream++);
    const double first = (exact.*kind.exact)(1).signal_to_noise(), last = (exact.*kind.exact)(100).signal_to_noise();
    equation.exact("  which for K = 1 is, by hand", first, kind.at_one, 1e-9);
    if (kind.clearer)
      equation.at_least("  and for K = 100 larger", last, 5 * first);
    else
      equation.at_most("  and for K = 100 smaller", last, first / 10);
  }
  equation.exact("doubly, encoder: one mean", exact.doubly_reparameterised(10).mean, exact.encoder(10).mean, 1e-9);
  for (const auto& [kind, series] :
       {std::pair{&kinds[0], "encoder"}, {&kinds[1], "decoder"}, {&kinds[2], "encoder, doubly reparameterised"}})
    lesson.metric(fmt::format("signal_{}", kind->name), kind->at_one).shown("10_signal", series, 1);
}

}  // namespace ch10
