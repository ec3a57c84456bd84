#pragma once
// What the parts of chapter 07 are called, in the order of its text. What stands under
// the name of a part is defined in that file.

#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "autograd/parameters/watched.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/data/dataset.hpp"
#include "models/deep_latent_variable_model.hpp"
#include "models/inference/quadrature.hpp"
#include "models/sigmoid_belief_net.hpp"
#include "models/statistics/estimate.hpp"
#include "plots/output.hpp"

namespace ch07 {

using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Tape;
using autograd::Var;
using autograd::Watched;
using models::DeepLatentVariableModel;
using models::Quadrature;
using Numbers = std::vector<double>;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  // p(z) of one dimension, as points and weights.
  Quadrature (*prior)(int n);
  // x of an ancestral draw, from the mean that the decoder gives for z, and noise: f(z) + σ ε.
  double (*draw)(double mean, double sigma, double epsilon);
  // What a decoder is told of the class y: 1 at the class, 0 elsewhere; 1×classes.
  Matrix<double> (*context)(Index label, Index classes);
  // The weights of Fisher's identity, a row for each x: p(z_k | x), from log p(x, z_k).
  Matrix<double> (*weights)(const Matrix<double>& log_joint);
  // P(|a tanh(b z)| < a/2) for z ~ N(0,1).
  double (*between)(double b);
  // What turns a code of two dimensions by an angle and keeps its lengths; codes are rows, z R.
  Matrix<double> (*rotation)(double angle);
  // p(z) of two dimensions, n points in each.
  Quadrature (*prior_of_two)(int n);
  // log s²(z) / v of a decoder with a free variance, where t in [0, 1] says how far z is on one point's side.
  double (*log_variance)(double t, double alpha);
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// one_dimension.cpp: z a number, x a number. What a bent line makes of a normal distribution.

// x | z ~ N(a tanh(b z), σ²), z ~ N(0,1).
struct TanhDecoder {
  double a = 2, b = 3, sigma = 0.4;
  double mean(double z) const { return a * std::tanh(b * z); }
};

// p(x) = Σ_k w_k N(x; f(z_k), σ²), and P(X <= x) likewise.
double density(const TanhDecoder& decoder, double x, const Quadrature& prior);
double distribution(const TanhDecoder& decoder, double x, const Quadrature& prior);

// Ancestral draws: first z, then x given z.
struct Draws {
  Numbers z, x;
};
Draws ancestral(const TanhDecoder& decoder, int n, std::uint64_t seed, const Ingredients& use);

// The prior N(z; 0, 1) as points and weights: points[i] of them, Gauss-Legendre's, from ends[i] to ends[i + 1]. For a
// decoder that changes quickly at one place.
Quadrature prior_in_pieces(const Numbers& ends, const std::vector<int>& points);

// eq:factorised, where everything can be computed: the marginal is a density, and ancestral draws follow it.
void simple_factors(lesson::Lesson& lesson, int draws, const Ingredients& use);

// claim:connected: what slope has to do with a gap between two modes.
void connected(lesson::Lesson& lesson, int draws, const Ingredients& use);

// P(|f(z)| < c) is at least this for any f on z ~ N(0, I) that changes by at most `slope` times the change of z, if it
// is above c as often as it is below -c:   erf( c / (slope √2) )
double least_between(double c, double slope);

// ---
// moons.cpp: x two numbers, z one. A network learns a complex p*(x), by the exact log-likelihood.

// p*(x): a point on one of two half circles, anywhere on it, and normal noise.
// n draws, n×2; log p*, n×1 by quadrature.
Matrix<double> draw_moons(int n, std::uint64_t seed);
Matrix<double> log_moons(const Matrix<double>& x);

struct MoonsSettings {
  int data = 1000, steps = 1500, points = 250;  // points of the quadrature that it is trained with
  std::vector<Index> hidden{24, 24};
};

// A model and its parameters.
struct Deep {
  Parameters<double> parameters;
  std::unique_ptr<DeepLatentVariableModel<double>> model;
  Numbers losses{};  // -(1/N) log p(D) before each step of training

  // log p(x) of every row, n×1, and f(z).
  Matrix<double> log_prob(const Matrix<double>& x, const Quadrature& rule,
                          const Matrix<double>& y = Matrix<double>(1, 0)) const;
  Matrix<double> decode(const Matrix<double>& z, const Matrix<double>& y = Matrix<double>(1, 0)) const;
  double sigma() const;  // of a Gaussian likelihood
};

Deep train_moons(const Matrix<double>& x, const MoonsSettings& settings, std::uint64_t seed);

// eq:factorised, for a trained network; and what too few points of a quadrature pretend.
Deep learn_moons(lesson::Lesson& lesson, const MoonsSettings& settings, int draws);

// ---
// belief_net.cpp: z some units that are 0 or 1. The sum over all their states is exact.

// eq:fisher-identity, on a belief net of 2^15 hidden states and on the deep model of the moons.
void fisher_identity(lesson::Lesson& lesson, const Deep& moons, const Ingredients& use);

struct TrainedBelief {
  Parameters<double> parameters;
  std::unique_ptr<models::SigmoidBeliefNet<double>> net;
  std::vector<Index> hidden;
  Numbers losses;  // -(1/N) log p(D) before each step
  Matrix<double> log_prob(const Matrix<double>& x) const;
};

// Black and white digits, 0 and 1: the same ones for every model of the chapter.
struct Digits {
  Matrix<double> train, test;  // n×64
  std::vector<int> train_labels, test_labels;
  Matrix<double> means;  // 1×64, of the training images, kept off 0 and 1
};
Digits black_and_white(const models::TrainTest& data, std::uint64_t seed);

TrainedBelief train_belief(const Digits& digits, const std::vector<Index>& hidden, int steps, std::uint64_t seed);

// eq:factorised, with belief nets of one and of two hidden layers trained on digits.
std::vector<TrainedBelief> belief_nets(lesson::Lesson& lesson, const Digits& digits, int steps);

// ---
// digits.cpp: p(x, z | y), a model of images that is told the class.

struct DigitsSettings {
  int steps = 300, points = 15;  // points of the quadrature, in each of two dimensions
  Index hidden = 30;
};

// With a context of ten classes, or without (log p(x) of all images alike).
Deep train_digits(const Digits& digits, bool with_context, const DigitsSettings& settings, std::uint64_t seed,
                  const Ingredients& use);

// eq:factorised, conditioned: p(x, z | y) = p(z) p(x | z, y).
Deep conditional(lesson::Lesson& lesson, const Digits& digits, const DigitsSettings& settings, int draws,
                 const Ingredients& use);

// ---
// rotation.cpp: p(x) says nothing of the axes of z.

inline double radians(double degrees) { return degrees / 180 * std::numbers::pi; }

// z turned by an angle that grows with its length: the density N(z; 0, I) does not notice.
Matrix<double> swirl(const Matrix<double>& z, double strength);

// The same model with another code: f'(z) = f(z R), by R in the first layer's weights.
void turn_code(Deep& deep, const Matrix<double>& R);

// claim:rotation.
void rotation(lesson::Lesson& lesson, const Ingredients& use);

// ---
// free_variance.cpp: a variance that the decoder chooses for each z.

// log p(D) of x | z ~ N(m + (x_1 - m) t, s²(z)) with t = ½ (1 + tanh(c z)): a decoder that gives half of p(z) to the
// first point. m and v are mean and variance of the data; c grows with alpha.
double one_point_log_likelihood(std::span<const double> x, double alpha,
                                double (*log_variance)(double t, double alpha));

// log s²(z) / v as α grows: it falls on the one point's side alone; it stops at a floor ξ v; it falls for all z.
inline constexpr double kFloor = 0.01;
double free_log_variance(double t, double alpha);
double floored_log_variance(double t, double alpha);
double shared_log_variance(double t, double alpha);

Numbers twenty_points(std::uint64_t seed);

// claim:free-variance.
void free_variance(lesson::Lesson& lesson, const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

// 07_slide, 07_joint: p(x|z) for a moving z, and the marginal; the joint density.
void plot_slide(const plots::Output& output);
// 07_gap: the share between two modes against the slope.
void plot_gap(const plots::Output& output);
// 07_moons, 07_moons_slide: data, the curve that the decoder draws, and p(x|z) for a moving z and the marginal.
void plot_moons(const Deep& moons, const MoonsSettings& settings, std::uint64_t seed, const plots::Output& output);
// 07_belief_training, 07_belief_samples: -(1/N) log p(D) by step, and draws beside data.
void plot_beliefs(const std::vector<TrainedBelief>& nets, const Digits& digits, std::uint64_t seed,
                  const plots::Output& output);
// 07_digits: E[x|z, y] for each class and a moving z; 07_rotation: the same digit along the axes of two codes.
void plot_digits(const Deep& deep, const plots::Output& output);
// 07_free_variance: log p(D) against α.
void plot_free_variance(std::uint64_t seed, const plots::Output& output);

// A matrix as the numbers that a check takes.
inline std::span<const double> numbers(const Matrix<double>& matrix) {
  return {matrix.data(), std::size_t(matrix.size())};
}

}  // namespace ch07
