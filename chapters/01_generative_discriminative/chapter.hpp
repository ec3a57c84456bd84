#pragma once
// What the parts of chapter 01 are called, in the order of its text. What stands under the name of a part is defined
// in that file; problems.hpp has the data.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "chapters/01_generative_discriminative/problems.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/gaussian_discriminant.hpp"
#include "models/statistics/estimate.hpp"
#include "plots/output.hpp"

namespace ch01 {

// A rate in per cent with its standard error, as wide as a column of the tables.
std::string percent_column(models::Estimate rate);

using models::Estimate;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  double (*prior)(double log_prior);                                    // log π, as Bayes' rule takes it
  models::AffineScores (*affine)(const models::GaussianDiscriminant&);  // W and b of the posterior
  double (*error)(const Problem&, std::uint64_t draw, const Rule&, const Labelled& training);  // on other points
  double (*intercept_variance)(double delta);    // N Var β̂₀ of the normal model: 4 + Δ²
  double (*score)(double x, double m);           // ∂ log p(x) / ∂m of an unlabelled point: x tanh(mx) - m
  double (*labelled_weight)(int labelled);       // of a labelled point, where an unlabelled one counts 1: also 1
  double (*critical_share)(double c, double E);  // 1 / ((1 + c²) E), where unlabelled data turn the fit away
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// bayes.cpp: Bayes' rule makes a classifier.

// claim:bayes, with four numbers on paper, with two normal classes, and with ten classes of digits.
void bayes_rule(lesson::Lesson& lesson, const Labelled& train, const Labelled& test, const Ingredients& use);

// ---
// learning_curves.cpp: the error of both kinds of model by the number of points they learn from.

struct Sizes {
  std::vector<int> m;  // points to learn from
  int draws = 200;     // training sets of each size
  double floor = 0;    // added to naive Bayes's variances
  double ridge = 0.1;  // of logistic regression
};

// The errors of every draw: draws × sizes. Both models of a draw learn from the same points, so that the luck of the
// draw cancels in their difference.
struct LearningCurves {
  std::vector<int> m;
  Matrix<double> generative, discriminative;  // naive Bayes, logistic regression
  Matrix<double> difference() const { return generative - discriminative; }
};
LearningCurves learning_curves(const Problem& problem, const Sizes& sizes, const Ingredients& use);

// The mean of each column over the rows, with its standard error.
std::vector<Estimate> column_means(const Matrix<double>& of_draws);

// Where the curves cross: the size m at which the mean difference goes from below 0 to above, on a straight line in
// log m between the last size at which it is below and the next. Its standard error is the jackknife's, over the
// draws. NaN where they do not cross.
Estimate crossover(const LearningCurves& curves);

// claim:asymptotic, first where the best error is known, for right and wrong assumptions, then on images.
struct Comparison {
  LearningCurves right, wrong, digits, five_or_nine, mnist;
};
struct Images {
  Labelled digits;                   // all 1797
  Labelled mnist_train, mnist_test;  // 7×7
  int a = 3, b = 8;                  // the pair
};
struct Effort {
  int draws = 200;     // training sets of each size
  int most = 5000;     // images of MNIST to learn from: 250 to 5000
  double ridge = 0.1;  // of logistic regression on images
};
Comparison asymptotic(lesson::Lesson& lesson, const Images& images, const Effort& effort, const Ingredients& use);

// All 45 pairs of digits: the error of naive Bayes minus that of logistic regression.
struct PairGain {
  int a, b;
  Estimate few, many;  // from 10 images and from 250
};
std::vector<PairGain> all_pairs(const Labelled& digits, int draws, std::uint64_t seed);

// ---
// efficiency.cpp: what the generative model gains where it is right.

// E[f(X)], X ~ N(0, 1): the trapezoidal rule with steps of 1/32 over |x| <= 12. For a smooth f its error lies below
// rounding.
double normal_mean(const std::function<double(double)>& f);

// Efron's efficiency of logistic regression for classes N(±Δ/2, 1):    (1 + Δ²/4) exp(-Δ²/8) E[ sech(ΔX/2) ]
double efron(double delta);

// claim:efron
void efficiency(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// unlabelled.cpp: what a point without a label is worth, and a case in which such points do harm. The model of both
// has two classes, N(±μ, I), each with probability ½, so that p(y = 1 | x) = sigmoid(2 xᵀμ).

// The maximum over μ of w Σ_labelled log p(x, y) + Σ_unlabelled log p(x), by EM from the mean of the labelled:
//   μ ← [ w Σ_l y x + Σ_u x tanh(xᵀμ) ] / (w N_l + N_u),    y = ±1
// signed_x: N_l×d, the rows y x. x: N_u×d.
Vector fit_means(const Matrix<double>& signed_x, const Matrix<double>& x, double w);

// I_u / I_l, the Fisher information of an unlabelled point over that of a labelled one:  E[ (x tanh(mx) - m)² ]
double worth(double delta, const Ingredients& use);

// claim:unlabelled-worth
void unlabelled_worth(lesson::Lesson& lesson, int draws, const Ingredients& use);

// Class y = ±1 moves x₁ ~ N(y, 1); x₂ ~ N(±c, 1) falls into two clusters that tell nothing of the class.
// Endless data, a share λ of it unlabelled: what one EM step makes of μ, the best μ, and the error of the sign of xᵀμ.
//   μ ← (1 - λ) E[y x] + λ E[x tanh(xᵀμ)]
Vector endless_step(const Vector& mu, double share, double c);
Vector best_means(double share, double c);
double cluster_error(const Vector& mu, double c);
double critical_share(double c, const Ingredients& use);  // λ_c, above which μ turns away from x₁

// The same error after learning from N points, draw by draw.
Vector drawn_errors(double share, double c, int N, int draws, std::uint64_t seed, const Ingredients& use);

// claim:unlabelled-hurts
void unlabelled_hurts(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// semi.cpp: ten classes of digits, few of them labelled.

// A generative classifier: log p(x, y = k) as n×K, and what its floor or ridge subtracts from the log-likelihood for
// each unit of weight it was fitted to.
struct Generative {
  std::function<Matrix<double>(const Matrix<double>& x)> log_joint;
  double penalty;
};
// From x: n×d and the weights of the classes: n×K.
using Fit = std::function<Generative(const Matrix<double>& x, const Matrix<double>& weights)>;
Fit naive_bayes(double floor);
Fit discriminant(double ridge);

// EM. A label is a weight that is known; the E step fills in the others by Bayes' rule.
//   E   Wᵢₖ = w for the label, 0 for others, of labelled points;      Wᵢₖ = p(y = k | xᵢ) of unlabelled points
//   M   fit(x, W)
// until the objective, w Σ_l log p(x, y) + Σ_u log p(x) minus the penalty, rises by less than `tolerance`.
struct SemiSupervised {
  Generative labelled_only, model;
  std::vector<double> objective;  // before each M step but the first, nats
};
SemiSupervised expectation_maximisation(const Labelled& labelled, const Matrix<double>& unlabelled, int classes,
                                        const Fit& fit, double w, double tolerance);

// The errors on test images with `labels` labels, as many of each class: means over draws with standard errors.
struct SemiCurve {
  std::vector<int> labels;
  std::vector<Estimate> alone, with_unlabelled, gain;  // gain: alone minus with_unlabelled, paired
  bool never_fell = true;                              // no objective of any draw
};
SemiCurve semi_curve(const Labelled& train, const Labelled& test, const std::vector<int>& labels, int draws,
                     const Fit& fit, std::uint64_t seed, const Ingredients& use);
// Softmax regression from the labelled images alone.
std::vector<Estimate> softmax_curve(const Labelled& train, const Labelled& test, const std::vector<int>& labels,
                                    int draws, std::uint64_t seed);

// claim:semi
struct SemiCurves {
  SemiCurve discriminant, naive_bayes;
};
SemiCurves semi_supervised(lesson::Lesson& lesson, const Labelled& train, const Labelled& test, int draws,
                           const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

void plot_bayes(const plots::Output& output);       // 01_bayes: densities, shares and posterior of two normal classes
void plot_boundaries(const plots::Output& output);  // 01_boundaries: both kinds of model on one sample
void plot_samples(const Labelled& train, std::uint64_t seed, const plots::Output& output);  // 01_samples
void plot_learning(const Comparison& curves,
                   const plots::Output& output);  // 01_right, _wrong, _digits, _5_or_9, _mnist
void plot_pairs(const std::vector<PairGain>& pairs, const plots::Output& output);  // 01_pairs
void plot_efficiency(const plots::Output& output);                                 // 01_efficiency
void plot_semi(const SemiCurves& curves, const std::vector<Estimate>& softmax, const plots::Output& output);
void plot_hurts(int draws, std::uint64_t seed, const plots::Output& output);  // 01_hurts: the error by the share

}  // namespace ch01
