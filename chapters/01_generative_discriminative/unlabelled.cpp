// What a point without a label is worth, and a case in which such points do
// harm. Two classes N(±μ, I), equally likely.
#include <fmt/format.h>

#include <cmath>

#include "autograd/autograd.hpp"
#include "chapters/01_generative_discriminative/chapter.hpp"
#include "models/statistics/random.hpp"
#include "models/training/parallel.hpp"

namespace ch01 {

Vector fit_means(const Matrix<double>& signed_x, const Matrix<double>& x, double w) {
  const Vector labelled = signed_x.colwise().sum();
  const double total = w * signed_x.rows() + x.rows();
  Vector mu = labelled / signed_x.rows();
  for (int step = 0; step < 100'000; ++step) {
    const Vector expected_y = (x * mu).array().tanh();  // E[y | x] = p(y = 1 | x) - p(y = -1 | x)
    const Vector next = (w * labelled + x.transpose() * expected_y) / total;
    const double change = (next - mu).cwiseAbs().maxCoeff();
    mu = next;
    if (change < 1e-9) break;
  }
  return mu;
}

double worth(double delta, const Ingredients& use) {
  const double m = delta / 2;
  return normal_mean([&](double e) { return std::pow(use.score(m + e, m), 2); });  // even in x: one class is enough
}

namespace {

// ∂/∂m log [ ½N(x; -m, 1) + ½N(x; m, 1) ] by the tape.
double score_by_tape(double x, double m) {
  const auto [value, slope] = autograd::value_and_gradient(
      [&](const autograd::Var<double>& m) {
        return autograd::log_sum_exp(std::vector{-0.5 * square(x - m), -0.5 * square(x + m)});
      },
      m);
  return slope;
}

// A class ±1, each with probability ½, for every row.
Vector signs(int n, std::uint64_t seed, std::uint64_t draw) {
  Vector y(n);
  const models::Random random(seed, models::Purpose::sampling, draw);
  for (int i = 0; i < n; ++i) y[i] = random.uniform(i) < 0.5 ? -1 : 1;
  return y;
}

Matrix<double> noise(int n, int d, std::uint64_t seed, std::uint64_t draw) {
  Matrix<double> x(n, d);
  models::Random(seed, models::Purpose::data, draw).fill_normal({x.data(), std::size_t(x.size())});
  return x;
}

// (m̂ - m)² times the information in N_l labelled and 10 N_l unlabelled points: 1 on average, up to terms in 1/N.
Estimate drawn_worth(double delta, int labelled, int draws, std::uint64_t seed, const Ingredients& use) {
  const double m = delta / 2, information = labelled * (1 + 10 * worth(delta, use));
  Vector squares(draws);
  models::parallel_for(draws, models::core_count(), [&](int draw) {
    // the labels of the first N_l are used, so that their rows are y x
    const Matrix<double> x = noise(11 * labelled, 1, seed, draw).array() + m;
    const Vector y = signs(10 * labelled, seed, draw);
    const Matrix<double> unlabelled = x.bottomRows(10 * labelled).array() * y.array();
    const double error = fit_means(x.topRows(labelled), unlabelled, 1)[0] - m;
    squares[draw] = error * error * information;
  });
  return column_means(squares)[0];
}

}  // namespace

void unlabelled_worth(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  auto equation =
      lesson.equation("1.1", "I_unlabelled / I_labelled = E[ (x tanh(mx) - m)² ]", "claim:unlabelled-worth");
  for (const double delta : {1.0, 2.0, 3.0, 4.0}) {
    // the information is also minus the mean curvature: 1 - E[x² sech²(mx)]
    const double m = delta / 2,
                 curvature = 1 - normal_mean([&](double e) { return std::pow((m + e) / std::cosh(m * (m + e)), 2); });
    equation.exact(fmt::format("Δ = {}: square, curvature", delta), worth(delta, use), curvature, 1e-9);
    lesson.metric(fmt::format("worth_{}", delta), curvature)
        .shown("01_efficiency", "worth of an unlabelled point, in labelled ones", delta);
  }
  equation.exact("the score by the tape", use.score(0.7, 1.2), score_by_tape(0.7, 1.2));
  for (const double delta : {2.0, 3.0})
    equation.sampled(fmt::format("Δ = {}: (m̂ - m)² I", delta), drawn_worth(delta, 100, draws, lesson.seed(), use), 1);
}

// x has the mean ±(1, c) or ±(1, -c), each with probability ¼, and since E[e f(e)] = E[f'(e)] for e ~ N(0, 1),
//   E[x tanh(xᵀμ)] = ½ Σ_j ( m_j E[tanh u_j] + μ E[sech² u_j] ),    u_j ~ N(m_jᵀμ, ‖μ‖²),  m_j = (1, ±c)
Vector endless_step(const Vector& mu, double share, double c) {
  Vector expected = Vector::Zero(2);
  for (const double sign : {-1.0, 1.0}) {
    const Vector m = Eigen::Vector2d(1, sign * c);
    const double centre = m.dot(mu), spread = mu.norm();
    const auto tanh_of = [&](double e) { return std::tanh(centre + spread * e); };
    const double mean_tanh = normal_mean(tanh_of);
    const double mean_sech2 = 1 - normal_mean([&](double e) { return tanh_of(e) * tanh_of(e); });
    expected += 0.5 * (m * mean_tanh + mu * mean_sech2);
  }
  return (1 - share) * Eigen::Vector2d(1, 0) + share * expected;  // E[y x] = (1, 0)
}

Vector best_means(double share, double c) {
  Vector mu = Eigen::Vector2d(1, 0.1);  // a little beside x₁, since x₁ alone is always a fixed point
  for (int step = 0; step < 100'000; ++step) {
    const Vector next = endless_step(mu, share, c);
    const double change = (next - mu).norm();
    mu = next;
    if (change < 1e-13) break;
  }
  return mu;
}

double cluster_error(const Vector& mu, double c) {
  const double length = mu.norm();
  return 0.5 * normal_distribution(-(mu[0] + c * mu[1]) / length) +
         0.5 * normal_distribution(-(mu[0] - c * mu[1]) / length);
}

double critical_share(double c, const Ingredients& use) {
  const double E = normal_mean([](double e) { return std::pow(std::cosh(1 + e), -2); });
  return use.critical_share(c, E);
}

Vector drawn_errors(double share, double c, int N, int draws, std::uint64_t seed, const Ingredients& use) {
  const int unlabelled = std::lround(share * N), labelled = N - unlabelled;
  Vector errors(draws);
  models::parallel_for(draws, models::core_count(), [&](int draw) {
    Matrix<double> x = noise(N, 2, seed, draw);
    const Vector y = signs(N, seed, 2 * draw), cluster = signs(N, seed, 2 * draw + 1);
    x.col(0) += y, x.col(1) += c * cluster;
    const Matrix<double> signed_x = y.head(labelled).asDiagonal() * x.topRows(labelled);
    errors[draw] = cluster_error(fit_means(signed_x, x.bottomRows(unlabelled), use.labelled_weight(labelled)), c);
  });
  return errors;
}

void unlabelled_hurts(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const double c = 3, critical = critical_share(c, use), best = normal_distribution(-1), small = 1e-5;
  auto equation =
      lesson.equation("1.1", "unlabelled data hurt above λ_c = 1/((1+c²) E sech²)", "claim:unlabelled-hurts");
  equation
      .exact(fmt::format("λ_c = {:.5f}: μ₂ stays", critical),
             endless_step(Eigen::Vector2d(1, small), critical, c)[1] / small, 1, 1e-8)
      .exact("2 % below: the best error", cluster_error(best_means(0.98 * critical, c), c), best, 1e-6)
      .at_least("2 % above: 5 % more", cluster_error(best_means(1.02 * critical, c), c), best + 0.05);
  lesson.metric("endless_unlabelled", 100 * cluster_error(best_means(1, c), c)).shown("01_hurts", "endless data", 1);
  for (const double share : {0.22, 0.225, 0.26, 1.0})
    lesson.say(fmt::format("        endless data, a share of {} without labels: {:.1f} % wrong", share,
                           100 * cluster_error(best_means(share, c), c)));
  for (const double share : {0.1, 0.5, 0.7}) {
    // e(N) = limit + a/N + ...: 2 e(2N) - e(N) is without the term in 1/N
    const Vector few = drawn_errors(share, c, 10'000, draws, lesson.seed(), use),
                 many = drawn_errors(share, c, 20'000, draws, lesson.seed() + 1, use);
    equation.sampled(fmt::format("share {}: drawn", share), column_means(2 * many - few)[0],
                     cluster_error(best_means(share, c), c));
  }
}

}  // namespace ch01
