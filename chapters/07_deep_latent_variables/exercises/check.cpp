// The exercises of chapter 07: points, minutes and hints, and how each answer is checked. The instances are drawn by
// the attempt's seed.
#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/07_deep_latent_variables/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"

namespace ch07 {
namespace {

using autograd::By;
using autograd::Index;
using lesson::Exercise;
using Numbers = std::vector<double>;

// Standard normal numbers; each `what` has its own.
Matrix<double> normal_matrix(const lesson::Attempt& attempt, Index rows, Index cols, std::uint64_t what) {
  Matrix<double> x(rows, cols);
  models::Random(attempt.seed(), models::Purpose::data, what).fill_normal(std::span(x.data(), std::size_t(x.size())));
  return x;
}
double uniform(const lesson::Attempt& attempt, std::uint64_t what, double low, double high) {
  return low + (high - low) * models::Random(attempt.seed(), models::Purpose::data, 50).uniform(what);
}

// K unequal weights that sum to 1.
Eigen::VectorXd random_weights(const lesson::Attempt& attempt, Index K) {
  const Eigen::VectorXd w = normal_matrix(attempt, K, 1, 9).array().exp();
  return w / w.sum();
}

Numbers listed(const Matrix<double>& m) { return {m.data(), m.data() + m.size()}; }
double sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

std::string shape(Index rows, Index cols) { return fmt::format("{}×{}", rows, cols); }
void require_shape(lesson::Attempt& attempt, Index rows, Index cols, Index found_rows, Index found_cols) {
  attempt.require(rows == found_rows && cols == found_cols,
                  fmt::format("asked for {} numbers, got {}", shape(rows, cols), shape(found_rows, found_cols)));
}

// 7.1

void check_covariance(lesson::Attempt& attempt) {
  const Index K = 5 + attempt.seed() % 3, d = 2 + attempt.seed() % 4;
  const Eigen::VectorXd w = random_weights(attempt, K);
  const Matrix<double> f = normal_matrix(attempt, K, d, 1).array() + 2;
  const double sigma = uniform(attempt, 1, 0.4, 0.8);
  const auto of = [&](const Matrix<double>& centred, const Eigen::VectorXd& weights, double noise) {
    return Matrix<double>(centred.transpose() * weights.asDiagonal() * centred +
                          noise * Eigen::MatrixXd::Identity(d, d));
  };
  const Matrix<double> centred = f.rowwise() - w.transpose() * f, mean_off = f.rowwise() - f.colwise().mean();
  const Matrix<double> right = of(centred, w, sigma * sigma);
  const Eigen::VectorXd equal = Eigen::VectorXd::Constant(K, 1.0 / K);
  const Matrix<double> yours = marginal_covariance(w, f, sigma);
  require_shape(attempt, d, d, yours.rows(), yours.cols());
  attempt.equal(
      listed(yours), listed(right), 1e-12,
      {{listed(of(centred, w, 0)), "", "the noise is missing: what does σ ε add to the variance of a component?"},
       {listed(of(centred, w, sigma)), "", "σ is added where a variance belongs. What is the variance of σ ε?"},
       {listed(of(f, w, sigma * sigma)), "", "this is E[x xᵀ]. What must be subtracted, when E[f] is not 0?"},
       {listed(of(mean_off, equal, sigma * sigma)), "", "all z_k are weighted alike. Which of them are likelier?"},
       {listed(of(mean_off, w, sigma * sigma)), "", "the mean that is subtracted is not weighted. What is E[f(z)]?"},
       {listed(Matrix<double>(of(centred, w, 0).array() + sigma * sigma)), "",
        "σ² stands beside the diagonal too. Do two components share their noise?"},
       {listed(Matrix<double>(right.diagonal().asDiagonal())), "",
        "only the diagonal. Given z the components are independent; are they without z?"}});
}

const Exercise kCovariance{
    .number = "7.1",
    .slug = "eq:factorised",
    .task = "the covariance of a marginal whose factors have none",
    .statement = "Cov(x) for x = f(z) + σ ε",
    .points = 2,
    .minutes = 15,
    .hints = {"x is a sum of two independent parts. What do covariances of independent parts do?",
              "Cov(f_i, f_j) = Σ_k w_k (f_ki - E f_i)(f_kj - E f_j), with E f_i = Σ_k w_k f_ki. The noise has the "
              "covariance σ² I.",
              "centred = f.rowwise() - w.transpose() * f; then centred.transpose() * w.asDiagonal() * centred, and σ² "
              "on the diagonal"},
    .check = check_covariance};

// 7.2

void check_log_marginal(lesson::Attempt& attempt) {
  const bool large = attempt.seed() % 2 == 0;
  const Index n = 3 + attempt.seed() % 3, K = 4 + attempt.seed() % 3, d = large ? 784 : 5;
  const Matrix<double> logits = 1.5 * normal_matrix(attempt, K, d, 1);
  const Matrix<double> x = (normal_matrix(attempt, n, d, 2).array() > 0).cast<double>();
  const Eigen::VectorXd w = random_weights(attempt, K);

  // log p(x_i | z_k), one by one
  Matrix<double> log_p = Matrix<double>::Zero(n, K);
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < K; ++k)
      for (Index j = 0; j < d; ++j) {
        const double logit = x(i, j) == 1 ? logits(k, j) : -logits(k, j);
        log_p(i, k) -= std::log1p(std::exp(-std::abs(logit))) + std::max(0.0, -logit);
      }
  const auto summed = [&](const Matrix<double>& terms) {
    Numbers sums;
    for (Index i = 0; i < n; ++i) {
      const double most = terms.row(i).maxCoeff();
      sums.push_back(most + std::log((terms.row(i).array() - most).exp().sum()));
    }
    return sums;
  };
  const Eigen::RowVectorXd log_w = w.array().log().matrix().transpose();
  const Matrix<double> joint = log_p.rowwise() + log_w;
  const Eigen::RowVectorXd cost = logits.array().exp().log1p().matrix().rowwise().sum().transpose();

  autograd::Tape tape;
  const auto on_tape = tape.variable(logits);
  const auto yours = log_marginal(x, on_tape, w);
  require_shape(attempt, n, 1, yours.value().rows(), yours.value().cols());
  attempt.equal(
      listed(yours.value()), summed(joint), 1e-11,
      {{summed(log_p), "", "the weights are missing: as if each z_k were one whole unit of the prior."},
       {summed(log_p.rowwise() + Eigen::RowVectorXd(w.transpose())), "",
        "w is added where its logarithm belongs. The terms of the sum are logarithms already."},
       {listed(Matrix<double>(joint.rowwise().sum())), "", "a sum of logarithms. What is the logarithm of a sum?"},
       {listed(Matrix<double>(log_p * w)), "",
        "E[log p(x|z)], which lies below log E[p(x|z)]. Which of the two is log p(x)?"},
       {listed(Matrix<double>(joint.rowwise().maxCoeff())), "", "the largest term alone. What do the others add?"},
       {summed(joint.rowwise() + cost), "", "the normalisation is missing: log(1 + exp ℓ) for each pixel."}});
  const auto gradient_of = [&](const Var<autograd::Matrix<double>>& values) {
    tape.backward(sum(values));
    return listed(on_tape.grad());
  };
  // the posterior-weighted slopes x_ij - sigmoid(ℓ_kj), summed over the rows
  Matrix<double> slope = Matrix<double>::Zero(K, d);
  const Numbers log_x = summed(joint);
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < K; ++k)
      slope.row(k) += std::exp(joint(i, k) - log_x[i]) *
                      (x.row(i) - Matrix<double>(logits.row(k).unaryExpr([](double l) { return sigmoid(l); })));
  attempt.equal(
      gradient_of(yours), listed(slope), 1e-10,
      {{Numbers(K * d, 0.0), "", "the values are right, but no gradient comes back. Is logits.value() used?"}});
}

const Exercise kLogMarginal{
    .number = "7.2",
    .slug = "eq:factorised",
    .task = "the marginal of black and white pixels, on the tape, for 5 pixels and for 784",
    .statement = "log p(x_i) = log Σ_k w_k Π_j p(x_ij | z_k)",
    .points = 2,
    .minutes = 25,
    .hints = {"First log p(x_i | z_k) for all pairs, an n×K matrix. For a pixel it is x ℓ - log(1 + exp ℓ).",
              "Σ_j x_ij ℓ_kj is a product of two matrices. The other part does not depend on i: a row 1×K. Then the "
              "logarithms of the weights, another row, and log_sum_exp of each row.",
              "log_sum_exp(matmul(tape.constant(x), transpose(logits)) - transpose(sum(softplus(logits), By::row)) + "
              "log_w, By::row)"},
    .check = check_log_marginal};

// 7.3

void check_share(lesson::Attempt& attempt) {
  const double a = uniform(attempt, 1, 1, 4), b = uniform(attempt, 2, 0.5, 3),
               c = uniform(attempt, 3, 0.2, 0.9) * a / b;
  const double z = c / std::sqrt(a * a - b * b * c * c), root = std::sqrt(2.0);
  attempt.equal(
      share_between(a, b, c), std::erf(z / root), 1e-12,
      {{std::erf(z), "", "erf(c) is not P(|z| < c): erf belongs to a normal number of variance ½."},
       {0.5 * (1 + std::erf(z / root)), "", "P(z < c): the x below -c are counted too."},
       {0.5 * std::erf(z / root), "1/2", "only one side, 0 < x < c."},
       {1 - std::erf(z / root), "", "this is the share outside."},
       {std::erf(c / a / root), "", "f(z) = a z holds near 0 only. Where is f(z) equal to c?"},
       {std::erf(c / std::sqrt(1 + b * b * c * c) * a / root), "", "this is f(c). Which z gives f(z) = c?"},
       {std::erf(std::atanh(b * c / a) / b / root), "", "the inverse of tanh. This f is another function."}});
}

const Exercise kShare{
    .number = "7.3",
    .slug = "claim:connected",
    .task = "what lies between the modes of another decoder, derived",
    .statement = "P(|f(z)| < c) for f(z) = a z / √(1 + b² z²)",
    .points = 2,
    .minutes = 15,
    .hints = {"f is increasing and odd: |f(z)| < c where |z| is below one number. Which one?",
              "Solve a z = c √(1 + b² z²) for z > 0: square both sides. Then P(|z| < t) = erf(t/√2).",
              "t = c / √(a² - b² c²)"},
    .check = check_share};

// 7.4

struct BeliefNet {
  Eigen::VectorXd c, b, x;
  Matrix<double> W;
};

// Σ_z weight(z) slope(z), with p(x, z) as a state's weight; `total` is the sum of the weights.
template <class Slope>
Matrix<double> over_states(const BeliefNet& net, bool with_prior, bool with_likelihood, double& total,
                           const Slope& slope) {
  const Index K = net.c.size();
  Matrix<double> sum = Matrix<double>::Zero(K, net.b.size());
  total = 0;
  for (int state = 0; state < 1 << K; ++state) {
    Eigen::VectorXd z(K);
    double weight = 1;
    for (Index k = 0; k < K; ++k) {
      z[k] = state >> k & 1;
      if (with_prior) weight *= sigmoid(z[k] == 1 ? net.c[k] : -net.c[k]);
    }
    const Eigen::VectorXd p = (net.b + net.W.transpose() * z).unaryExpr([](double l) { return sigmoid(l); });
    for (Index j = 0; j < p.size() && with_likelihood; ++j) weight *= net.x[j] == 1 ? p[j] : 1 - p[j];
    sum += weight * slope(z, p);
    total += weight;
  }
  return sum;
}

void check_weight_gradient(lesson::Attempt& attempt) {
  const Index K = 2 + attempt.seed() % 4, d = 3 + attempt.seed() % 3;
  BeliefNet net{normal_matrix(attempt, K, 1, 1), normal_matrix(attempt, d, 1, 2),
                (normal_matrix(attempt, d, 1, 3).array() > 0).cast<double>(), normal_matrix(attempt, K, d, 4)};
  net.x[0] = 1, net.x[1] = 0;
  const auto slope = [&](const Eigen::VectorXd& z, const Eigen::VectorXd& p) -> Matrix<double> {
    return z * (net.x - p).transpose();
  };
  double p_x, one, states;
  const Matrix<double> joint = over_states(net, true, true, p_x, slope);
  const Matrix<double> of_prior = over_states(net, true, false, one, slope);
  const Matrix<double> alike = over_states(net, false, false, states, slope);
  double likelihoods;
  const Matrix<double> no_prior = over_states(net, false, true, likelihoods, slope);
  const Matrix<double> without_z =
      over_states(net, true, true, p_x, [&](const Eigen::VectorXd&, const Eigen::VectorXd& p) {
        return Matrix<double>(Eigen::VectorXd::Ones(K) * (net.x - p).transpose());
      });
  const Matrix<double> without_p = over_states(
      net, true, true, p_x,
      [&](const Eigen::VectorXd& z, const Eigen::VectorXd&) { return Matrix<double>(z * net.x.transpose()); });
  const Matrix<double> yours = weight_gradient(net.c, net.W, net.b, net.x);
  require_shape(attempt, K, d, yours.rows(), yours.cols());
  attempt.equal(
      listed(yours), listed(joint / p_x), 1e-11,
      {{listed(joint), "p(x)", "weighted by p(x, z). The posterior is p(x, z) divided by what?"},
       {listed(of_prior), "", "weighted by p(z). What does the image say about z?"},
       {listed(no_prior / likelihoods), "", "the prior p(z) is missing from the posterior."},
       {listed(alike / states), "", "all states are weighted alike."},
       {listed(without_z / p_x), "", "a weight of a unit that is off has no influence. Which factor says so?"},
       {listed(without_p / p_x), "", "x z alone: the normalisation log(1 + exp ℓ) has a slope too."},
       {listed(-joint / p_x), "-1", "the sign: log p(x) is to rise."}});
}

const Exercise kWeightGradient{
    .number = "7.4",
    .slug = "eq:fisher-identity",
    .task = "the gradient in a belief net's weights, through the posterior",
    .statement = "∂ log p(x)/∂W_kj = E_{p(z|x)}[ ∂ log p(x, z)/∂W_kj ]",
    .points = 3,
    .minutes = 30,
    .hints = {"Suppose that z is observed. W_kj stands in the logit of pixel j alone: what is the slope of "
              "x_j ℓ_j - log(1 + exp ℓ_j) in W_kj?",
              "It is z_k (x_j - p(x_j = 1 | z)). Go through all 2^K states; add p(x, z) times it, and p(x, z) itself.",
              "sum += joint * z * (x - p).transpose(); p_x += joint; at the end sum / p_x"},
    .check = check_weight_gradient};

// 7.5

void check_canonical(lesson::Attempt& attempt) {
  const Index d = 2 + attempt.seed() % 4;
  Matrix<double> W = normal_matrix(attempt, 2, d, 1);
  W.row(1) *= 0.5;
  W.row(1) += 0.4 * W.row(0);
  const auto positive = [](Matrix<double> V) {
    for (auto row : V.rowwise()) row *= row.maxCoeff() > -row.minCoeff() ? 1 : -1;
    return V;
  };
  // By Jacobi's angle, which only a 2×2 matrix has: tan 2φ = 2 w₁ᵀw₂ / (‖w₁‖² - ‖w₂‖²), the longer row first
  const double angle = 0.5 * std::atan2(2 * W.row(0).dot(W.row(1)), W.row(0).squaredNorm() - W.row(1).squaredNorm());
  const Matrix<double> right = positive(Eigen::Rotation2Dd(-angle).toRotationMatrix() * W);
  const Matrix<double> ascending = right.colwise().reverse();
  const Matrix<double> normalised = right.rowwise().normalized();
  Matrix<double> gram_schmidt = W;
  gram_schmidt.row(1) -= W.row(1).dot(W.row(0)) / W.row(0).squaredNorm() * W.row(0);

  const Matrix<double> yours = canonical_weights(W);
  require_shape(attempt, 2, d, yours.rows(), yours.cols());
  attempt.equal(
      listed(yours), listed(right), 1e-9,
      {{listed(W), "", "W itself: its rows are not orthogonal."},
       {listed(ascending), "", "the shorter row stands first. In which order does symmetric_eigen give the values?"},
       {listed(-right), "-1", "the signs: in each row the number largest in size is to be positive."},
       {listed(normalised), "", "rows of length 1: R must be orthogonal, the rows of R W need not be short."},
       {listed(positive(gram_schmidt)), "",
        "orthogonal rows, but Vᵀ V is not Wᵀ W any more: what you multiplied by is no rotation."}});
}

const Exercise kCanonical{
    .number = "7.5",
    .slug = "claim:rotation",
    .task = "the same axes for every model of one distribution",
    .statement = "V = R W, Vᵀ V = Wᵀ W, the rows of V orthogonal",
    .points = 3,
    .minutes = 30,
    .hints =
        {"The rows of V are orthogonal when V Vᵀ is diagonal. What is V Vᵀ in terms of R and of W Wᵀ?",
         "R (W Wᵀ) Rᵀ is diagonal when the rows of R are the eigenvectors of the 2×2 matrix W Wᵀ. The eigenvalues "
         "are the squared lengths of the rows of V.",
         "eigen.vectors.rowwise().reverse().transpose() * W, and then the signs, row by row"},
    .check = check_canonical};

// 7.6

void check_deviation(lesson::Attempt& attempt) {
  const Index N = 4 + attempt.seed() % 5;
  const Numbers x = listed(normal_matrix(attempt, N, 1, 1));
  const double m = uniform(attempt, 1, -0.5, 0.5), v = uniform(attempt, 2, 0.7, 2);
  double others = 0;
  for (Index i = 1; i < N; ++i) others += models::normal_log_density(x[i], m, v);
  const double first = models::normal_log_density(x[0], m, v);
  const double level = N * std::log(0.5) + others + uniform(attempt, 3, 0.2, 2);  // s from 0.05 to 0.33
  // level = shares - ½ log(2π s²) + rest
  const auto solved = [&](double shares, double rest) {
    return std::exp(shares + rest - level) / std::sqrt(2 * std::numbers::pi);
  };
  const double n = N, half = std::log(0.5), right = solved(n * half, others);
  attempt.equal(deviation_for_level(x, m, v, level), right, 1e-11,
                {{right * right, "", "this is s². s is asked for."},
                 {solved(0, others), "", "the two ½ of the mixture are missing."},
                 {solved(half, others), "", "½ stands in every p(x_i), not in the first alone."},
                 {solved((n - 1) * half, others), "", "½ stands in p(x_1) as well."},
                 {solved(n * half, others + first), "", "the first point's term N(x_1; m, v) is not to be taken."},
                 {solved(n * half, 0), "", "the other points bring log N(x_i; m, v) each."},
                 {solved(n * half, others) * std::sqrt(2 * std::numbers::pi), "",
                  "N(x_1; x_1, s²) is 1/√(2π s²): the 2π is missing."},
                 {1 / right, "", "upside down: does a small s give the first point a small density?"}});
}

const Exercise kDeviation{
    .number = "7.6",
    .slug = "claim:free-variance",
    .task = "the standard deviation that reaches any likelihood, derived",
    .statement = "log p(D) >= level, for p(x) = ½ N(x; m, v) + ½ N(x; x_1, s²)",
    .points = 2,
    .minutes = 20,
    .hints = {"Write the bound down: for the first point log ½ + log N(x_1; x_1, s²), for each other log ½ + log "
              "N(x_i; m, v).",
              "N(x_1; x_1, s²) = 1/√(2π s²), since x_1 is the mean. Only this term has an s: solve for log s.",
              "log s = -N log 2 + Σ_{i>1} log N(x_i; m, v) - level - ½ log 2π"},
    .check = check_deviation};

}  // namespace
}  // namespace ch07

int main(int argc, char** argv) {
  using namespace ch07;
  return lesson::check_exercises(argc, argv, "07_deep_latent_variables",
                                 {kCovariance, kLogMarginal, kShare, kWeightGradient, kCanonical, kDeviation});
}
