#include <fmt/format.h>

#include <cmath>

#include "autograd/autograd.hpp"
#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/random.hpp"

namespace ch07 {

namespace {

constexpr int kSide = 120;  // points of the quadrature, in each of two dimensions

// A network of random weights, from two latent numbers to three: it bends the plane, and no two directions are alike.
Deep random_network(std::uint64_t seed) {
  Deep deep;
  deep.model = std::make_unique<DeepLatentVariableModel<double>>(
      deep.parameters, models::DeepLatentShape{.observed = 3, .latent = 2, .hidden = {6}}, seed);
  models::Random(seed, models::Purpose::initialisation, 100)
      .fill_normal(std::span(deep.parameters.values().data(), std::size_t(deep.parameters.size())));
  deep.parameters.values() *= 0.6;  // so gentle that 120 points in each dimension are enough for nine digits
  deep.parameters[deep.parameters.find("decoder.log_var")](0, 0) = 0;
  return deep;
}

// E[z | x] of every row of x.
Matrix<double> mean_code(const Deep& deep, const Matrix<double>& x, const Quadrature& rule) {
  Tape tape;
  const auto log_joint = deep.model->log_joint(Watched<double>(tape, deep.parameters), tape.constant(x), rule);
  return right().weights(log_joint.value()) * rule.points;
}

}  // namespace

Matrix<double> swirl(const Matrix<double>& z, double strength) {
  Matrix<double> turned(z.rows(), 2);
  for (Index k = 0; k < z.rows(); ++k) turned.row(k) = z.row(k) * right().rotation(strength * z.row(k).squaredNorm());
  return turned;
}

void turn_code(Deep& deep, const Matrix<double>& R) {
  auto W = deep.parameters[deep.parameters.find("decoder.0.W")];
  W.topRows(2) = (R * W.topRows(2)).eval();
}

void rotation(lesson::Lesson& lesson, const Ingredients& use) {
  const Quadrature rule = use.prior_of_two(kSide);
  const Deep deep = random_network(lesson.seed());
  const Matrix<double> x =
      deep.model->sample(deep.parameters, 8, models::Random(lesson.seed(), models::Purpose::data, 7)).x;
  const Matrix<double> log_p = deep.log_prob(x, rule), code = mean_code(deep, x, rule);

  auto claim = lesson.equation("1.7.2", "f(z R) for f(z): p(x) is the same, for every rotation R", "claim:rotation");
  for (const double degrees : {30.0, 90.0, 200.0}) {
    const Matrix<double> R = use.rotation(radians(degrees));
    Deep turned = random_network(lesson.seed());
    turn_code(turned, R);
    claim
        .exact(fmt::format("{}°: log p(x), 8 points", degrees), numbers(turned.log_prob(x, rule)), numbers(log_p),
               1e-9)
        .exact("  the code turns: E[z|x] Rᵀ", numbers(mean_code(turned, x, rule)),
               numbers(Matrix<double>(code * R.transpose())), 1e-9);
  }

  // A linear decoder z W: p(x) = N(x; b, WᵀW + σ² I), and (R W)ᵀ (R W) = Wᵀ W
  const Matrix<double> W = deep.parameters[deep.parameters.find("decoder.0.W")];
  const Matrix<double> RW = use.rotation(0.5) * W;
  claim.exact("a line: (R W)ᵀ R W = Wᵀ W", numbers(RW.transpose() * RW), numbers(W.transpose() * W));

  // bent coordinates: a decoder f(T(z)) has the same p(x), if T leaves N(0, I) as it is
  Quadrature bent = rule;
  bent.points = swirl(bent.points, 0.05);
  claim.exact("a swirl: log p(x), 8 points", numbers(deep.log_prob(x, bent)), numbers(log_p), 1e-9);

  // what a single axis shows: the decoder's way from z = (-2, 0) to (2, 0)
  Matrix<double> axis(2, 2);
  axis << -2, 0, 2, 0;
  const Matrix<double> before = deep.decode(axis), after = deep.decode(axis * use.rotation(radians(90)));
  claim.at_least("but f along z₁ differs", (before - after).norm(), 0.5);
}

}  // namespace ch07
