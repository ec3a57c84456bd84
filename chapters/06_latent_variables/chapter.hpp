#pragma once
// What the parts of chapter 06 are called, in the order of its text. What stands under the name of a part is defined
// in that file.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/bernoulli_mixture.hpp"
#include "models/data/dataset.hpp"
#include "models/gaussian_mixture.hpp"
#include "models/inference/quadrature.hpp"
#include "models/mixture_em.hpp"
#include "models/pca.hpp"
#include "plots/output.hpp"

namespace ch06 {

using autograd::Buffer;
using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Slot;
using autograd::Tape;
using autograd::Var;
using autograd::Watched;
using lesson::numbers;
using models::Covariance;
using models::NormalComponents;
using Vector = Eigen::VectorXd;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  // log p(x, z = k) = log π_k + log p(x | z = k): n×K
  Matrix<double> (*log_joint)(const NormalComponents& mixture, const Matrix<double>& x);
  // log p(x) = log Σ_k p(x, z = k): n numbers
  Vector (*log_marginal)(const Matrix<double>& log_joint);
  // log p(x, z) = log N(z; 0, 1) + log N(x; z, σ²), what the integral over z is taken of
  double (*log_integrand)(double x, double z, double variance);
  // The variance of x, given its precision λ: 1/λ
  double (*variance_of)(double precision);
  // The weights that the M step gets, from p(z = k | x): n×K
  Matrix<double> (*weights)(const Matrix<double>& posterior);
  // What a run of EM watches: log p(D)
  double (*watched)(const Matrix<double>& log_joint);
  // What it reports at its end, of the values that it watched: the last one
  double (*reported)(const std::vector<double>& log_likelihood);
  // The weights of Fisher's identity, p(z = k | x): n×K
  Matrix<double> (*fisher_weights)(const Matrix<double>& log_joint, const Eigen::RowVectorXd& log_prior);
  // By what EM's error shrinks a step, one point's share: x² sech²(m x)
  double (*rate)(double x, double m);
  // The deviation that a component on a single point may have: any
  double (*deviation)(double wanted);
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// A column of numbers, as the models take them.
Matrix<double> column(const std::vector<double>& x);

// Σ_i weight_i f(z_i), for a rule in one dimension.
double integral(const models::Quadrature& rule, const std::function<double(double)>& f);

// ---
// marginal.cpp: eq:marginal. What is left of p(x, z) when z is summed up, or integrated.

// Normal components in one dimension: weights π, means μ, deviations σ.
NormalComponents components(const std::vector<double>& pi, const std::vector<double>& mu,
                            const std::vector<double>& sigma);
// The text's three: ½ N(-2, 1), 0.3 N(1, ¼), 0.2 N(3, 1).
NormalComponents three();

// z has three states.
void discrete_marginal(lesson::Lesson& lesson, int draws, const Ingredients& use);

// p(x) of z ~ N(0, 1), x | z ~ N(z, variance) by Gauss's rule with so many nodes: a mixture of that many normals.
double by_nodes(double x, double variance, int nodes, const Ingredients& use);

// z is a real number: a mixture without end. By quadrature and by sampling.
void continuous_marginal(lesson::Lesson& lesson, int draws, const Ingredients& use);

// p(x) of λ ~ Gamma(½ν, ½ν), x | λ ~ N(0, 1/λ), by quadrature over log λ.
double scale_mixture(double x, double nu, const Ingredients& use);
void student_t(lesson::Lesson& lesson, int draws, const Ingredients& use);

// ---
// ppca.cpp: probabilistic PCA. z has k dimensions, x has d, and everything has a closed form.
void probabilistic_pca(lesson::Lesson& lesson, const Matrix<double>& iris, const Matrix<double>& digits);

// ---
// tape_mixture.cpp: a mixture of normals whose parameters are on the tape.

class TapeMixture {
 public:
  explicit TapeMixture(const NormalComponents& start, Covariance covariance);

  // log p(x, z = k): n×K, and log p(D).
  Var<Matrix<double>> log_joint(const Watched<double>& theta, const Matrix<double>& x) const;
  Var<double> log_likelihood(const Watched<double>& theta, const Matrix<double>& x) const;

  // log p(D) and its gradient in all parameters, at their present values.
  double log_likelihood(const Matrix<double>& x, Vector& gradient) const;
  // The gradient of Σᵢₖ Wᵢₖ log p(xᵢ, z = k), each component on a tape of its own.
  Vector weighted_gradient(const Matrix<double>& x, const Matrix<double>& W) const;

  Parameters<double>& parameters() { return parameters_; }

 private:
  models::GaussianMixture<double> on(const Watched<double>& theta) const;

  Parameters<double> parameters_;
  Slot alpha_, mu_, log_diagonal_, below_;
  Index K_;
};

// ---
// mixture.cpp: eq:gmm. Mixtures of normals on real data, by EM and by gradient ascent.

// A table of measurements, and what is known of its best mixture.
struct Table {
  std::string name;
  Matrix<double> x;
  std::vector<int> labels;  // of the species; none for a geyser
  int K;                    // components
  Covariance covariance;
  double resolution;  // the deviation that rounding alone gives, unit / √12: what is narrower is no cloud of points
  double optimum;     // log p(D), to the digits that are known
  double published;   // as mclust prints it
};
Table old_faithful(const lesson::Lesson& lesson);
Table iris(const lesson::Lesson& lesson);

// (x - mean) / deviation, column by column: log p(D) becomes larger by N Σ log deviation.
struct Standardised {
  Matrix<double> x;
  double log_scale;  // Σ log deviation, over the columns
};
Standardised standardised(const Matrix<double>& x);

// Components at K random rows of x, with the covariance of all of x and equal weights.
NormalComponents random_start(const Matrix<double>& x, int K, std::uint64_t seed, std::uint64_t number);

// A run of EM with every mixture on its way.
struct Run {
  std::vector<NormalComponents> path{};  // the start, and after each step
  std::vector<double> watched{};         // of each of them
  double reported = 0;                   // log p(D) at the end
  int start = 0;                         // the number of its start
  int steps() const { return path.size() - 1; }
  const NormalComponents& end() const { return path.back(); }
};
Run run_em(const Matrix<double>& x, const NormalComponents& start, Covariance covariance, const Ingredients& use,
           const models::EmSettings& settings = {});

// log p(D) after 0, 1, ..., steps steps of Adam from a start, its learning rate falling to 0 along a cosine.
std::vector<double> ascend(const Matrix<double>& x, const NormalComponents& start, Covariance covariance, int steps);

// The ends of EM from many starts: those that came to rest, best first, and how many shrank: a component became
// narrower than the data were measured, on its way to a likelihood without end.
struct Ends {
  std::vector<Run> runs{};
  int shrunk = 0;
};
// The smallest deviation of any component in any direction.
double narrowest(const NormalComponents& mixture);
Ends many_starts(const Table& table, int starts, std::uint64_t seed, const Ingredients& use, double tolerance = 1e-8);

// The mixture's density, by its draws and by its integral.
void mixture_density(lesson::Lesson& lesson, int draws, const Ingredients& use);

// What the figures need of a table.
struct Fitted {
  Table table;
  Ends ends{};
  Run em{};                      // the run that came to the best end, on standardised data
  int from = 0;                  // its step from which gradient ascent starts
  std::vector<double> ascent{};  // log p(D) after each step of it
};
Fitted fit_table(lesson::Lesson& lesson, lesson::Equation equation, Table table, int starts, int steps,
                 const Ingredients& use);

// What 06_faithful, 06_iris and their like show: points, and ellipses.
void points_and_ellipses(lesson::Lesson& lesson, const Fitted& faithful, const Fitted& iris);

// How many points have another label than most points of their most probable component.
int strangers(const NormalComponents& mixture, const Table& table);
// Prints to which optima the starts led, and how often.
void report_ends(lesson::Lesson& lesson, const Fitted& fitted);

// ---
// bound.cpp: why EM climbs, how fast, and to where. eq:fisher-identity, claim:em-rate, claim:unbounded.

// F(r, θ) = Σᵢₖ rᵢₖ (log p(xᵢ, z = k) - log rᵢₖ) for weights r: n×K whose rows sum to 1. Never above log p(D).
double lower_bound(const Matrix<double>& log_joint, const Matrix<double>& r);
void bound(lesson::Lesson& lesson, const Table& table, const Ingredients& use);
void fisher_identity(lesson::Lesson& lesson, const Table& table, const Ingredients& use);

// EM for the mean of p(x) = ½ N(-m, 1) + ½ N(m, 1), on endless data: what a step makes of μ, E[ x tanh(μ x) ].
double em_step(double mu, double m);
// E[ f(x) ] under p, by quadrature.
double mean_under_two(double m, const std::function<double(double)>& f);
// |μ_t - m| for t = 0, 1, ..., until it is below `least`.
std::vector<double> em_errors(double start, double m, double least);
void em_rate(lesson::Lesson& lesson, int points, const Ingredients& use);

// log p(D) of ½ N(10, σ²) + ½ N(2.5, 1.25) for D = {1, 2, 3, 4, 10}.
double on_one_point(double sigma);
void unbounded(lesson::Lesson& lesson, const Fitted& fitted, const Ingredients& use);

// ---
// digits.cpp: digits in two dimensions, and mixtures of Bernoullis as rungs of the ladder.

// Two principal components of the 8×8 digits: n×2.
Matrix<double> in_the_plane(const models::Dataset& digits);

// Images that are drawn black or white anew at each step of EM, a thousand at a time.
struct TrainedMixture {
  models::BernoulliMixture mixture{};
  std::vector<double> test{};  // mean log p(x) of the test images, after each step
};
TrainedMixture train_bernoulli(const models::Dataset& images, const Matrix<float>& test, int K, int steps,
                               std::uint64_t seed, lesson::Progress* progress = nullptr);
// log p(x) of every row.
Vector log_prob(const models::BernoulliMixture& mixture, const Matrix<float>& x);

std::vector<TrainedMixture> ladder(lesson::Lesson& lesson, const models::TrainTest& data, const Matrix<float>& test,
                                   const std::vector<int>& components, int steps);

// ---
// figures.cpp: the chapter's figures.

// 06_three, 06_posterior: a density of three components, and p(z | x).
void plot_three(const plots::Output& output);
// 06_nodes: Gauss's nodes are the components of a mixture; for a narrow p(x | z) there are too few.
void plot_nodes(const plots::Output& output);
// 06_student_t: the compound distribution against mixtures of as many normals as were drawn.
void plot_student_t(std::uint64_t seed, const plots::Output& output);
// 06_faithful_start, 06_faithful, 06_iris, 06_iris_typical: points and ellipses.
void plot_ellipses(const Fitted& faithful, const Fitted& iris, const plots::Output& output);
// 06_climb: what is missing to the optimum, by step, of EM and of gradient ascent.
void plot_climb(const Fitted& faithful, const Fitted& iris, const plots::Output& output);
// 06_bound: log p(D) of one mean, and EM's lower bounds that touch it.
void plot_bound(const plots::Output& output);
// 06_rate: EM's error by step.
void plot_rate(const plots::Output& output);
// 06_unbounded: log p(D) as a component shrinks onto one point.
void plot_unbounded(const plots::Output& output);
// 06_plane: the digits in two dimensions, with ten components.
void plot_plane(const models::Dataset& digits, std::uint64_t seed, const plots::Output& output);
// 06_means, 06_draws: the components of the mixtures of Bernoullis, and images drawn from them.
void plot_bernoulli(const std::vector<TrainedMixture>& trained, const models::Dataset& images, std::uint64_t seed,
                    const plots::Output& output);

}  // namespace ch06
