// What a VAE is judged by, on a linear-Gaussian model whose log p(x) and posterior are known.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "models/statistics/distributions.hpp"
#include "models/vae/evaluate.hpp"
#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;
using autograd::Tape;

namespace {

using M = Matrix<double>;

double mean_and_se(const M& values, double* se) {
  const double n = values.size(), mean = values.mean();
  *se = std::sqrt((values.array() - mean).square().sum() / (n - 1) / n);  // NaN for one value
  return mean;
}

// log p(x) estimated for one image at a time, from the noise that its row stands for; K×1 weights, in logarithms.
M log_weights(const LinearVae& model, const M& x, Index row, int K, std::uint64_t seed) {
  Tape tape;
  const Watched<double> theta(tape, model.parameters);
  M epsilon(K, model.k);
  Random(seed, Purpose::evaluation, row).fill_normal(std::span(epsilon.data(), epsilon.size()));
  const auto image = tape.constant(M(x.row(row)));
  const auto q = model.vae.encode(theta, image);
  const auto z = reparameterise(q.mu, q.log_var, tape.constant(epsilon));
  return (model.vae.log_likelihood(theta, image, z) + standard_normal_log_prob(z) -
          normal_log_prob(z, q.mu, q.log_var))
      .value();
}

// The mean of the K-sample bound over `repeats` independent estimates for one image.
std::vector<double> bounds(const LinearVae& model, const M& x, int K, int repeats, std::uint64_t seed) {
  Tape tape;
  const Watched<double> theta(tape, model.parameters);
  const auto copies = tape.constant(M(x.replicate(repeats, 1)));
  const auto epsilon = tape.constant(normal_matrix(repeats * K, model.k, seed));
  const M found = bound(model.vae, theta, copies, epsilon, {.objective = Objective::iwae, .samples = K}).value.value();
  return {found.data(), found.data() + found.size()};
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("linear vae: the ELBO in closed form is log p(x) - KL(q ‖ posterior)") {
    for (const int n : {1, 499, 500, 501, 1203}) {
      LinearVae model(2, 5, 1);
      const M x = model.sample(n, 1), log_p = model.log_p(x);
      model.set_encoder();
      Evaluation found = evaluate(model.vae, model.parameters, x, 1, {.samples = 0});
      double se = 0;
      CHECK(found.elbo == doctest::Approx(mean_and_se(log_p, &se)).epsilon(1e-12));
      if (n == 1) CHECK(std::isnan(found.se));
      if (n > 1) CHECK(found.se == doctest::Approx(se).epsilon(1e-10));
      CHECK(found.elbo == doctest::Approx(-found.distortion - found.rate).epsilon(1e-13));

      // q of f times the standard deviations, means off by 0.3: KL = Σ ½ (f² - 1 - log f² + 0.3² / variance)
      model.set_encoder(0.3, 1.4);
      const M variances = model.noise_variance() * model.A().diagonal();
      const double kl = (0.5 * (1.96 - 1 - std::log(1.96) + 0.09 / variances.array())).sum();
      found = evaluate(model.vae, model.parameters, x, 1, {.samples = 0});
      CHECK(found.elbo == doctest::Approx(log_p.mean() - kl).epsilon(1e-12));
    }
  }

  TEST_CASE("linear vae: the sampled ELBO is the closed form's on average, over seeds, for every kind of KL") {
    LinearVae model(2, 5, 2);
    model.set_encoder(0.3, 1.4);
    const M x = model.sample(60, 1);
    const Evaluation exact = evaluate(model.vae, model.parameters, x, 1, {.samples = 0});
    for (const Kl kl : {Kl::analytic, Kl::sampled, Kl::path}) {
      for (const int K : {1, 4}) {
        std::vector<double> elbos, rates, distortions;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
          const Evaluation found = evaluate(model.vae, model.parameters, x, seed, {.samples = K, .kl = kl});
          elbos.push_back(found.elbo);
          rates.push_back(found.rate);
          distortions.push_back(found.distortion);
        }
        CHECK(std::abs(z_of_mean(elbos, exact.elbo)) < kMostZ);
        CHECK(std::abs(z_of_mean(distortions, exact.distortion)) < kMostZ);
        if (kl != Kl::analytic) CHECK(std::abs(z_of_mean(rates, exact.rate)) < kMostZ);
        if (kl == Kl::analytic) CHECK(rates[0] == doctest::Approx(exact.rate).epsilon(1e-13));
        CHECK(std::abs(z_of_mean(elbos, exact.elbo + exact.rate)) > kMostZ);  // without the KL divergence
      }
    }
  }

  TEST_CASE("linear vae: a data set is evaluated in blocks, with the noise of its rows") {
    LinearVae model(2, 5, 2);
    model.set_encoder(0.3, 1.4);
    const int n = 1203, K = 3;
    const M x = model.sample(n, 1);
    M epsilon(n * K, 2);
    Random(7, Purpose::evaluation).fill_normal(std::span(epsilon.data(), epsilon.size()));
    Tape tape;
    const Watched<double> theta(tape, model.parameters);
    const BoundSettings settings{.objective = Objective::iwae, .samples = K};
    const auto whole = bound(model.vae, theta, tape.constant(x), tape.constant(epsilon), settings);
    const Evaluation found = evaluate(model.vae, model.parameters, x, 7, settings);
    double se = 0;
    CHECK(found.elbo == doctest::Approx(mean_and_se(whole.value.value(), &se)).epsilon(1e-13));
    CHECK(found.se == doctest::Approx(se).epsilon(1e-7));
    CHECK(found.rate == doctest::Approx(whole.rate() / n).epsilon(1e-13));
    CHECK(found.distortion == doctest::Approx(whole.distortion() / n).epsilon(1e-13));
  }

  TEST_CASE("linear vae: sampling from the very posterior gives log p(x) without error") {
    LinearVae model(2, 5, 3);
    model.set_encoder();
    for (const auto& [n, K] :
         {std::pair{1, 1}, {3, 1}, {2501, 1}, {50, 7}, {150, 7}, {3, 999}, {2, 1000}, {3, 1001}, {3, 2500}}) {
      const M x = model.sample(n, 1), log_p = model.log_p(x);
      const LogLikelihood found = importance_log_likelihood(model.vae, model.parameters, x, K, 1);
      double se = 0;
      CHECK(found.mean == doctest::Approx(mean_and_se(log_p, &se)).epsilon(1e-12));
      if (n == 1) CHECK(std::isnan(found.se));
      if (n > 1) CHECK(found.se == doctest::Approx(se).epsilon(1e-10));
      if (K == 1) CHECK(std::isnan(found.monte_carlo_se));
      if (K > 1) CHECK(found.monte_carlo_se < 1e-12);
    }
  }

  TEST_CASE("linear vae: blocks of samples and images give what one image after the other gives") {
    LinearVae model(2, 5, 4);
    model.set_encoder(0.3, 1.4);
    for (const auto& [n, K] : {std::pair{201, 7}, {5, 400}, {3, 1000}, {3, 1001}, {2, 2500}}) {
      const M x = model.sample(n, 2);
      M log_means(n, 1);
      double variance = 0;
      for (Index i = 0; i < n; ++i) {
        const Eigen::ArrayXd w = log_weights(model, x, i, K, 9).array().exp();
        log_means(i, 0) = std::log(w.mean());
        variance += (w - w.mean()).square().sum() / (K - 1) / (w.mean() * w.mean()) / K;
      }
      std::vector<int> done;
      const LogLikelihood found =
          importance_log_likelihood(model.vae, model.parameters, x, K, 9, [&](int count) { done.push_back(count); });
      double se = 0;
      CHECK(found.mean == doctest::Approx(mean_and_se(log_means, &se)).epsilon(1e-12));
      CHECK(found.se == doctest::Approx(se).epsilon(1e-7));
      CHECK(found.monte_carlo_se == doctest::Approx(std::sqrt(variance) / n).epsilon(1e-10));
      CHECK(std::is_sorted(done.begin(), done.end()));
      CHECK(done.back() == n);
    }
    CHECK(error_of<std::invalid_argument>([&] {
            importance_log_likelihood(model.vae, model.parameters, model.sample(1, 1), 0, 1);
          }) == "importance_log_likelihood: need at least 1 sample, found 0");
  }

  TEST_CASE("linear vae: the estimate is log p(x), and its error is the spread over seeds") {
    LinearVae model(2, 5, 5);
    model.set_encoder(0.1, 1.1);
    const M x = model.sample(20, 3);
    const double exact = model.log_p(x).mean();
    constexpr int kSeeds = 60;
    std::vector<double> means;
    double stated = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const auto found = importance_log_likelihood(model.vae, model.parameters, x, 1000, seed);
      means.push_back(found.mean);
      stated += found.monte_carlo_se / kSeeds;
    }
    CHECK(std::abs(z_of_mean(means, exact)) < kMostZ);
    const Eigen::Map<const Eigen::ArrayXd> all(means.data(), kSeeds);
    const double spread = std::sqrt((all - all.mean()).square().sum() / (kSeeds - 1));
    CHECK(stated / spread > 0.7);  // a standard deviation from 60 numbers is known to 9 %
    CHECK(stated / spread < 1.4);
    // weights without the prior's density
    CHECK(std::abs(z_of_mean(means, exact + 1)) > kMostZ);
  }

  TEST_CASE("linear vae: the bound rises with the number of samples and stays below log p(x)") {
    LinearVae model(2, 5, 6);
    model.set_encoder(0.3, 1.3);
    const M x = model.sample(1, 4);
    const double log_p = model.log_p(x)(0, 0);
    for (const std::uint64_t seed : {1, 2, 3}) {
      double below = -1e300;
      for (const int K : {1, 5, 50}) {
        const std::vector<double> found = bounds(model, x, K, 4000, seed);
        CHECK(z_of_mean(found, below) > kMostZ);
        CHECK(z_of_mean(found, log_p) < (K == 50 ? kMostZ : -kMostZ));
        below = 0;
        for (const double value : found) below += value / double(found.size());
      }
      CHECK(std::abs(log_p - below) < 0.05);
    }
  }
}
