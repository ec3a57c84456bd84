#pragma once
// What the parts of chapter 09 are called, in the order of its text. linear.hpp has the model that can be solved on
// paper, posterior.hpp the VAE whose posterior can be computed on a grid.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "chapters/09_encoder/linear.hpp"
#include "chapters/09_encoder/posterior.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/statistics/estimate.hpp"
#include "plots/output.hpp"

namespace ch09 {

using lesson::numbers;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one.

struct Ingredients {
  Vector (*log_density)(const DiagonalNormals& q, Index row, const Matrix<double>& z);  // log q(z | x)
  ElboParts parts;                                                         // z = μ + σ ε, and KL(q ‖ p(z))
  Vector (*divergence)(const DiagonalNormals& q, const GridPosterior& p);  // KL(q ‖ p(z | x)) on the grid
  Matrix<double> (*seen)(const Matrix<double>& x);                         // by the encoder: all of x
  int (*local_steps)(int steps);                                           // of the optimisation of one data point's q
  double second_follows;                                                   // E[x₂ | x₁] / x₁ in the pairs: ½
  double partial_variance;                                                 // of the best q(z | x₁): 1/3
  bool likelihood_at_code;  // claim:mean-code is about log p(x | z = μ(x)), and not about its mean over q
  // The code of every row of x, n×latent, from a trained model or one that has not been trained.
  Matrix<double> (*code)(const TrainedVae& trained, const TrainedVae& untrained, const Matrix<double>& x);
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// amortised.cpp: three ways to a posterior, on the same images and under the same decoder.

struct Study {
  const TrainedVae& model;
  Matrix<double> x;           // images that the training has not seen, black and white: n×pixels
  GridPosterior posterior{};  // p(z | x)
  Vector log_evidence{};      // log p(x), by another rule than the grid's
  DiagonalNormals encoder{};  // q_φ(z | x)
  DiagonalNormals local{};    // the best diagonal normal of each image, from the encoder's on
  Vector elbo_encoder{}, elbo_local{};
  Vector gap_elsewhere{};  // log p - ELBO of the encoder where it was never trained: ink and paper swapped
  double ms_grid = 0, ms_encoder = 0, ms_local = 0;  // milliseconds an image, on this machine
};

struct StudySettings {
  int images = 60;
  Grid grid{.side = 200, .half_width = 8};
  int evidence_nodes = 240;                     // of Gauss-Legendre, in each dimension
  Grid elbo_grid{.side = 80, .half_width = 8};  // of ε, for E_q
  int local_nodes = 6;                          // the same, while a data point's q is optimised
  int local_steps = 150;
};
Study study(const TrainedVae& model, const models::Dataset& images, const StudySettings& settings, std::uint64_t seed,
            const Ingredients& use);

// claim:amortised: where the encoder gives away nothing, and where it does.
void amortised(lesson::Lesson& lesson, const Study& study, const Ingredients& use);

// The mean ELBO of per-image optimisation from N(0, I), after so many steps.
std::vector<double> elbo_by_steps(const Study& study, const StudySettings& settings, std::span<const int> steps);

// ---
// encoder.cpp: eq:encoder, with one number and on the grid.
void encoder(lesson::Lesson& lesson, const Study& study, const Ingredients& use);

// ---
// partial.cpp: two ways to go wrong.

// claim:partial: an encoder that sees x₁ and not x₂.
void partial(lesson::Lesson& lesson, const Ingredients& use);

// claim:mean-code: the "ELBO" with z = μ(x) instead of a sample.
void mean_code(lesson::Lesson& lesson, const Study& study, const Ingredients& use);

// ---
// probe.cpp: claim:representation. A linear classifier that is given the code, or the pixels, and few labels.

struct ProbeSettings {
  VaeSettings vae{.latent = 10};
  std::vector<int> labels{10, 20, 50, 100, 200, 500, 1000};
  int draws = 20;  // sets of labelled images of each size
};

// The share of wrong test images: a row for each number of labels, a column for each draw.
struct ProbeErrors {
  std::vector<int> labels;
  Matrix<double> code, pixels, pca, untrained;
};

// claim:representation.

ProbeErrors representation(lesson::Lesson& lesson, const models::TrainTest& images, const ProbeSettings& settings,
                           const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

// 09_line: the posterior of the model of one number, and the encoder's line on its way there.
void plot_line(const plots::Output& output);
// 09_posteriors: six images' posteriors on the latent plane, with both q's.
void plot_posteriors(const Study& study, const plots::Output& output);
// 09_gaps: both gaps of every image.
void plot_gaps(const Study& study, const plots::Output& output);
// 09_steps: how many steps of optimisation an encoder's forward pass is worth.
void plot_steps(const Study& study, const StudySettings& settings, const plots::Output& output);
// 09_partial: the best q(z | x₁) among the posteriors it has to stand for.
void plot_partial(const plots::Output& output);
// 09_probe: the error of the probes by number of labels.
void plot_probe(const ProbeErrors& errors, const plots::Output& output);

}  // namespace ch09
