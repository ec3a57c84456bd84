#pragma once
// What the parts of chapter 05 are called, in the order of its text. What stands under the name of a part is
// defined in that file; likelihood.hpp has the model and its gradients.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "chapters/05_minibatch_sgd/likelihood.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/minibatch.hpp"
#include "models/statistics/estimate.hpp"
#include "models/training/optimisers.hpp"
#include "plots/output.hpp"

namespace ch05 {

using lesson::numbers;

// ---
// estimator.cpp: what a minibatch estimates, and the two ways to its average. One is over every minibatch a sampler
// can draw, written out, so that there is no sampling error; the other over a great many that are drawn.

// The factor that multiplies the sum over a minibatch of M of N points.
using Factor = double (*)(int N, int M);
inline double n_over_m(int N, int M) { return 1.0 * N / M; }
inline double one(int, int) { return 1; }
inline double one_over_m(int, int M) { return 1.0 / M; }

// One number or several, computed from a minibatch.
using Statistic = std::function<Vector(Points)>;

// c(N, M) Σ_{j∈M} ∇log p(x_j), and c(N, M) Σ_{j∈M} log p(x_j). The model must outlive them.
Statistic gradient_estimate(const Model& model, Factor c);
Statistic value_estimate(const Model& model, Factor c);

// All minibatches that a sampler can draw, each equally likely.
using Batches = std::vector<std::vector<int>>;

// M neighbours in the order of the file, as a reader without shuffling gets them: from each of the N-M+1 places where
// they can start, or from each of N if the file is read as a circle.
Batches blocks(int N, int M);
Batches circular_blocks(int N, int M);

// π_j, the share of a sampler's minibatches that hold point j (twice, if it stands there twice): N numbers.
Vector inclusion(const Batches& all, int N);

// Σ_{j∈M} w_j ∇log p(x_j): with w_j = 1/π_j unbiased for any sampler with all π_j > 0 (Horvitz & Thompson 1952).
Statistic weighted_gradient(const Model& model, const Vector& weights);

// A statistic's distribution over equally likely minibatches: one row a minibatch, and their mean and covariance
// (with 1/n, since this is the whole distribution and no sample).
Matrix<double> outcomes(const Batches& all, const Statistic& statistic);
Vector mean(const Matrix<double>& outcomes);
Matrix<double> covariance(const Matrix<double>& outcomes);
// What theory says of the covariance of c Σ_{j∈M} g_j, for a statistic g of single points:
//   c² M S · correction,   S = (1/divisor) Σ_i (g_i - ḡ)(g_i - ḡ)ᵀ
// Right are divisor N, and the correction 1 with replacement, (N-M)/(N-1) without.
Matrix<double> predicted_covariance(const Statistic& g, int N, int M, double c, double correction, double divisor);

inline Vector expectation(const Batches& all, const Statistic& statistic) { return mean(outcomes(all, statistic)); }

// A minibatch for every draw 0, 1, 2, ... ; valid until the next one.
using Sampler = std::function<Points(std::uint64_t draw)>;

// Independent minibatches of M of N points, by the class that training uses: with replacement, or
// the first batch of a fresh permutation.
Sampler draws(int N, int M, models::Order order, std::uint64_t seed);

// Mean and standard error of a statistic over `count` draws.
models::RunningMeans sample(const Sampler& sampler, const Statistic& statistic, int count);

// The estimates c(N, M, m) Σ_{j∈M} ∇log p(x_j) of one epoch's minibatches, averaged with the weights m/N, the share of
// the points that a batch of m holds. It is exactly ∇log p(D) for c = N/m.
using LastFactor = double (*)(int N, int M, int m);
Vector epoch_average(const Model& model, models::Minibatches& batches, std::uint64_t epoch, LastFactor c);

// How the error of a mean falls with the number R of draws it is taken of: for each R the average of (mean - truth)²
// over `repeats` independent means, with its standard error. Unbiased draws give Var/R, biased ones stay at bias².
// Draws are of the equally likely numbers in `outcomes`.
std::vector<models::Estimate> squared_errors(const Vector& outcomes, double truth, std::span<const int> R, int repeats,
                                             std::uint64_t seed);

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  Model::Total total;                         // Σ over data points
  Factor factor;                              // N/M, of a minibatch
  Factor printed_factor;                      // the one that section 1.6 of the notes prints: none
  LastFactor last_factor;                     // N/m, of a short last batch of m
  Batches (*subsets)(int N, int M);           // every minibatch without replacement
  double (*correction)(int N, int M);         // (N-M)/(N-1), of the variance without replacement
  double (*divisor)(int N);                   // N, of S = (1/N) Σ (g - ḡ)(g - ḡ)ᵀ
  double (*weight)(double pi, int N, int M);  // 1/π_j, of a point that a sampler includes π_j times on average
  double (*divergence)(std::span<const double> data, std::span<const double> model);  // KL(p̂ ‖ p_θ)
  double (*floor)(double a, double h, double v);  // a v / (h (2 - a h)), where the error of SGD stays
  double (*decreasing)(double h, int t);          // 1 / (h t), the step that lets it fall to 0
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// proof.cpp: the argument on a few points, where everything can be written out. Sections 1.6, 1.6.1 and 1.6.1.1 of the
// notes, one equation after the other.

// D under N(x; 0, 1): there ∇log p(x) = x, so that everything can be followed by hand, and ∇log p(D) = 20.
struct Example {
  std::vector<double> x{1, 2, 3, 4, 10};
  int M = 2;            // points in a minibatch
  int draws = 100'000;  // minibatches, where they are drawn and not enumerated
  int N() const { return x.size(); }
};

// eq:ml-kl: the likeliest model is the one closest to the data, in the sense of KL(data ‖ model).
void maximum_likelihood(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:loglik-d, eq:loglik-m, eq:sgd-unbiased: the log-likelihoods of D and of M, and what the notes first say of them.
void log_likelihoods(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:minibatch-value: the mean over a minibatch stands for the mean over the data.
void minibatch_value(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:grad-sum, eq:scaled: a sum of gradients is the gradient of the sum, and a factor may stand inside or outside.
void two_rules(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:expectation: the proof, line by line.
void unbiasedness(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// eq:coefficient: what the factor N/M does, for any M, and what takes its place when the sampler is not fair.
void coefficient(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// How the checks call an enumeration: "every subset (10 of 10)", "every ordered pair (25 of 25)".
std::string every_subset(const Batches& all);
std::string every_choice(const Batches& all);

// ---
// spread.cpp: how far off one minibatch is, with two parameters and with the 7,850 of softmax regression on MNIST.

// eq:minibatch-grad, with two parameters: the mean is a vector, the spread a matrix. Returns the equation, for what a
// real model adds to it.
lesson::Equation spread(lesson::Lesson& lesson, const Example& example, const Ingredients& use);

// z = (mean of the drawn estimates - ∇log p(D)) / its standard error, of every parameter whose gradient varies.
struct ZScores {
  std::vector<double> uniform;   // every image equally likely
  std::vector<double> balanced;  // every class equally likely, then an image of it: biased
};

// The images that fill whole minibatches of M; their labels are numbered 0, 1, ... as they occur. Throws
// std::invalid_argument unless there is one minibatch, with two images of each label.
models::Dataset whole_minibatches(const models::Dataset& all, int M);

// Adds to `equation` (eq:minibatch-grad) that the mean over `minibatches` minibatches of M images agrees with the full
// gradient, parameter by parameter; how a class-balanced sampler is biased; and how weights repair it. Uses as many
// whole minibatches of `images` as there are. Throws std::invalid_argument if that is none, or leaves a class with
// less than two images.
ZScores check_real_model(lesson::Lesson& lesson, lesson::Equation equation, const models::Dataset& images, int M,
                         int minibatches, const Ingredients& use);

// ---
// sgd.cpp: SGD where theory knows every step, and on softmax regression. In the first case θ is the mean of
// N(x; θ, 1/h), so that the loss is a parabola,
//   L(θ) = -(1/N) log p(D) = ½ h (θ - x̄)² + const.

enum class Picking {
  with_replacement,  // every minibatch anew, with replacement
  subset,            // every minibatch anew, without replacement
  epochs,            // a shuffled epoch cut into minibatches; M divides N
};

struct SgdSettings {
  std::vector<double> x{1, 2, 3, 4, 10};
  double h = 1;  // the loss' second derivative, 1 over the model's variance
  int M = 1;     // points in a minibatch
  Picking picking = Picking::subset;
  std::function<double(int t)> step = [](int) { return 0.1; };  // a, of step t = 1, 2, ...
  double start = 0;                                             // θ before the first step
  int steps = 200;
  int chains = 2000;  // independent runs, side by side
};

// L(θ_t) - min L after t = 0 .. steps steps: the mean over the chains, with its standard error. All gradients are the
// tape's: one record for all chains.
std::vector<models::Estimate> simulate(const SgdSettings& settings, std::uint64_t seed);

// The variance v of the gradient of a minibatch's loss: h² S² / M, times (N-M)/(N-1) without replacement. S² is the
// variance of x with 1/N.
double gradient_variance(const SgdSettings& settings);

// What the mean over all runs is, exactly, for minibatches drawn anew:
//   E (θ_{t+1} - x̄)² = (1 - a h)² E (θ_t - x̄)² + a² v          gap = ½ h E (θ_t - x̄)²
std::vector<double> predict(const SgdSettings& settings);

// The mean squared error at the ends of many shuffled epochs of B = N/M constant steps a. The noise of an epoch adds
// up to 0, so that only the order in which it came is left:
//   u = 1 - a h,    a² v B/(B-1) ( Σ_k u^2k - (Σ_k u^k)² / B ) / (1 - u^2B),    k = 0 .. B-1
double epochs_floor(const SgdSettings& settings, double a);

// eq:sgd-floor and claim:decreasing-steps.
void convergence(lesson::Lesson& lesson, const SgdSettings& settings, const Ingredients& use);

// Softmax regression, as everyone trains: shuffled epochs, in float.
struct TrainingSettings {
  int M = 100;              // images in a minibatch
  double first_step = 0.1;  // a
  bool decreasing = false;  // a falls to 0 along a cosine, or stays
  int epochs = 20;
};

// The loss -(1/N) log p(D), in nats an image, over all images, after 0, 1, ..., epochs epochs.
std::vector<double> training_losses(const models::Dataset& images, const TrainingSettings& settings,
                                    std::uint64_t seed);

// ---
// figures.cpp: the chapter's figures.

// 05_minibatches: the gradient estimate of every subset, with and without N/M, and what they average to.
void plot_minibatches(const Example& example, const plots::Output& output);
// 05_error: the error of the mean of R estimates falls like 1/√R, or stays where a bias is.
void plot_errors(const Example& example, std::uint64_t seed, const plots::Output& output);
// 05_z_scores: softmax regression's z-scores under three samplers, over the standard normal density.
void plot_z_scores(const ZScores& z, const plots::Output& output);
// 05_batch_sizes, 05_step_sizes: the loss gap by step, with the floors of the theory.
void plot_convergence(const SgdSettings& settings, std::uint64_t seed, const plots::Output& output);
// 05_training: the loss of softmax regression by epoch, for several minibatches and steps.
void plot_training(const models::Dataset& images, std::uint64_t seed, const plots::Output& output);

}  // namespace ch05
