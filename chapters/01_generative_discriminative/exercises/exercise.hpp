#pragma once
// The exercises of chapter 01: Bayes' rule, and what generative and discriminative models gain and lose. Write the
// bodies in exercise.cpp beside this file, then
//   chapters/grade 01                  checks them all; chapters/grade 1.2 one of them
//   chapters/grade 01 --hint 1.2       a hint, and called again the next
//
// phi(x), below, is Φ, the distribution function of N(0, 1): the probability that a standard normal number is below x.

#include <Eigen/Core>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

namespace ch01 {

inline double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// 1.1   claim:bayes
// x ~ N(-Δ/2, 1) in class 0 and x ~ N(Δ/2, 1) in class 1; class 1 has the probability π = share.           (notes 1.1)
// One classifier uses Bayes' rule. The other leaves the prior out of it, that is, puts 1/2 for both classes. Each
// answers with the class whose number is larger. Returns how much larger the probability of a wrong answer of the
// second one is. delta > 0, 0 < share < 1. Where does each of them change its answer?
double cost_of_no_prior(double delta, double share);

// 1.2   claim:bayes
// Bernoulli naive Bayes: x has d features that are 0 or 1, and given y = k they are independent, with
// p(xⱼ = 1 | y = k) = θ(k, j).                                                                             (notes 1.1)
// prior: K numbers that sum to 1. theta: K×d, every entry between 0 and 1. Returns W (d×K) and b (K numbers) such
// that p(y = k | x) = softmax(xᵀ W + bᵀ)ₖ for every x.
struct Scores {
  Eigen::MatrixXd W;
  Eigen::VectorXd b;
};
Scores bernoulli_scores(const Eigen::VectorXd& prior, const Eigen::MatrixXd& theta);

// 1.3   claim:asymptotic
// x ~ N(±μ, Σ), each class with probability ½. Naive Bayes with a variance for each feature, shared by the classes,
// has learnt from endless data.                                                                            (notes 1.1)
// mu: d numbers, sigma: d×d. Returns the probability that its answer is wrong. It takes the features of a class to be
// independent, and the data are not so.
double naive_bayes_limit(const Eigen::VectorXd& mu, const Eigen::MatrixXd& sigma);

// 1.4   claim:efron
// x ~ N(-Δ/2, 1) in class 0, N(Δ/2, 1) in class 1; class 1 has the probability π = share. The normal model estimates
// the share, the two means and the variance from N labelled points, and from them the intercept of the log odds,
//   β₀ = log(π/(1-π)) - (μ₁² - μ₀²) / (2σ²)                                                                (notes 1.1)
// Returns the limit of N Var β̂₀ for large N. The text has it for π = ½: 4 + Δ².
double intercept_variance(double delta, double share);

// 1.5   claim:semi
// The M step of semi-supervised EM, for K classes of numbers with one variance for all classes: x | y = k ~ N(μₖ, v).
// x: the labelled numbers, y: their classes 0 .. K-1. u: the numbers without a label, r: a row for each of them with
// p(y = k | u), K columns.                                                                                 (notes 1.1)
// Returns π₀ .. π_{K-1}, μ₀ .. μ_{K-1}, v, in this order: 2K + 1 numbers, the maximum of
//   Σ_labelled log p(x, y) + Σ_unlabelled Σₖ r_k log p(u, k)
std::vector<double> m_step(std::span<const double> x, std::span<const int> y, std::span<const double> u,
                           const Eigen::MatrixXd& r);

// 1.6   claim:unlabelled-worth
// p(x) = (1-π) N(x; -Δ/2, 1) + π N(x; Δ/2, 1), where Δ is known and the share π is to be learnt.           (notes 1.1)
// Returns I_u / I_l: the Fisher information on π in a point without a label, over that in a point with one.
// mean(f) returns E[f(X)] for X ~ N(0, 1). The score of a point, ∂ log p / ∂π, has the mean 0, and the information is
// the mean of its square.
double worth_for_share(double delta, double share,
                       const std::function<double(const std::function<double(double)>&)>& mean);

}  // namespace ch01
