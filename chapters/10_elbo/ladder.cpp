// Bounds of a VAE with a decoder that is no linear map: the ELBO, the bounds of 5 and of 50 samples, and log p(x)
// itself, which two latent dimensions allow to compute by quadrature.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "models/data/binarise.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/random.hpp"
#include "models/vae/vae_trainer.hpp"

namespace ch10 {

namespace {

using models::BoundSettings;

// log p(x) of every row of x: a sum over n² codes, of p(x|z) p(z); no coordinate of a code is beyond `end`.
std::vector<double> log_evidence(const models::Vae<double>& vae, const Parameters<double>& theta,
                                 const Matrix<double>& x, int n, double end) {
  const models::Quadrature rule = models::product_rule(models::gauss_legendre(n, -end, end), 2);
  std::vector<double> all;
  for (Index i = 0; i < x.rows(); ++i)
    all.push_back(models::log_integral(rule, [&](const Matrix<double>& z) -> Eigen::ArrayXd {
      Tape tape;
      const Watched<double> watched(tape, theta);
      const auto codes = tape.constant(z), image = tape.constant(Matrix<double>(x.row(i)));
      return (vae.log_likelihood(watched, image, codes) + models::standard_normal_log_prob(codes)).value().array();
    }));
  return all;
}

// The mean over the rows of x of a bound of K samples, `draws` times: a number each.
Eigen::ArrayXd mean_bounds(const models::Vae<double>& vae, const Parameters<double>& theta, const Matrix<double>& x,
                           const BoundSettings& settings, int draws, double noise, std::uint64_t seed) {
  Eigen::ArrayXd means(draws);
  Matrix<double> epsilon(x.rows() * settings.samples, 2);
  Tape tape;
  for (int draw = 0; draw < draws; ++draw) {
    models::Random(seed, models::Purpose::evaluation, 1000 * settings.samples + draw)
        .fill_normal(std::span(epsilon.data(), epsilon.size()));
    epsilon *= noise;
    tape.rewind();
    const Watched<double> watched(tape, theta);
    means[draw] = bound(vae, watched, tape.constant(x), tape.constant(epsilon), settings).value.value().mean();
  }
  return means;
}

}  // namespace

void check_ladder(lesson::Lesson& lesson, const models::Dataset& digits, const Ingredients& use) {
  const models::VaeShape shape{.pixels = digits.dimensions(), .latent = 2, .hidden = {16}};
  models::VaeTrainer<double> trainer(digits, shape,
                                     {.batch = 100,
                                      .epochs = lesson.quick() ? 20 : 100,
                                      .learning_rate = 1e-2,
                                      .binarisation = models::Binarisation::fixed,
                                      .seed = 1,
                                      .trainer = {.threads = 1}});
  while (!trainer.done()) trainer.step();
  const auto& vae = trainer.vae();
  const auto& theta = trainer.parameters();

  const int images = lesson.quick() ? 5 : 20, draws = lesson.quick() ? 500 : 2000;
  const Matrix<double> x =
      models::as_matrix<double>(slice(digits, 0, images), {.binarisation = models::Binarisation::fixed, .seed = 1});
  const int n = lesson.quick() ? 120 : 240;
  const std::vector<double> log_p = log_evidence(vae, theta, x, n, 7),
                            finer = log_evidence(vae, theta, x, 3 * n / 2, 8);
  const double mean_log_p = Eigen::Map<const Eigen::ArrayXd>(finer.data(), finer.size()).mean();

  const auto sampled = [&](const BoundSettings& settings) {
    return mean_bounds(vae, theta, x, settings, draws, use.code_noise, lesson.seed());
  };
  const models::Estimate elbo = models::estimate_of(sampled({.samples = 1}));
  const models::Estimate five = models::estimate_of(sampled({.objective = models::Objective::iwae, .samples = 5}));
  const models::Estimate fifty = models::estimate_of(sampled({.objective = models::Objective::iwae, .samples = 50}));
  const auto step = [](models::Estimate from, models::Estimate to) {
    return models::Estimate{to.mean - from.mean, std::hypot(from.se, to.se)};
  };
  lesson.equation("2.1", "ELBO ≤ L_5 ≤ L_50 ≤ log p(x)", "test:bound-ladder")
      .exact(fmt::format("log p(x): {}², {}² codes", n, 3 * n / 2), log_p, finer, 1e-8)
      .at_least("L_5 - ELBO", step(elbo, five), 0)
      .at_least("L_50 - L_5", step(five, fifty), 0)
      .at_most("ELBO ≤ log p(x)", elbo, mean_log_p)
      .at_most("L_50 ≤ log p(x)", fifty, mean_log_p)
      .at_least("  within 0.1 of it", fifty, mean_log_p - 0.1);
}

}  // namespace ch10
