#pragma once
// What the parts of chapter 02 are called, in the order of its text. What stands under the name of a part is
// defined in that file; densities.hpp has the distributions of one number.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "chapters/02_probabilistic_models/densities.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/conditional_networks.hpp"
#include "plots/output.hpp"

namespace ch02 {

using autograd::Parameters;
using autograd::Watched;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  // A draw, made of a uniform number u and a standard normal one ε.
  double (*normal)(double mean, double sd, double epsilon);       // mean + sd ε
  int (*state)(std::span<const double> p, double u);              // the first k with p₀ + ... + pₖ > u
  double (*mixture)(const Mixture& p, double u, double epsilon);  // from one component, which u chooses
  double (*change_of_unit)(double a);                             // what log p gains if x is replaced by a x: -log a
  double (*divergence)(std::span<const double> p, std::span<const double> q);  // KL(p ‖ q)
  double (*distance)(std::span<const double> p, std::span<const double> q);    // ½ Σ |p - q|
  double (*best_variance)(const Mixture& p);        // of the normal q with the least KL(p ‖ q)
  double (*log_ratio)(double log_p, double log_q);  // what KL(p ‖ q) averages over x ~ p
  double (*information)(double p);                  // of y about its log-odds: p (1 - p)
  double (*deviation)(double log_var);              // exp(½ log_var)
  double (*log_integral)(double logit);             // log ∫₀¹ λˣ (1-λ)¹⁻ˣ dx, the continuous Bernoulli's
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// sampling.cpp: a model is something that can be drawn from; and what a density is not.

// n draws, by the seed. A state is a number 0 .. K-1.
Numbers draw(const Mixture& p, int n, std::uint64_t seed, const Ingredients& use);
std::vector<int> draw(std::span<const double> p, int n, std::uint64_t seed, const Ingredients& use);

// eq:model: means, variances, frequencies, and whole distributions of draws.
void check_draws(lesson::Lesson& lesson, int draws, const Ingredients& use);

// claim:density-above-one: a density above 1, a negative entropy, and what a change of unit does.
void check_densities(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// discrete.cpp: p* over eight states, fitted by SGD.

inline const Numbers kStates{0.30, 0.22, 0.15, 0.12, 0.09, 0.06, 0.04, 0.02};  // p*

Numbers softmax(std::span<const double> theta);

struct StateFit {
  Numbers step;                         // at which the rest was looked at: 0, 1, 2, 3, 5, 7, 10, ...
  Numbers forward, backward, distance;  // KL(p* ‖ p_θ), KL(p_θ ‖ p*), total variation
  Numbers p;                            // p_θ after the last step
};

// Minimises -E[ log p_θ(x) ] over θ, p_θ = softmax θ, from θ = 0. Each step sees a minibatch of M draws from p*, or p*
// itself for M = 0.
StateFit fit_states(int M, int steps, std::uint64_t seed, const Ingredients& use);

// The mean over so many runs, each with draws of its own: step, forward and distance.
StateFit mean_fit(int runs, int M, int steps, std::uint64_t seed);

// eq:approx on eight states.
void check_states(lesson::Lesson& lesson, int datasets, const Ingredients& use);

// ---
// continuous.cpp: p* is a mixture of two normals. One family of models holds it, another does not.

inline const Mixture kTruth{.weight = {0.3, 0.7}, .mean = {-2, 1.5}, .sd = {0.5, 1}};  // p*

struct DensityFit {
  Numbers step, divergence;  // KL(p* ‖ p_θ) by the number of steps
  Mixture model;             // after the last
};

// Maximum likelihood for a mixture of K normals by Adam, on the tape.
DensityFit fit_density(std::span<const double> x, int K, int steps);

// eq:approx for a density.
void check_density_fits(lesson::Lesson& lesson, int draws);

// ---
// direction.cpp: one normal for two peaks. The two divergences have different best fits.

inline const Mixture kTwoPeaks{.weight = {0.5, 0.5}, .mean = {-2, 2}, .sd = {0.5, 0.5}};  // p

struct Normal {
  double mean, variance;
};

// The normal q with the least KL(q ‖ p) that Adam on the tape finds from mean `start` and variance 1; and the one that
// a search without derivatives finds for means above 0.
Normal best_for_backward(const Mixture& p, double start);
Normal searched_for_backward(const Mixture& p);

// The least divergence of a normal with this mean, whatever its variance: KL(p ‖ q) and KL(q ‖ p).
double least_forward(const Mixture& p, double mean);
double least_backward(const Mixture& p, double mean);

// claim:kl-direction.
void check_direction(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// logistic.cpp: a conditional model with a known truth, log p(y=1|x) / p(y=0|x) = β* · (1, x₁, x₂).

// eq:conditional: the estimate is as far off as theory says.
void check_logistic(lesson::Lesson& lesson, int datasets, const Ingredients& use);

// ---
// networks.cpp: a network as the parameters of a distribution, on data x ~ uniform on (-3, 3) whose p*(y|x) is known.

inline constexpr double kEdge = 3, kBeyond = 6;  // data lie in ±kEdge; figures and checks go on to ±kBeyond

// p*(y|x) of the classification: softmax(2 sin 1.5x, 2 cos 1.5x, 0).
Numbers true_classes(double x);
// p*(y|x) of the regression: N(sin 2x, σ*(x)²), with σ*(x) = 0.05 + ½ sigmoid(2x).
double true_mean(double x);
double true_deviation(double x);

struct NetworkSettings {
  int data = 3000, steps = 6000, fresh = 20'000;  // points to learn from, steps of Adam, points to judge by
};

// One network each, trained by maximum likelihood.
class Classifier {
 public:
  Classifier(const NetworkSettings& settings, std::uint64_t seed);
  // p_θ(y = k | x), one row a point: n×3.
  Matrix<double> probabilities(std::span<const double> x) const;

 private:
  Parameters<double> theta_;
  models::CategoricalNetwork network_;
};

enum class Variance { own, common };  // of each x, from the network; or one number for all x

class Regression {
 public:
  Regression(const NetworkSettings& settings, Variance variance, std::uint64_t seed);
  // mean and log variance, one row a point: n×2.
  Matrix<double> outputs(std::span<const double> x) const;

 private:
  models::NormalNetwork::Output<double> output(const Watched<double>& theta, const Var<Matrix<double>>& x) const;

  Parameters<double> theta_;
  models::NormalNetwork network_;
  autograd::Slot common_log_variance_;
  Variance variance_;
};

struct Networks {
  Classifier classifier;
  Regression regression, common_variance;
};
Networks train_networks(const NetworkSettings& settings, std::uint64_t seed);

// n points x, uniform on ±kEdge, and a y for each from p*(y|x). `number` tells apart what is learned from and what is
// judged by.
struct Labelled {
  Numbers x;
  std::vector<int> y;
};
struct Measured {
  Numbers x, y;
};
Labelled labelled(int n, std::uint64_t seed, std::uint64_t number);
Measured measured(int n, std::uint64_t seed, std::uint64_t number);

// KL(p*(y|x) ‖ p_θ(y|x)) at each x.
Numbers divergences(const Classifier& classifier, std::span<const double> x);
Numbers divergences(const Regression& regression, std::span<const double> x);

// ---
// network_checks.cpp

// eq:conditional.
void check_classifier(lesson::Lesson& lesson, const Classifier& classifier, const NetworkSettings& settings);
void check_regression(lesson::Lesson& lesson, const Networks& networks, const NetworkSettings& settings,
                      const Ingredients& use);
// "For any x", which the notes ask for: does not hold where there were no data.
void check_beyond(lesson::Lesson& lesson, const Networks& networks);

// ---
// grey.cpp: a grey pixel x in [0, 1].

// claim:grey-bernoulli: the Bernoulli formula is no density there; divided by its integral it is one.
void check_grey(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

// 02_densities: three normal densities. 02_draws: draws of a mixture, and its density.
void plot_densities(std::uint64_t seed, const plots::Output& output);
// 02_states: the divergences by step of SGD on M draws, the mean of 20 runs.
void plot_states(const StateFit& mean, int M, const plots::Output& output);
// 02_fits, 02_fits_kl: a density, two fits; their divergence by step.
void plot_fits(std::uint64_t seed, const plots::Output& output);
// 02_direction, 02_direction_kl: two peaks and the best normals; the least divergence by the normal's mean.
void plot_direction(const plots::Output& output);
// 02_classifier, 02_regression, 02_common_variance, 02_beyond: what the networks say, on the data and beyond.
void plot_networks(const Networks& networks, std::uint64_t seed, const plots::Output& output);
// 02_grey: the Bernoulli formula on [0, 1], before and after it is divided by its integral.
void plot_grey(const plots::Output& output);

}  // namespace ch02
