// Chapter 10's checks hold with the right ingredients, whatever the seed; each mistake makes its own check fail and no
// other; and the numbers of the text are so.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/exact_bounds.hpp"
#include "models/data/binarise.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/normal.hpp"
#include "tests/chapters/room.hpp"
#include "tests/chapters/z_scores.hpp"

namespace ch10 {

namespace {

const models::Dataset& digits() {
  static const models::Dataset all = models::load_all_digits(TAPESTRY_DATA);
  return all;
}

const Spectrum& spectrum() {
  static const Spectrum of_digits = spectrum_of(models::as_matrix<double>(digits()));
  return of_digits;
}

// Trained once for each weight of the KL: nothing else changes them.
const LinearRuns& linear_runs(lesson::Lesson& lesson, const Ingredients& use) {
  static std::map<double, LinearRuns> trained;
  const auto found = trained.find(use.kl_weight);
  if (found != trained.end()) return found->second;
  return trained[use.kl_weight] = train_linear_vaes(lesson, spectrum(), use);
}

// The slugs of the equations that do not pass, and of all that were checked.
struct Verdicts {
  std::set<std::string> failing, checked;
};
Verdicts verdicts(const Ingredients& use, const char* seed) {
  lesson::Room room;
  room.run({"--no-plots", "--quick", "--seed", seed}, [&](lesson::Lesson& lesson) {
    check_bound(lesson, use);
    check_joint_divergence(lesson, use);
    check_change_of_variables(lesson, use);
    check_estimators(lesson, use);
    check_two_noises(lesson, use);
    check_full_covariance(lesson, use);
    check_many_samples(lesson, use);
    check_tighter(lesson, use);
    check_ladder(lesson, digits(), use);
    check_mixture(lesson, digits(), use);
    const LinearRuns& runs = linear_runs(lesson, use);
    check_ppca(lesson, spectrum(), runs.ppca);
    check_collapse(lesson, spectrum(), runs.collapse, use);
    check_rate_distortion(lesson, spectrum(), runs.rate_distortion, use);
  });
  Verdicts found{room.failing(), {}};
  for (const lesson::Check& check : room.lesson.checks()) found.checked.insert(check.slug);
  return found;
}

bool close(double value, double expected, double tolerance) { return std::abs(value - expected) < tolerance; }

}  // namespace

TEST_SUITE("chapters/elbo") {
  TEST_CASE("everything holds, for several seeds") {
    for (const char* seed : {"1", "2", "3"}) {
      CAPTURE(seed);
      CHECK(verdicts(right(), seed).failing == std::set<std::string>{});
    }
  }

  TEST_CASE("every mistake is noticed by its own check alone, and every equation notices one") {
    std::set<std::string> noticed, checked;
    for (const auto& one : breaks()) {
      CAPTURE(one.name);
      const Verdicts found = verdicts(broken(one.name), "1");
      CHECK(found.failing == std::set<std::string>(one.slugs.begin(), one.slugs.end()));
      noticed.insert(one.slugs.begin(), one.slugs.end());
      checked = found.checked;
    }
    CHECK(noticed == checked);
    CHECK(checked.size() == 13);
  }

  TEST_CASE("over seeds, z has mean 0 and standard deviation 1") {
    const auto z = lesson::z_by_label(
        [](lesson::Lesson& lesson) {
          check_bound(lesson, right());
          check_estimators(lesson, right());
          check_two_noises(lesson, right());
        },
        40);
    CHECK(z.size() >= 5);
    const std::vector<std::string> wrong = lesson::not_standard(z);
    CHECK_MESSAGE(wrong.empty(), lesson::joined(wrong, "; "));
  }

  TEST_CASE("K samples: the exact values are the closed forms where there are any") {
    // K = 1: the gap is the divergence, and the gradients are those of a parabola
    for (const double s2 : {0.5, 0.6, 1.0, 2.0}) {
      CAPTURE(s2);
      const ExactBounds exact(1, {0.7, s2});
      CHECK(close(exact.gap(1), models::normal_kl(0.7, s2, 0.5, 0.5), 1e-9));
      CHECK(close(exact.encoder(1).mean, 1 - 2 * 0.7, 1e-9));
      CHECK(close(exact.encoder(1).variance, 4 * s2, 1e-8));
      CHECK(close(exact.decoder(1).mean, 0.3, 1e-9));
      CHECK(close(exact.decoder(1).variance, s2, 1e-8));
      CHECK(close(exact.doubly_reparameterised(1).variance, s2 * std::pow(1 / s2 - 2, 2), 1e-8));
      // any K: the doubly reparameterised gradient has the encoder's mean, and that is the slope of the bound
      const double h = 1e-4,
                   slope = (ExactBounds(1, {0.7 - h, s2}).gap(7) - ExactBounds(1, {0.7 + h, s2}).gap(7)) / 2 / h;
      CHECK(close(exact.encoder(7).mean, slope, 1e-6));
      CHECK(close(exact.doubly_reparameterised(7).mean, slope, 1e-6));
    }
    // q is the posterior: all weights are the same, and K samples are no better than one
    const ExactBounds same(1, {0.5, 0.5});
    for (const int K : {1, 5, 100}) CHECK(close(same.gap(K), 0, 1e-10));
    CHECK(close(same.encoder(10).variance, 4 * 0.5 / 10, 1e-9));
    CHECK(close(same.doubly_reparameterised(10).variance, 0, 1e-12));
  }

  TEST_CASE("two samples: the exact values are those of a quadrature over both noises") {
    const models::Quadrature plane = models::product_rule(models::gauss_legendre(240, -9, 9), 2);
    const Eigen::ArrayXd density =
        (-0.5 * plane.points.array().square().rowwise().sum() - models::kLog2Pi).exp() * plane.weights;
    const Normal q{0.7, 1};
    const double x = 1;
    const Eigen::ArrayXXd epsilon = plane.points.array(), z = q.m + epsilon;
    const Eigen::ArrayXXd log_w = -z.square() - 0.5 * x * x + x * z + 0.5 * epsilon.square() - 0.5 * models::kLog2Pi -
                                  evidence(x);  // log p(x, z) - log q(z) - log p(x), s² = 1
    const Eigen::ArrayXXd w = log_w.exp();
    const Eigen::ArrayXd sum = w.rowwise().sum();
    const Eigen::ArrayXXd share = w.colwise() / sum;
    const auto mean = [&](const Eigen::ArrayXd& f) { return (density * f).sum(); };
    const ExactBounds exact(x, q);
    const auto same = [&](const Eigen::ArrayXd& g, const Spread& spread) {
      CHECK(close(mean(g), spread.mean, 1e-9));
      CHECK(close(mean(g.square()) - mean(g) * mean(g), spread.variance, 1e-9));
    };
    CHECK(close(-mean((0.5 * sum).log()), exact.gap(2), 1e-9));
    CHECK(close(mean((share * log_w).rowwise().sum()), exact.weighted_logs(2), 1e-9));
    same((share * (x - 2 * z)).rowwise().sum(), exact.encoder(2));
    same((share * (x - z)).rowwise().sum(), exact.decoder(2));
    same((share.square() * (x - 2 * z + z - q.m)).rowwise().sum(), exact.doubly_reparameterised(2));
  }

  TEST_CASE("the numbers of the text: K samples") {
    const ExactBounds wide(1, {0.5, 1}), encoder(1, {0.7, 1});
    CHECK(close(wide.gap(1), 0.1534, 5e-5));
    CHECK(close(wide.gap(10), 0.07735 / 10 + 0.03458 / 100, 3e-5));
    // Σ w̃ log w as if it were a bound: above log p(x), towards KL( p(z|x) ‖ q )
    CHECK(close(wide.weighted_logs(5), 0.0744, 5e-5));
    CHECK(close(wide.weighted_logs(50), 0.0946, 5e-5));
    CHECK(close(wide.weighted_logs(1000), 0.0965, 5e-5));
    CHECK(close(models::normal_kl(0.5, 0.5, 0.5, 1), 0.09657, 5e-6));
    const auto ratios = [&](Spread (ExactBounds::*of)(int) const, double one, double ten, double hundred) {
      CHECK(close((encoder.*of)(1).signal_to_noise(), one, 5e-4));
      CHECK(close((encoder.*of)(10).signal_to_noise(), ten, 5e-3));
      CHECK(close((encoder.*of)(100).signal_to_noise(), hundred, 5e-2));
    };
    ratios(&ExactBounds::encoder, 0.200, 0.0408, 0.0125);
    ratios(&ExactBounds::decoder, 0.300, 2.37, 7.86);
    ratios(&ExactBounds::doubly_reparameterised, 0.400, 0.778, 2.48);
  }

  TEST_CASE("the numbers of the text: one dimension") {
    CHECK(close(evidence(1), -1.5155, 5e-5));
    CHECK(close(elbo(1, {0, 1}), -1.9189, 5e-5));
    CHECK(close(elbo(1, posterior(1)), evidence(1), 1e-14));
    const Variances slow = cosine_variances(1, {1, 0.25}), fast = cosine_variances(8, {1, 0.25});
    CHECK(close(slow.reparameterised, 0.0748, 5e-5));
    CHECK(close(slow.score, 1.4486, 5e-5));
    CHECK(close(fast.reparameterised, 32.0, 5e-3));
    CHECK(close(fast.score, 2.0, 5e-3));
  }

  TEST_CASE("a linear VAE is trained on points that stand for the data: same mean, same covariance") {
    const auto& [eigenvalues, data, stand_in] = spectrum();
    CHECK(stand_in.rows() == 122);
    const auto covariance = [](const Matrix<double>& x) -> Matrix<double> {
      const Matrix<double> centred = x.rowwise() - x.colwise().mean();
      return centred.transpose() * centred / x.rows();
    };
    CHECK((data.colwise().mean() - stand_in.colwise().mean()).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((covariance(data) - covariance(stand_in)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(close(eigenvalues.sum(), 4.693276317822724, 1e-12));
    CHECK(eigenvalues_above(spectrum(), 0.05) == 18);
    CHECK(close(best_rate(spectrum(), 10), 0, 1e-12));
    CHECK(close(best_distortion(spectrum(), 10), eigenvalues.sum(), 1e-12));
  }
}

}  // namespace ch10
