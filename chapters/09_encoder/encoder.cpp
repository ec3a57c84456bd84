// An encoder: a density of z for every x, and how far it is from the posterior.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "chapters/09_encoder/chapter.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

// Twenty encoders q_φ(z | x) = N(a x + b, s²), each at an x of its own.
struct Drawn {
  Matrix<double> x;
  DiagonalNormals q;
};
Drawn draw_encoders(std::uint64_t seed) {
  constexpr int n = 20;
  const models::Random random(seed, models::Purpose::data);
  Drawn d{Matrix<double>(n, 1), models::standard_normals(n, 1)};
  for (int i = 0; i < n; ++i) {
    d.x(i, 0) = 2 * random.normal(4 * i);
    d.q.mean(i, 0) = random.normal(4 * i + 1) * d.x(i, 0) + random.normal(4 * i + 2);
    d.q.log_sd(i, 0) = 0.5 * random.normal(4 * i + 3);
  }
  return d;
}

// ∫ q_i(z) dz, from 12 standard deviations below the mean to 12 above.
Vector masses(const DiagonalNormals& q, const Ingredients& use) {
  Vector mass(q.mean.rows());
  for (Index i = 0; i < mass.size(); ++i) {
    const double reach = 12 * std::exp(q.log_sd(i, 0));
    const auto rule = models::gauss_legendre(100, q.mean(i, 0) - reach, q.mean(i, 0) + reach);
    mass[i] = models::integral(rule, [&](const Matrix<double>& z) { return use.log_density(q, i, z).exp().eval(); });
  }
  return mass;
}

// E_q log p(x|z) - KL(q ‖ p(z)) under z ~ N(0,1), x | z ~ N(z,1), with nodes that are exact for the square in it.
Vector elbo_of_one_number(const Drawn& d, const Ingredients& use) {
  const auto rule = models::gauss_hermite(3);
  Vector bound(d.x.rows());
  for (Index i = 0; i < bound.size(); ++i) {
    const Matrix<double> z = use.parts.sample(d.q.mean.row(i), d.q.log_sd.row(i), rule.points);
    const Vector log_likelihood = -0.5 * (models::kLog2Pi + (d.x(i, 0) - z.col(0).array()).square());
    bound[i] = (rule.weights * log_likelihood).sum() - use.parts.kl_to_prior(d.q.mean(i, 0), d.q.log_sd(i, 0));
  }
  return bound;
}

void one_number_case(lesson::Equation& equation, std::uint64_t seed, const Ingredients& use) {
  const LinearGaussian model = one_number();
  const Drawn d = draw_encoders(seed);
  const Vector ones = Vector::Ones(d.x.rows());
  equation.exact("one number, 20 q's: ∫ q dz", numbers(masses(d.q, use)), numbers(ones), 1e-9);

  const Vector kl = kl_to_posterior(model, d.x, d.q);
  const Vector gap = model.log_evidence(d.x) - elbo_of_one_number(d, use);
  equation.exact("  log p - ELBO, and KL", numbers(gap), numbers(kl));

  Drawn exact = d;
  exact.q = {model.posterior_mean(d.x), Matrix<double>::Constant(d.x.rows(), 1, 0.5 * std::log(0.5))};
  const Vector none = model.log_evidence(d.x) - elbo_of_one_number(exact, use);
  equation.exact("  the gap of the posterior", numbers(none), numbers(Vector::Zero(none.size()).eval()));
  equation.at_least("  smallest gap of the others", gap.minCoeff(), 1e-6);
}

}  // namespace

void encoder(lesson::Lesson& lesson, const Study& s, const Ingredients& use) {
  auto equation =
      lesson.equation("2.1", "∫ q_φ(z|x) dz = 1,  log p(x) - ELBO = KL( q_φ(z|x) ‖ p(z|x) )", "eq:encoder");
  one_number_case(equation, lesson.seed(), use);

  const Matrix<double> z = s.posterior.grid.points();
  Vector mass(s.x.rows());
  for (Index i = 0; i < mass.size(); ++i) mass[i] = use.log_density(s.encoder, i, z).exp().sum();
  mass *= s.posterior.grid.step() * s.posterior.grid.step();
  equation.exact(fmt::format("{} digits, two numbers: ∫ q dz", s.x.rows()), numbers(mass),
                 numbers(Vector::Ones(mass.size()).eval()), 1e-9);
  equation.exact("  log p, by two rules", numbers(s.log_evidence), numbers(s.posterior.log_evidence), 1e-9);
  const Vector gap = s.log_evidence - s.elbo_encoder, kl = use.divergence(s.encoder, s.posterior);
  equation.exact("  log p - ELBO, KL on the grid", numbers(gap), numbers(kl), 1e-9);
  const Vector local_gap = s.log_evidence - s.elbo_local, local_kl = use.divergence(s.local, s.posterior);
  equation.exact("  the same for another q", numbers(local_gap), numbers(local_kl), 1e-9);

  // p(z|x) = N(x/2, ½), and encoders on their way there
  const Matrix<double> x = Vector::LinSpaced(41, -4, 4).matrix();
  lesson.metric("line_of_posterior", 2).shown("09_line", "p(z|x) = N(x/2, 1/2)", 4);
  for (const int steps : {3, 10, 2000}) {
    const auto phi = fit_encoder(expected_log_joint(one_number(), x), x, Vector::Constant(41, 1.0 / 41), 1, steps);
    const double slope = phi.A(0, 0), sd = std::exp(phi.log_sd[0]);
    lesson.metric(fmt::format("line_after_{}", steps), 4 * slope + phi.b[0])
        .shown("09_line", fmt::format("encoder after {} steps: {:.2f} x, variance {:.2f}", steps, slope, sd * sd), 4);
  }
  // where the ellipse that holds half of q ends on the right: r² = -2 log ½
  const auto end_of_ellipse = [&](const char* name, const DiagonalNormals& q, const char* series) {
    const double r = std::sqrt(2 * std::numbers::ln2);
    lesson.metric(name, q.mean(0, 1)).shown("09_posteriors", series, q.mean(0, 0) + r * std::exp(q.log_sd(0, 0)));
  };
  end_of_ellipse("ellipse_of_encoder", s.encoder, "q(z|x) of the encoder");
  end_of_ellipse("ellipse_of_best", s.local, "the best diagonal normal for each x");
}

}  // namespace ch09
