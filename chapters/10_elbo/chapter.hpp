#pragma once
// What the parts of chapter 10 are called, in the order of its text. What stands under the name of a part is defined
// in that file.

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/10_elbo/linear_vae.hpp"
#include "chapters/10_elbo/one_dimension.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/dataset.hpp"
#include "plots/output.hpp"

namespace ch10 {

using autograd::Parameters;
using autograd::Slot;
using autograd::Tape;
using autograd::Watched;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch its check fail.

struct Ingredients {
  double (*divergence)(Normal q, Normal p);                    // KL(q ‖ p)
  double noise;                                                // standard deviation of ε: 1
  double (*average)(double of_data, double of_model);          // whose share an x has in an average: the data's
  Var<Matrix<double>> (*scale)(const Var<Matrix<double>>&);    // σ = exp(½ log σ²)
  Var<Matrix<double>> (*sample)(const Var<Matrix<double>>&);   // a sample in the score function: held fixed
  bool shared_noise;                                           // one ε for all points of a minibatch: no
  Var<Matrix<double>> (*combine)(const Var<Matrix<double>>&);  // log (1/K) Σ w_k from log w: R×K to R×1
  int share_power;                                             // of w̃ in the doubly reparameterised gradient: 2
  double (*mean_field_gap)(const Matrix<double>& precision);   // ½ (Σ log Λ_ii - log det Λ)
  double code_noise;                                           // of the samples on the ladder of bounds: 1
  bool encoder_bias;                                           // softmax(x A + c), and not softmax(x A)
  double kl_weight;                                            // of the KL in a linear VAE's ELBO: 1
  double (*threshold)(double beta, double noise_variance);     // β σ², above which a unit is active
  double (*water_level)(double beta, double noise_variance);   // θ = β σ²
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// bound.cpp: the bound, derived twice, and what its average over the data is.

// eq:elbo
void check_bound(lesson::Lesson& lesson, const Ingredients& use);

// eq:joint-kl
void check_joint_divergence(lesson::Lesson& lesson, const Ingredients& use);

// ---
// change_of_variables.cpp: the density of a sample, from that of its noise.

// eq:reparam-density
void check_change_of_variables(lesson::Lesson& lesson, const Ingredients& use);

// ---
// estimators.cpp: two estimators of the slope of an expectation, and their spread.

// claim:reparam
void check_estimators(lesson::Lesson& lesson, const Ingredients& use);

// The variances of both estimators of d/dm E cos(ωz), z ~ N(m, s²), by their closed forms.
struct Variances {
  double reparameterised, score;
};
Variances cosine_variances(double omega, Normal q);
// The same, measured: the variance of so many draws of each, by the tape.
Variances measured_cosine_variances(double omega, Normal q, int draws, std::uint64_t seed);

// ---
// two_noises.cpp: what the minibatch and what ε puts into a gradient.

// claim:noise
void check_two_noises(lesson::Lesson& lesson, const Ingredients& use);

// ---
// full_covariance.cpp: a posterior whose dimensions depend on each other.

// eq:full-cov
void check_full_covariance(lesson::Lesson& lesson, const Ingredients& use);

// ---
// many_samples.cpp: the bound of K samples, and what becomes of its gradients. Both have exact values for every K
// (exact_bounds.hpp), beside which they are sampled.

// eq:is-bound
void check_many_samples(lesson::Lesson& lesson, const Ingredients& use);

// claim:tighter
void check_tighter(lesson::Lesson& lesson, const Ingredients& use);

// ---
// ladder.cpp: bounds of a trained VAE whose decoder is no linear map.

// test:bound-ladder. The images are black and white, a VAE with two latent dimensions is trained on them.
void check_ladder(lesson::Lesson& lesson, const models::Dataset& digits, const Ingredients& use);

// ---
// mixture.cpp: a latent variable with few states, where nothing needs to be sampled.

// test:mixture-encoder
void check_mixture(lesson::Lesson& lesson, const models::Dataset& digits, const Ingredients& use);

// ---
// linear_checks.cpp: a linear VAE (linear_vae.hpp) on the 8×8 digits, whose optimum is known.

// test:ppca, test:collapse, test:rate-distortion: the optima that were reached, beside those of the theory.
void check_ppca(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached);
void check_collapse(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached,
                    const Ingredients& use);
void check_rate_distortion(lesson::Lesson& lesson, const Spectrum& spectrum, const std::vector<LinearOptimum>& reached,
                           const Ingredients& use);

// What is trained for them.
struct LinearRuns {
  std::vector<LinearOptimum> ppca, collapse, rate_distortion;
};
LinearRuns train_linear_vaes(lesson::Lesson& lesson, const Spectrum& spectrum, const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

// 10_gap.svg: log p(x) as a bar, made of ELBO and gap, for several encoders. 10_jensen: why E log w is below log E w.
void plot_gap(const plots::Output& output);
// 10_estimators: the variance of two gradient estimators for faster and faster cosines.
void plot_estimators(std::uint64_t seed, const plots::Output& output);
// 10_many_samples: how the gap closes with K. 10_signal: the signal-to-noise ratio of the gradients.
void plot_many_samples(const plots::Output& output);
// 10_mean_field: a correlated posterior and the best q without correlation.
void plot_mean_field(std::uint64_t seed, const plots::Output& output);
// 10_water, 10_staircase: the eigenvalues and the level, and how many are above it. 10_rate_distortion: the linear
// VAEs on the curve of reverse water-filling.
void plot_linear(const Spectrum& spectrum, const LinearRuns& runs, const plots::Output& output);

}  // namespace ch10
