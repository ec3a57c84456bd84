#pragma once
// The figures of a trained VAE.

#include "models/data/dataset.hpp"
#include "models/vae/vae.hpp"
#include "plots/output.hpp"

namespace ch11 {

using autograd::Matrix;
using autograd::Parameters;

// One row an epoch. Train means are over the epoch as it was trained; in nats.
enum HistoryColumn {
  kEpoch,
  kTrainBound,
  kTrainRate,
  kTrainDistortion,
  kTestElbo,
  kTestSe,
  kTestRate,
  kTestDistortion,
  kHistoryColumns
};

// 11_elbo: bound and its parts by epoch.
void plot_history(const Matrix<double>& history, const plots::Output& output);

// A trained model, with the test images (as they were treated) and their labels.
struct Trained {
  const models::Vae<float>& vae;
  const Parameters<float>& parameters;
  const models::Dataset& test;
  const Matrix<float>& x;
  std::uint64_t seed;
};

// 11_reconstructions: test images, and the mean image of one code z ~ q(z|x) for each.
void plot_reconstructions(const Trained& trained, const plots::Output& output);
// 11_samples: mean images of codes from the prior.
void plot_samples(const Trained& trained, const plots::Output& output);
// 11_interpolations: mean images along straight lines between the codes of two test images.
void plot_interpolations(const Trained& trained, const plots::Output& output);
// 11_codes: where q(z|x) puts test images, by label; the first two principal components if there are more dimensions.
void plot_codes(const Trained& trained, const plots::Output& output);
// 11_manifold: the mean image at every point of a grid of a 2-D latent space, at the prior's quantiles.
void plot_manifold(const Trained& trained, const plots::Output& output);

}  // namespace ch11
