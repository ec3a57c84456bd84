#pragma once
// What the parts of chapter 08 are called, in the order of its text. What stands under the name of a part is
// defined in that file; linear_gaussian.hpp has the model that they are tried on.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "chapters/08_intractability/linear_gaussian.hpp"
#include "chapters/08_intractability/logistic_posterior.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/inference/annealing.hpp"
#include "models/inference/laplace.hpp"
#include "models/inference/mcmc.hpp"
#include "models/inference/variational.hpp"
#include "plots/output.hpp"

namespace ch08 {

// How much is drawn.
struct Sizes {
  int draws = 1'000'000;           // of z, for each estimate of an integral
  int harmonic_draws = 3'000'000;  // for the harmonic mean
  int chains = 200;                // side by side
  int length = 1000;               // transitions of each
  int temperatures = 100;          // between prior and posterior
};

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one.

struct Ingredients {
  double (*second_moment)(double sigma, int k);          // E[p̂²]/p² of one prior draw, at x = 0
  double (*log_weight)(double log_joint, double log_q);  // log p(x, z) - log q(z)
  Matrix<double> (*posterior)(const LinearGaussian&, int n, std::uint64_t seed);  // n exact draws of p(z|x)
  double (*temperature)(double beta);         // β, of the density p_β that is averaged over
  double (*leapfrog_variance)(double step);   // 1/(1 - ε²/4)
  bool accept;                                // whether HMC has its acceptance step
  double (*effective)(double N, double rho);  // N (1 - ρ)/(1 + ρ)
  double prior_of_theta;                      // 1: log p(D, θ) contains log p(θ) once
};

Ingredients right();
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// integral.cpp: p(x) as an integral over z.

// A mean over draws of z ~ N(0, I_d), which are made a batch at a time: f gets n×d and returns n numbers.
models::Estimate prior_mean(Eigen::Index d, int draws, std::uint64_t seed,
                            const std::function<Eigen::ArrayXd(const Matrix<double>& z)>& f);

// E[p̂⁴]/p⁴ of one prior draw for copies(k, σ) at x = 0, from which comes the standard error of a measured E[p̂²]/p²:
//   E[w⁴] = (2πσ²)^-2k (1 + 4/σ²)^-k/2,   p = (2π (1 + σ²))^-k/2
double fourth_moment(double sigma, int k);

// eq:intractable, one way after the other: draws of the prior, a grid, draws of a better density; and what is
// tractable after all.
void prior_draws(const Sizes& sizes, const Ingredients& use, std::uint64_t seed, lesson::Equation& equation);
void grid(lesson::Equation& equation);
void importance(const Sizes& sizes, const Ingredients& use, std::uint64_t seed, lesson::Equation& equation);
void tractable(lesson::Equation& equation);
void intractable_integral(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);

// claim:harmonic-mean.
void harmonic_mean(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);

// ---
// chains.cpp: z from p(z | x).

// claim:accept, eq:ess, and claim:mcmc with variational inference beside it.
void acceptance_step(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);
void effective_draws(lesson::Lesson& lesson, const Ingredients& use);
void posterior_of_z(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);

// z ~ N(0, I₂), x | z ~ N(‖z‖², σ²): a posterior in the shape of a ring. Up to a constant.
struct Ring {
  double x = 2.5, sigma = 0.35;
  models::LogJoint log_joint() const;
};

// ---
// bridges.cpp: eq:thermodynamic, log p(x) by way of densities between the prior and the posterior.

// E[ log p(x|z) ] under p_β(z) ∝ p(z) p(x|z)^β, for one latent number, by quadrature over z.
double mean_log_likelihood(const LinearGaussian& model, double beta);

// Means of log w of annealed importance sampling with T temperatures, from below and from above.
struct Sandwich {
  models::Estimate below, above;
};
Sandwich sandwich(const LinearGaussian& model, int T, const Sizes& sizes, const Ingredients& use, std::uint64_t seed);

void thermodynamic(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);

// ---
// parameters.cpp: claim:posterior-theta, p(θ | D).

// A posterior of two numbers on a fine grid of Gauss's points: log p(D), means, standard deviations.
struct OnGrid {
  double log_evidence = 0;
  Eigen::Vector2d mean, sd;
};
OnGrid integrate(const LogisticPosterior& posterior);

// What the figure shows of it.
struct ThetaPosterior {
  LogisticPosterior model;
  OnGrid exact;
  models::Laplace laplace;
  models::VariationalFit vi;
  std::vector<Matrix<double>> draws;
};
ThetaPosterior posterior_of_theta(lesson::Lesson& lesson, const Sizes& sizes, const Ingredients& use);

// ---
// figures.cpp: the chapter's figures.

void plot_variance(const Sizes& sizes, std::uint64_t seed, const plots::Output& output);  // 08_variance
void plot_narrow(const plots::Output& output);                                            // 08_narrow
void plot_grid(const plots::Output& output);                                              // 08_grid
void plot_path(std::uint64_t seed, const plots::Output& output);                          // 08_path
void plot_variational(std::uint64_t seed, const plots::Output& output);                   // 08_variational
void plot_sandwich(const Sizes& sizes, std::uint64_t seed, const plots::Output& output);  // 08_sandwich
void plot_theta(const ThetaPosterior& theta, const plots::Output& output);                // 08_theta

}  // namespace ch08
