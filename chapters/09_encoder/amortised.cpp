// Three ways to a posterior: the grid, an optimisation for each data point, and an encoder.
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "chapters/09_encoder/chapter.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

// Milliseconds that f takes for each of n data points; repeated until a tenth of a second is full.
template <class F>
double milliseconds(Index n, const F& f) {
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double, std::milli> passed{};
  int runs = 0;
  while (passed.count() < 100) f(), ++runs, passed = std::chrono::steady_clock::now() - start;
  return passed.count() / runs / n;
}

}  // namespace

Study study(const TrainedVae& model, const models::Dataset& images, const StudySettings& settings, std::uint64_t seed,
            const Ingredients& use) {
  const int n = std::min(settings.images, images.count());
  Study s{.model = model, .x = models::as_matrix<double>(slice(images, 0, n), {models::Binarisation::fixed, seed})};
  s.ms_grid = milliseconds(n, [&] { s.posterior = grid_posterior(model, s.x, settings.grid); });
  s.ms_encoder = milliseconds(n, [&] { s.encoder = encode(model, s.x); });
  s.ms_local = milliseconds(n, [&] {
    s.local = models::fit_variational(expected_log_joint(model, s.x, settings.local_nodes), s.encoder,
                                      {.steps = use.local_steps(settings.local_steps)})
                  .q;
  });
  const double reach = settings.grid.half_width;
  const auto rule = models::product_rule(models::gauss_legendre(settings.evidence_nodes, -reach, reach), 2);
  const auto of_epsilon = normal_rule(settings.elbo_grid);
  s.log_evidence = log_evidence(model, s.x, rule);
  s.elbo_encoder = elbo(model, s.x, s.encoder, use.parts, of_epsilon);
  s.elbo_local = elbo(model, s.x, s.local, use.parts, of_epsilon);
  const Matrix<double> swapped = 1 - s.x.array();
  s.gap_elsewhere =
      log_evidence(model, swapped, rule) - elbo(model, swapped, encode(model, swapped), use.parts, of_epsilon);
  return s;
}

std::vector<double> elbo_by_steps(const Study& s, const StudySettings& settings, std::span<const int> steps) {
  const auto log_joint = expected_log_joint(s.model, s.x, settings.local_nodes);
  const auto of_epsilon = normal_rule(settings.elbo_grid);
  std::vector<double> means;
  for (const int t : steps) {
    const auto fit = models::fit_variational(log_joint, models::standard_normals(s.x.rows(), 2), {.steps = t});
    means.push_back(elbo(s.model, s.x, fit.q, right().parts, of_epsilon).mean());
  }
  return means;
}

namespace {

// The encoder's family holds what the optimisation of each data point finds: amortisation costs nothing. W has a row
// for each latent dimension.
void linear_case(lesson::Equation& equation, const std::string& name, const LinearGaussian& model, std::uint64_t seed,
                 const Ingredients& use) {
  const Index n = 30, k = model.W.rows(), d = model.W.cols();
  Matrix<double> x(n, d);
  models::Random(seed, models::Purpose::data, d).fill_normal(std::span(x.data(), x.size()));
  x *= 2;
  const auto log_joint = expected_log_joint(model, x);
  const AffineEncoder phi = fit_encoder(log_joint, use.seen(x), Vector::Constant(n, 1.0 / n), k, 2000);
  const auto local =
      models::fit_variational(log_joint, models::standard_normals(n, k), {.steps = use.local_steps(2000)});
  const DiagonalNormals q = phi(use.seen(x));
  equation.exact(name + ": ELBO encoder, local", numbers(elbo(log_joint, q)), numbers(elbo(log_joint, local.q)), 1e-6);

  // what is left is the family's: ½ ( Σ log Λ_jj - log det Λ ), the same for every x
  const double family = 0.5 * (model.precision().diagonal().array().log().sum() - model.log_det_precision());
  const Vector gap = model.log_evidence(x) - elbo(log_joint, q), expected = Vector::Constant(n, family);
  equation.exact("  log p - ELBO of the encoder", numbers(gap), numbers(expected), 1e-6);
}

}  // namespace

void amortised(lesson::Lesson& lesson, const Study& s, const Ingredients& use) {
  auto equation =
      lesson.equation("1.1", "ELBO of the encoder <= ELBO of the best q for each x <= log p(x)", "claim:amortised");
  linear_case(equation, "z alone", one_number(), lesson.seed(), use);
  Matrix<double> W(2, 3);
  W << 1, 0.8, 0, 0, 0.8, 1;
  linear_case(equation, "two z's", {W, 0.5}, lesson.seed(), use);

  Index i = 0, j = 0;
  const Vector amortisation = s.elbo_local - s.elbo_encoder, approximation = s.log_evidence - s.elbo_local;
  const double least_of_encoder = amortisation.minCoeff(&i), least_of_family = approximation.minCoeff(&j);
  equation.at_most(fmt::format("{} digits: encoder <= best q", s.x.rows()), s.elbo_encoder[i], s.elbo_local[i]);
  equation.at_most("  best q <= log p", s.elbo_local[j], s.log_evidence[j]);
  // no digit is so lucky that nothing is lost
  equation.at_least("  smallest amortisation gap", least_of_encoder, 1e-6);
  equation.at_least("  smallest approximation gap", least_of_family, 1e-6);
  equation.at_least("  ink, paper swapped: least", s.gap_elsewhere.minCoeff(), 1e-6);
  const models::Estimate a = models::estimate_of(amortisation), b = models::estimate_of(approximation),
                         c = models::estimate_of(s.gap_elsewhere);
  lesson.say(fmt::format("        amortisation gap {} nats, approximation gap {} nats",
                         lesson::with_error(a.mean, a.se), lesson::with_error(b.mean, b.se)));
  lesson.say(fmt::format("        mean log p {:.2f}; with ink and paper swapped the encoder's gap is {} nats",
                         s.log_evidence.mean(), lesson::with_error(c.mean, c.se)));
  lesson.say(fmt::format("        milliseconds an image, here: encoder {:.4f}, optimisation {:.1f}, grid {:.1f}",
                         s.ms_encoder, s.ms_local, s.ms_grid));
  lesson.metric("amortisation_gap", a.mean);
  lesson.metric("approximation_gap", b.mean);
  Index worst = 0;  // of all digits, for the encoder
  const double largest = (s.log_evidence - s.elbo_encoder).maxCoeff(&worst);
  lesson.metric("largest_gap", largest).shown("09_gaps", "encoder: amortisation and approximation gap");
  lesson.metric("approximation_gap_there", approximation[worst])
      .shown("09_gaps", "best diagonal normal for each x: approximation gap");
}

}  // namespace ch09
