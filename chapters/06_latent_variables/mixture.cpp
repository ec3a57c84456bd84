// eq:gmm: a discrete z and a normal p(x|z) make a mixture of normals. Its density, and its fit to real data by EM and
// by gradient ascent on the tape.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <utility>

#include "chapters/06_latent_variables/chapter.hpp"
#include "models/data/csv.hpp"
#include "models/inference/quadrature.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "models/statistics/symmetric_eigen.hpp"
#include "models/training/trainer.hpp"

namespace ch06 {

using models::Random;

Table old_faithful(const lesson::Lesson& lesson) {
  return {.name = "Old Faithful",
          .x = models::read_csv(lesson.data("faithful/faithful.csv"), models::Header::skip),
          .labels = {},
          .K = 3,
          .covariance = Covariance::shared,
          .resolution = 1 / 60.0 / std::sqrt(12),  // a second
          .optimum = -1126.316,
          .published = -1126.326};
}

Table iris(const lesson::Lesson& lesson) {
  const Matrix<double> all = models::read_csv(lesson.data("iris/iris.csv"), models::Header::skip);
  std::vector<int> species(all.rows());
  for (Index i = 0; i < all.rows(); ++i) species[i] = all(i, 4);
  return {.name = "iris",
          .x = all.leftCols(4),
          .labels = species,
          .K = 3,
          .covariance = Covariance::own,
          .resolution = 0.1 / std::sqrt(12),  // a millimetre
          .optimum = -180.1855,
          .published = -180.1858};
}

Standardised standardised(const Matrix<double>& x) {
  const Matrix<double> centred = x.rowwise() - x.colwise().mean();
  const Eigen::RowVectorXd deviation = (centred.colwise().squaredNorm() / x.rows()).cwiseSqrt();
  return {centred * deviation.cwiseInverse().asDiagonal(), deviation.array().log().sum()};
}

NormalComponents random_start(const Matrix<double>& x, int K, std::uint64_t seed, std::uint64_t number) {
  const auto all = models::fit_normal_components(x, Matrix<double>::Ones(x.rows(), 1), Covariance::own);
  NormalComponents start{Eigen::RowVectorXd::Constant(K, -std::log(K)), Matrix<double>(K, x.cols()),
                         std::vector(K, all.L[0])};
  const std::vector<int> order = Random(seed, models::Purpose::initialisation, number).permutation(x.rows());
  for (int k = 0; k < K; ++k) start.mu.row(k) = x.row(order[k]);
  return start;
}

Run run_em(const Matrix<double>& x, const NormalComponents& start, Covariance covariance, const Ingredients& use,
           const models::EmSettings& settings) {
  Run run;
  run.path.push_back(start);
  const auto fit = [&](const Matrix<double>& x, const Matrix<double>& W) {
    run.path.push_back(models::fit_normal_components(x, use.weights(W), covariance));
    return run.path.back();
  };
  const auto em = models::expectation_maximisation(start, x, fit, settings);
  run.reported = use.reported(em.log_likelihood);
  for (const NormalComponents& mixture : run.path) run.watched.push_back(use.watched(mixture.log_joint(x)));
  return run;
}

std::vector<double> ascend(const Matrix<double>& x, const NormalComponents& start, Covariance covariance, int steps) {
  TapeMixture mixture(start, covariance);
  models::Trainer<double> trainer(mixture.parameters(), {.shards = 1, .threads = 1});
  const models::Schedule schedule{models::ScheduleKind::cosine, 0.02, 0, std::uint64_t(steps)};
  const double scale = -1.0 / x.rows();  // the loss is -(1/N) log p(D)
  std::vector<double> log_likelihood;
  for (int t = 0; t < steps; ++t) {
    const auto step = trainer.step(
        [&](const Watched<double>& theta, const models::Shard&) { return scale * mixture.log_likelihood(theta, x); },
        x.rows(), schedule.at(t));
    log_likelihood.push_back(step.loss / scale);
  }
  Vector gradient;
  log_likelihood.push_back(mixture.log_likelihood(x, gradient));
  return log_likelihood;
}

double narrowest(const NormalComponents& mixture) {
  double least = std::numeric_limits<double>::infinity();
  for (const Matrix<double>& L : mixture.L) {
    const double smallest = models::symmetric_eigen(L * L.transpose()).values[0];
    least = std::min(least, std::sqrt(std::max(0.0, smallest)));  // rounding can leave it below 0
  }
  return least;
}

Ends many_starts(const Table& table, int starts, std::uint64_t seed, const Ingredients& use, double tolerance) {
  Ends ends;
  for (int number = 0; number < starts; ++number) {
    const NormalComponents start = random_start(table.x, table.K, seed, number);
    try {
      Run run = run_em(table.x, start, table.covariance, use, {.tolerance = tolerance});
      run.start = number;
      if (narrowest(run.end()) > table.resolution) {
        ends.runs.push_back(std::move(run));
        continue;
      }
    } catch (const std::invalid_argument&) {  // nothing was left of a covariance
    }
    ++ends.shrunk;
  }
  std::ranges::stable_sort(ends.runs, std::greater(), [](const Run& run) { return run.reported; });
  return ends;
}

namespace {

// A draw of x: z first, then x given z.
std::vector<double> draws_of(const NormalComponents& mixture, int draws, std::uint64_t seed) {
  const Random choice(seed, models::Purpose::sampling, 30), noise(seed, models::Purpose::sampling, 31);
  std::vector<double> x(draws);
  for (int i = 0; i < draws; ++i) {
    double left = choice.uniform(i);
    Index z = 0;
    while (z + 1 < mixture.mu.rows() && (left -= std::exp(mixture.log_prior[z])) > 0) ++z;
    x[i] = mixture.mu(z, 0) + mixture.L[z](0, 0) * noise.normal(i);
  }
  return x;
}

}  // namespace

void mixture_density(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const NormalComponents mixture = three();
  const auto density = [&](double x) { return std::exp(use.log_marginal(use.log_joint(mixture, column({x})))[0]); };
  const double total = integral(models::gauss_legendre(400, -12, 12), density);
  const auto distribution = [&](double x) {
    double sum = 0;
    for (Index k = 0; k < 3; ++k)
      sum += std::exp(mixture.log_prior[k]) *
             models::normal_distribution(x, mixture.mu(k, 0), std::pow(mixture.L[k](0, 0), 2));
    return sum;
  };
  lesson.equation("1.7.1", "z discrete, p(x|z) normal: p(x) is a mixture of normals", "eq:gmm")
      .exact("∫ p(x) dx", total, 1, 1e-10)
      .p_value(fmt::format("{} x, drawn after z", lesson::thousands(draws)),
               models::kolmogorov_p(draws_of(mixture, draws, lesson.seed()), distribution));
}

Fitted fit_table(lesson::Lesson& lesson, lesson::Equation equation, Table table, int starts, int steps,
                 const Ingredients& use) {
  Fitted fitted{std::move(table)};
  const Table& t = fitted.table;
  fitted.ends = many_starts(t, starts, lesson.seed(), use);
  const Run& best = fitted.ends.runs.at(0);
  std::vector<double> deepest{0, 0};  // the pair of values, one step apart, that falls most
  for (const Run& run : fitted.ends.runs)
    for (std::size_t i = 1; i < run.watched.size(); ++i)
      if (run.watched[i] - run.watched[i - 1] < deepest[1] - deepest[0])
        deepest = {run.watched[i - 1], run.watched[i]};

  const Standardised scaled = standardised(t.x);
  const double shift = t.x.rows() * scaled.log_scale;
  // the same run in other units, and gradient ascent from where it has less than 5 nats to go
  const NormalComponents start = random_start(scaled.x, t.K, lesson.seed(), best.start);
  fitted.em = run_em(scaled.x, start, t.covariance, use);
  const std::vector<double>& log_p = fitted.em.watched;
  while (log_p[fitted.from] < log_p.back() - 5) ++fitted.from;
  fitted.ascent = ascend(scaled.x, fitted.em.path[fitted.from], t.covariance, steps);
  const Run cut = run_em(scaled.x, start, t.covariance, use, {.steps = 5});
  Vector slopes;
  const double after_five = TapeMixture(cut.end(), t.covariance).log_likelihood(scaled.x, slopes);
  TapeMixture(fitted.em.end(), t.covariance).log_likelihood(scaled.x, slopes);

  equation.exact(t.name + ", known optimum", best.reported, t.optimum, 5e-7)
      .at_least("  as mclust prints it", best.reported, t.published)
      .exact("  after 5 steps, by the tape", cut.reported - shift, after_five - shift)
      .exact("  largest slope, a point", slopes.cwiseAbs().maxCoeff() / t.x.rows(), 0, 1e-6)
      .exact(fmt::format("  gradient, {} steps", steps), fitted.ascent.back() - shift, best.reported, 1e-8)
      .increasing("  deepest fall of any run", deepest, 1e-8);

  const double top = std::max(log_p.back(), fitted.ascent.back());
  lesson.metric(t.name + ", left by a step of EM", top - log_p[fitted.from + 1]).shown("06_climb", t.name + ", EM", 1);
  lesson.metric(t.name + ", left by a step of ascent", top - fitted.ascent[1])
      .shown("06_climb", t.name + ", gradient ascent", 1);
  return fitted;
}

void points_and_ellipses(lesson::Lesson& lesson, const Fitted& faithful, const Fitted& iris) {
  // where the ellipse of a component ends on the right: μ_a + r σ_a, and there μ_b + r C_ab/σ_a
  const double r = std::sqrt(-2 * std::log(0.1));
  const auto ellipses = [&](const std::string& figure, const NormalComponents& mixture, Index a, Index b) {
    for (Index k = 0; k < mixture.mu.rows(); ++k) {
      const Matrix<double> C = mixture.L[k] * mixture.L[k].transpose();
      const double deviation = std::sqrt(C(a, a));
      lesson.metric(fmt::format("{}_{}", figure, k + 1), mixture.mu(k, b) + r * C(a, b) / deviation)
          .shown(figure, fmt::format("z = {}, π = {:.2f}", k + 1, std::exp(mixture.log_prior[k])),
                 mixture.mu(k, a) + r * deviation);
    }
  };
  const auto& runs = iris.ends.runs;
  ellipses("06_faithful_start", faithful.ends.runs[0].path[0], 0, 1);
  ellipses("06_faithful", faithful.ends.runs[0].end(), 0, 1);
  ellipses("06_iris", runs.front().end(), 1, 2);
  ellipses("06_iris_typical", runs[runs.size() / 2].end(), 1, 2);

  const Matrix<double>&eruptions = faithful.table.x, &flowers = iris.table.x;
  for (const char* figure : {"06_faithful_start", "06_faithful"})
    lesson.metric("first_eruption", eruptions(0, 1)).shown(figure, "eruptions", eruptions(0, 0));
  for (const char* figure : {"06_iris", "06_iris_typical"})  // fifty flowers of each species
    for (const auto& [first, species] : {std::pair{0, "setosa"}, {50, "versicolor"}, {100, "virginica"}})
      lesson.metric(fmt::format("first_{}", species), flowers(first, 2)).shown(figure, species, flowers(first, 1));
}

int strangers(const NormalComponents& mixture, const Table& table) {
  const std::vector<int> z = models::most_probable(mixture.log_joint(table.x));
  const int species = 1 + *std::ranges::max_element(table.labels);
  Eigen::MatrixXi count = Eigen::MatrixXi::Zero(table.K, species);
  for (std::size_t i = 0; i < z.size(); ++i) ++count(z[i], table.labels[i]);
  return count.sum() - count.rowwise().maxCoeff().sum();
}

void report_ends(lesson::Lesson& lesson, const Fitted& fitted) {
  const auto& runs = fitted.ends.runs;
  lesson.say(fmt::format("\n{} starts of EM on {}, log p(D) at the end:", runs.size() + fitted.ends.shrunk,
                         fitted.table.name));
  for (std::size_t first = 0, next = 0; first < runs.size(); first = next) {
    while (next < runs.size() && runs[next].reported > runs[first].reported - 1e-3) ++next;
    std::string line = fmt::format("  {:11.4f} {:4} times", runs[first].reported, next - first);
    if (!fitted.table.labels.empty())
      line += fmt::format(", {:3} points among another species", strangers(runs[first].end(), fitted.table));
    lesson.say(line);
  }
  if (fitted.ends.shrunk > 0)
    lesson.say(
        fmt::format("  no end      {:4} times: a component shrank, or lost all its points", fitted.ends.shrunk));
}

}  // namespace ch06
