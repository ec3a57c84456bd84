#include "chapters/10_elbo/linear_vae.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "models/pca.hpp"
#include "models/statistics/normal.hpp"
#include "models/vae/bounds.hpp"

namespace ch10 {

using autograd::Index;
using autograd::Matrix;

Spectrum spectrum_of(const Matrix<double>& data) {
  const models::Pca pca = models::pca(data);
  const Index r = (pca.variances.array() > 1e-12 * pca.variances[0]).count();
  Spectrum spectrum{pca.variances, data, Matrix<double>(2 * r, data.cols())};
  for (Index j = 0; j < r; ++j) {
    const Matrix<double> away = std::sqrt(r * pca.variances[j]) * pca.components.col(j).transpose();
    spectrum.stand_in.row(2 * j) = pca.mean + away;
    spectrum.stand_in.row(2 * j + 1) = pca.mean - away;
  }
  return spectrum;
}

int LinearOptimum::active() const {
  return std::ranges::count_if(kl, [](double nats) { return nats > 0.01; });
}

LinearOptimum train_linear_vae(const Spectrum& spectrum, const LinearSettings& settings, const Ascent& ascent) {
  autograd::Parameters<double> theta;
  models::Vae<double> vae(theta,
                          {.pixels = int(spectrum.data.cols()),
                           .latent = settings.latent,
                           .hidden = {},
                           .likelihood = models::Likelihood::gaussian,
                           .covariance = models::PosteriorCovariance::shared},
                          1);
  vae.start_at_mean(theta, spectrum.data.colwise().mean());
  std::vector<autograd::Slot> held;
  const auto log_noise = theta.find("decoder.log_var");
  if (settings.noise_variance > 0) {
    theta[log_noise](0, 0) = std::log(settings.noise_variance);
    held = {log_noise};
  }
  const auto bound = [&](const autograd::Watched<double>& watched, const Matrix<double>& x) {
    return models::closed_form_bound(vae, watched, watched.tape().constant(x), settings.beta);
  };
  maximise([&](const auto& watched) { return mean(bound(watched, spectrum.stand_in).value); }, theta, ascent, held);

  // judged on all points, and not on those that stand for them
  autograd::Tape tape;
  const autograd::Watched<double> watched(tape, theta);
  const auto reached = bound(watched, spectrum.data);
  const auto q = vae.encode(watched, tape.constant(spectrum.data));
  std::vector<double> kl;
  for (Index j = 0; j < settings.latent; ++j) {
    const double l = q.log_var.value()(0, j);
    kl.push_back(0.5 * (q.mu.value().col(j).squaredNorm() / q.mu.rows() + std::exp(l) - 1 - l));
  }
  std::ranges::sort(kl, std::greater());
  // E log p(x|z) = -½ [ d log 2πσ² + E|x - zW - b|² / σ² ]
  const double log_s2 = theta[log_noise](0, 0), d = spectrum.data.cols();
  const double log_likelihood = reached.log_likelihood.value().mean();
  return {.settings = settings,
          .objective = reached.value.value().mean(),
          .kl = kl,
          .rate = reached.kl.value().mean(),
          .distortion = std::exp(log_s2) * (-2 * log_likelihood - d * (models::kLog2Pi + log_s2))};
}

int eigenvalues_above(const Spectrum& spectrum, double level) {
  return (spectrum.eigenvalues.array() > level).count();
}

double best_rate(const Spectrum& spectrum, double level) {
  return (0.5 * (spectrum.eigenvalues.array().max(level) / level).log()).sum();
}

double best_distortion(const Spectrum& spectrum, double level) {
  return spectrum.eigenvalues.array().min(level).sum();
}

}  // namespace ch10
