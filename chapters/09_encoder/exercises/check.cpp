// The exercises of chapter 09: points, minutes and hints, and how each answer is checked. The
// instances are drawn by the attempt's seed.
#include <Eigen/LU>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/09_encoder/exercises/exercise.hpp"
#include "chapters/lesson/exercise/comparison.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

using autograd::By, autograd::Index;
using lesson::Exercise, lesson::Vars, lesson::normal_matrix;
using M = Var<Matrix<double>>;

const double kLog2Pi = std::log(2 * std::numbers::pi);

double uniform(const lesson::Attempt& attempt, int index) {
  return models::Random(attempt.seed(), models::Purpose::data).uniform(index);
}

// 9.1

void check_log_q(lesson::Attempt& attempt) {
  const Index n = 4 + 2 * (attempt.seed() % 3), k = 3 + 2 * (attempt.seed() % 2);
  // -½ Σ_j of what a mistake makes of the terms
  const auto terms = [](M (*f)(const M& z, const M& mu, const M& log_var)) {
    return [f](const Vars& v) { return -0.5 * sum(f(v[0], v[1], v[2]), By::row); };
  };
  const auto right = terms(
      [](const M& z, const M& mu, const M& log_var) { return kLog2Pi + log_var + square(z - mu) * exp(-log_var); });
  lesson::compare(
      attempt,
      {.names = {"z", "mu", "log_var"},
       .inputs = {normal_matrix(attempt.seed(), 1, n, k), normal_matrix(attempt.seed(), 2, n, k),
                  normal_matrix(attempt.seed(), 3, n, k)},
       .yours = [](const Vars& v) { return log_q(v[0], v[1], v[2]); },
       .right = right,
       .wrong = {
           {"the constant -½ log 2π is missing: every dimension brings one.",
            terms([](const M& z, const M& mu, const M& log_var) { return log_var + square(z - mu) * exp(-log_var); })},
           {"-½ log 2π stands there once. How many dimensions bring one?",
            [](const Vars& v) {
              return -0.5 * sum(v[2] + square(v[0] - v[1]) * exp(-v[2]), By::row) - 0.5 * kLog2Pi;
            }},
           {"-½ log σ² is missing: a wide density is low. Does it still integrate to 1?",
            terms([](const M& z, const M& mu, const M& log_var) { return kLog2Pi + square(z - mu) * exp(-log_var); })},
           {"log σ² is taken for log σ: the square is divided by σ⁴.",
            terms([](const M& z, const M& mu, const M& log_var) {
              return kLog2Pi + 2 * log_var + square(z - mu) * exp(-2 * log_var);
            })},
           {"the square is divided by σ and not by σ².", terms([](const M& z, const M& mu, const M& log_var) {
              return kLog2Pi + log_var + square(z - mu) * exp(-0.5 * log_var);
            })},
           {"the square is multiplied by σ². Is a z far from μ likelier under a narrow q, or under a wide one?",
            terms([](const M& z, const M& mu, const M& log_var) {
              return kLog2Pi + log_var + square(z - mu) * exp(log_var);
            })},
           {"the ½ is missing.", [&](const Vars& v) { return 2.0 * right(v); }, "2"},
           {"the sign. Is a z far from μ likelier?", [&](const Vars& v) { return -right(v); }, "-1"},
           {"the mean over the dimensions is taken. Do the logs of independent densities average, or add up?",
            [&](const Vars& v) { return right(v) / double(v[0].cols()); }, "1/k"}}});
}

const Exercise kLogQ{
    .number = "9.1",
    .slug = "eq:encoder",
    .task = "the log density of an encoder's answer, on the tape",
    .statement = "log q(z | x) = Σ_j log N(z_j; μ_j(x), σ_j²(x))",
    .points = 1,
    .minutes = 15,
    .hints =
        {"Take the logarithm of one normal density first, on paper: a constant, a term in log σ², and a square.",
         "log N(z; μ, σ²) = -½ [ log 2π + log σ² + (z - μ)² / σ² ]. Dividing by σ² is multiplying by exp(-log_var).",
         "-0.5 * sum(log_2pi + log_var + square(z - mu) * exp(-log_var), autograd::By::row)"},
    .check = check_log_q};

// 9.2

struct Cells {
  Eigen::ArrayXd log_joint, log_q;
  double cell = 0;
};

// One latent dimension: log p(x, z) = log p(x) + log N(z; m, v), and q another normal density.
Cells cells(const lesson::Attempt& attempt, double log_evidence) {
  const int n = 400 + 100 * (attempt.seed() % 3);
  const double m = uniform(attempt, 0), v = 0.3 + uniform(attempt, 1), mu = m + 0.5,
               s2 = 0.2 + 0.5 * uniform(attempt, 2);
  const Eigen::ArrayXd z = Eigen::ArrayXd::LinSpaced(n, -14, 14);
  const auto log_normal = [&](double mean, double variance) -> Eigen::ArrayXd {
    return -0.5 * (kLog2Pi + std::log(variance) + (z - mean).square() / variance);
  };
  return {log_evidence + log_normal(m, v), log_normal(mu, s2), z[1] - z[0]};
}

std::vector<double> numbers(const std::array<double, 2>& pair) { return {pair[0], pair[1]}; }

void check_on_grid(lesson::Attempt& attempt) {
  const double log_p = -3 - 2 * uniform(attempt, 3);
  const Cells c = cells(attempt, log_p);
  const Eigen::ArrayXd q = c.log_q.exp(), posterior = (c.log_joint - log_p).exp();
  const double bound = (q * (c.log_joint - c.log_q)).sum() * c.cell;
  const double without_entropy = (q * c.log_joint).sum() * c.cell;
  const double reverse = (posterior * (c.log_joint - c.log_q)).sum() * c.cell;
  const double no_cell = log_p - std::log(c.cell);
  lesson::equal(
      attempt, "log p(x) and the ELBO", numbers(on_grid(c.log_joint, c.log_q, c.cell)), {log_p, bound},
      {{{no_cell, bound}, "", "log p(x) is a sum without the area of a cell. What does it do on a finer grid?"},
       {{no_cell, bound / c.cell}, "", "the area of a cell is missing in both. What do they do on a finer grid?"},
       {{log_p, bound / c.cell}, "", "the ELBO is a sum without the area of a cell. What does it do on a finer grid?"},
       {{std::exp(log_p), bound}, "", "this is p(x). Its logarithm is asked for."},
       {{log_p, without_entropy}, "", "the ELBO lacks -log q(z) in its brackets."},
       {{log_p, reverse}, "", "the ELBO's mean is over the posterior. Over which density should it be?"},
       {{log_p, log_p - bound}, "", "the second number is the gap. The ELBO itself is asked for."},
       {{bound, log_p}, "", "the two numbers stand in the wrong order."},
       {{log_p, -bound}, "", "the sign of the ELBO. It is a lower bound of log p(x)."}});

  const Cells tiny = cells(attempt, log_p - 2000);
  const auto of_tiny = on_grid(tiny.log_joint, tiny.log_q, tiny.cell);
  attempt.require(std::isfinite(of_tiny[0]),
                  "with all log p(x, z) near -2000, log p(x) is not finite: exp(-2000) is 0 in a double. Which number "
                  "could be taken out of the sum first?");
  lesson::equal(attempt, "with all log p(x, z) near -2000, log p(x) and the ELBO", numbers(of_tiny),
                {log_p - 2000, bound - 2000});
}

const Exercise kOnGrid{
    .number = "9.2",
    .slug = "eq:encoder",
    .task = "log p(x) and the ELBO on a grid",
    .statement = "log p(x) = log Σ cell · p(x, z),   ELBO = Σ cell · q (log p(x, z) - log q)",
    .points = 2,
    .minutes = 20,
    .hints = {"An integral over an even grid is a sum, times the area that each point stands for.",
              "For log p(x): log Σ exp(a_i) = M + log Σ exp(a_i - M) for every M. Which M keeps the largest term from "
              "becoming 0? The ELBO needs no exponential but that of log q.",
              "largest + std::log((log_joint - largest).exp().sum() * cell), and "
              "(log_q.exp() * (log_joint - log_q)).sum() * cell"},
    .check = check_on_grid};

// 9.3

void check_isotropic_gap(lesson::Attempt& attempt) {
  const Index size = 2 + attempt.seed() % 3;
  const Matrix<double> A = normal_matrix(attempt.seed(), 1, size, size + 1);
  const Eigen::MatrixXd L = Eigen::MatrixXd::Identity(size, size) + A * A.transpose();
  const double k = size, log_det = std::log(L.determinant());
  // KL at a given s²
  const auto kl = [&](double s2) { return 0.5 * (s2 * L.trace() - k - log_det - k * std::log(s2)); };
  const double right = kl(k / L.trace()), diagonal = 0.5 * (L.diagonal().array().log().sum() - log_det);
  lesson::equal(
      attempt, "the gap", isotropic_gap(L), right,
      {{diagonal, "", "this is the gap with a variance for each dimension. Here one serves them all."},
       {kl(L.inverse().trace() / k), "",
        "s² is the mean of the posterior's variances. Where is the slope of KL(q ‖ p) in s² really 0?"},
       {kl(1 / L.trace()), "", "s² is k times too small: how often does log s² stand in the KL?"},
       {kl(1), "", "s² = 1 is not the best. Set the slope in s² to 0."},
       {2 * right, "2", "the ½ is missing."},
       {-right, "-1", "the sign. No divergence is below 0."},
       {0.5 * (std::log(L.trace() / k) - log_det), "", "log s² stands there once, but every dimension brings one."},
       {0.5 * (k * std::log(L.trace()) - log_det), "", "tr Λ is to be divided by k, in the logarithm too."}});
}

const Exercise kIsotropic{
    .number = "9.3",
    .slug = "claim:amortised",
    .task = "the approximation gap of a $q$ with one variance",
    .statement = "min over μ, s² of KL( N(μ, s² I) ‖ N(m, Λ⁻¹) )",
    .points = 2,
    .minutes = 25,
    .hints = {"The mean is best at m. Put s_j² = s² for all j into the chapter's formula of the KL: what remains?",
              "½ [ s² tr Λ - k - log det Λ - k log s² ]. Set its slope in s² to 0.",
              "s² = k / tr Λ, and the gap is ½ [ k log(tr Λ / k) - log det Λ ]"},
    .check = check_isotropic_gap};

// 9.4

void check_shared_variance_gap(lesson::Attempt& attempt) {
  std::vector<double> precisions(5 + attempt.seed() % 4);
  for (std::size_t i = 0; i < precisions.size(); ++i) precisions[i] = 1 + 6 * uniform(attempt, i);
  const double N = precisions.size();
  double mean = 0, mean_log = 0, mean_variance = 0;
  for (const double precision : precisions)
    mean += precision / N, mean_log += std::log(precision) / N, mean_variance += 1 / precision / N;
  // the mean KL at a given s²
  const auto gap = [&](double s2) { return 0.5 * (s2 * mean - 1 - std::log(s2) - mean_log); };
  const double right = gap(1 / mean);
  lesson::equal(
      attempt, "the mean gap", shared_variance_gap(precisions), right,
      {{gap(mean_variance), "",
        "s² is the mean of the posteriors' variances. The KL's slope in s² is 0 somewhere else: where?"},
       {gap(std::exp(-mean_log)), "", "the logarithm of s² is the mean of the logarithms. Is that the best s²?"},
       {gap(1 / precisions[0]), "", "s² fits the first data point alone."},
       {gap(1), "", "s² = 1 is not the best. Set the slope of the mean KL in s² to 0."},
       {N * right, "N", "this is the sum over the data points. The mean is asked for."},
       {2 * right, "2", "the ½ is missing."},
       {-right, "-1", "the sign. No divergence is below 0."},
       {0.0, "", "each data point has got the variance that is best for it. The encoder has one for all."}});
}

const Exercise kSharedVariance{
    .number = "9.4",
    .slug = "claim:amortised",
    .task = "the amortisation gap of an encoder with one variance",
    .statement = "min over s² of (1/N) Σ_i KL( N(m_i, s²) ‖ N(m_i, 1/Λ_i) )",
    .points = 3,
    .minutes = 25,
    .hints = {"Write down one KL, with s² and Λ_i. Which of its terms have s² in them?",
              "The mean is ½ [ s² mean(Λ) - 1 - log s² - mean(log Λ) ]. Set its slope in s² to 0.",
              "s² = 1 / mean(Λ), and the gap is ½ [ log mean(Λ) - mean(log Λ) ]"},
    .check = check_shared_variance_gap};

// 9.5

void check_partial_encoder(lesson::Attempt& attempt) {
  const int n = 4 + attempt.seed() % 3, m = 1 + attempt.seed() % 2;
  const double c = 1.0 / (1 + m), s2 = 1.0 / (1 + n), gap = 0.5 * (n - m) / (1 + m);
  const auto numbers = [](const std::array<double, 3>& a) { return std::vector<double>{a[0], a[1], a[2]}; };
  const double of_posterior = gap + 0.5 * ((1.0 + n) / (1 + m) - 1 - std::log((1.0 + n) / (1 + m)));
  lesson::equal(
      attempt, "c, s² and the gap", numbers(partial_encoder(n, m)), {c, s2, gap},
      {{{c, c, of_posterior},
        "",
        "this is p(z | x_1 .. x_m), the posterior given what is seen, and its gap. Is it what the ELBO of all n "
        "rewards?"},
       {{c, c, gap}, "", "the variance is that of p(z | x_1 .. x_m). How many parabolas in z add up in the exponent?"},
       {{s2, s2, gap},
        "",
        "c = 1/(1+n) takes the numbers that are not seen for 0. What are they on average, given those that are seen?"},
       {{c, s2, 0.0}, "", "the gap is not 0: the posteriors' means scatter, and q has only one."},
       {{c, s2, 2 * gap}, "", "the ½ of the KL is missing in the gap."},
       {{c, s2, 0.5 * (n - m) / (1 + n)},
        "",
        "the numbers that are not seen are independent given z, but not given x_1 .. x_m: they share z."},
       {{c, s2, of_posterior},
        "",
        "c and s² are right. This is the gap of p(z | x_1 .. x_m) instead of the best q's."},
       {{1.0 / m, s2, gap},
        "",
        "c = 1/m is the mean of what is seen. The prior counts as one more observation, at 0."}});
  lesson::equal(attempt, "with m = n, c, s² and the gap", numbers(partial_encoder(n, n)), {s2, s2, 0.0},
                {{{s2, s2, gap}, "", "an encoder that sees everything has no gap here."}});
  lesson::equal(attempt, "with m = 0, the gap", partial_encoder(n, 0)[2], 0.5 * n,
                {{gap, "", "nothing is seen. Is your m used everywhere?"}});
}

const Exercise kPartial{
    .number = "9.5",
    .slug = "claim:partial",
    .task = "the best encoder that sees $m$ of $n$ numbers",
    .statement = "best q(z | x_1 .. x_m) for the ELBO of x_1 .. x_n, and its gap",
    .points = 3,
    .minutes = 40,
    .hints =
        {"Follow the chapter's steps for n = 2 and m = 1: the exponent of the best q is the mean of "
         "log p(x_1 .. x_n, z) over what is not seen. How many parabolas in z does it have?",
         "1 + n parabolas: s² = 1/(1+n). Their mean is (Σ seen + (n-m) E[x | seen]) / (1+n), with "
         "E[x | seen] = E[z | seen] = Σ seen / (1+m). The gap is ½ (1+n) Var[ mean of the posterior | seen ].",
         "c = 1/(1+m), s² = 1/(1+n). The sum of n-m unseen numbers has the variance (n-m)²/(1+m) + (n-m) given what "
         "is seen; divided by (1+n)² and times ½ (1+n) that is ½ (n-m)/(1+m)."},
    .check = check_partial_encoder};

// 9.6

void check_excess(lesson::Attempt& attempt) {
  const Index k = 2 + attempt.seed() % 3, d = 5 + attempt.seed() % 2;
  const Eigen::MatrixXd W = normal_matrix(attempt.seed(), 1, k, d);
  const Eigen::VectorXd log_sd = 0.5 * normal_matrix(attempt.seed(), 2, k, 1);
  const double noise = 0.3 + 0.4 * uniform(attempt, 0);
  const Eigen::VectorXd lengths = W.rowwise().squaredNorm(), s2 = (2 * log_sd).array().exp();
  const Eigen::VectorXd s = log_sd.array().exp();
  const double right = 0.5 * s2.dot(lengths) / noise;
  lesson::equal(
      attempt, "the excess", excess_at_code(W, noise, log_sd), right,
      {{2 * right, "2", "the ½ of the normal density is missing."},
       {-right, "-1", "the sign. Does the spread of z make x likelier on average, or less likely?"},
       {right * noise, "", "the noise is missing: the square is divided by σ²."},
       {right / noise, "", "divided by σ⁴. The square is divided by σ² once."},
       {right * std::sqrt(noise), "", "divided by σ. The square is divided by σ²: that is what noise_variance is."},
       {0.5 * s.dot(lengths) / noise, "", "s_j stands there for s_j². What is E (z_j - μ_j)²?"},
       {0.5 * log_sd.dot(lengths) / noise, "", "log s_j stands there for s_j²."},
       {0.5 * s2.dot(W.rowwise().norm()) / noise, "", "‖W_j‖ stands there for ‖W_j‖²."},
       {0.5 * s2[0] * lengths[0] / noise, "", "this is the first latent dimension alone."},
       {0.5 * s2.sum() * lengths.sum() / noise, "", "each s_j² belongs to its own row of W."},
       {0.5 * s2.sum() / noise, "", "W is missing: how far does x move when z_j moves by 1?"}});
}

const Exercise kExcess{
    .number = "9.6",
    .slug = "claim:mean-code",
    .task = "how far decoding the code exceeds the ELBO",
    .statement = "log p(x | z = μ) - E_q log p(x | z) for x | z ~ N(z W, σ² I)",
    .points = 2,
    .minutes = 25,
    .hints = {"Write z = μ + δ. What is E ‖x - (μ + δ) W‖², when δ has mean 0 and independent components?",
              "E ‖x - z W‖² = ‖x - μ W‖² + E ‖δ W‖². The δ_j are independent, so that the last term is a sum over j.",
              "½ Σ_j s_j² ‖W_j‖² / σ², with W_j the j-th row of W and s_j² = exp(2 log_sd_j)"},
    .check = check_excess};

// 9.7

void check_paired(lesson::Attempt& attempt) {
  const int draws = 12 + 4 * (attempt.seed() % 3);
  const Matrix<double> noise = normal_matrix(attempt.seed(), 1, draws, 3);
  const double R = draws;
  std::vector<double> a, b;
  for (int r = 0; r < draws; ++r) {  // a lucky draw is lucky for both
    a.push_back(0.2 + 0.03 * noise(r, 0) + 0.005 * noise(r, 1));
    b.push_back(0.17 + 0.03 * noise(r, 0) + 0.005 * noise(r, 2));
  }
  const Eigen::Map<const Eigen::ArrayXd> x(a.data(), draws), y(b.data(), draws);
  const auto squares = [](const Eigen::ArrayXd& v) { return (v - v.mean()).square().sum(); };
  const double mean = (x - y).mean(), of_difference = squares(x - y), se = std::sqrt(of_difference / (R - 1) / R);
  const double unpaired = std::sqrt((squares(x) + squares(y)) / (R - 1) / R);
  const auto yours = paired_difference(a, b);
  lesson::equal(
      attempt, "the mean difference and its standard error", {yours[0], yours[1]}, {mean, se},
      {{{mean, unpaired},
        "",
        "the standard errors of a and b are combined as if they were independent. Does a lucky draw not help both?"},
       {{mean, std::sqrt(of_difference / (R - 1))},
        "",
        "this is the standard deviation of one difference. How sure is the mean of R of them?"},
       {{mean, std::sqrt(of_difference / R / R)}, "", "the variance is divided by R. For a sample, by what?"},
       {{mean, of_difference / (R - 1) / R}, "", "this is the variance of the mean. Its root is asked for."},
       {{mean, std::sqrt(of_difference / (R - 1)) / R}, "", "the standard deviation is divided by R instead of √R."},
       {{-mean, se}, "", "b - a is returned. a - b is asked for."},
       {{R * mean, se}, "", "the first number is the sum of the differences."}});
}

const Exercise kPaired{
    .number = "9.7",
    .slug = "claim:representation",
    .task = "is one representation better than the other?",
    .statement = "mean of a_r - b_r over draws, and its standard error",
    .points = 1,
    .minutes = 15,
    .hints = {"Which numbers are independent of each other from draw to draw: a_r and b_r, or a_r - b_r?",
              "Form the R differences first. Their variance, with 1/(R-1), is that of one draw; the mean of R has 1/R "
              "of it.",
              "With d_r = a_r - b_r: mean(d), and sqrt( Σ (d_r - mean)² / (R-1) / R )"},
    .check = check_paired};

}  // namespace
}  // namespace ch09

int main(int argc, char** argv) {
  using namespace ch09;
  return lesson::check_exercises(argc, argv, "09_encoder",
                                 {kLogQ, kOnGrid, kIsotropic, kSharedVariance, kPartial, kExcess, kPaired});
}
