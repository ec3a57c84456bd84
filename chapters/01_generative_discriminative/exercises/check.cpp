// The exercises of chapter 01: points, minutes and hints, and how each answer is checked. The instances are drawn by
// the attempt's seed.
#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "chapters/01_generative_discriminative/exercises/exercise.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/random.hpp"

namespace ch01 {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using lesson::Exercise;
using Numbers = std::vector<double>;

// Uniform on (low, high), one number for each index.
struct Draw {
  models::Random random;
  explicit Draw(const lesson::Attempt& attempt) : random(attempt.seed(), models::Purpose::data) {}
  double operator()(int index, double low, double high) const { return low + (high - low) * random.uniform(index); }
};

// 1.1

void check_cost_of_no_prior(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const double delta = draw(0, 1, 2.5), share = draw(1, 0.05, 0.3), log_odds = std::log(share / (1 - share));
  const auto error = [&](double t) { return share * phi(t - delta / 2) + (1 - share) * (1 - phi(t + delta / 2)); };
  const double none = error(0), best = error(-log_odds / delta), right = none - best;
  attempt.equal(
      cost_of_no_prior(delta, share), right, 1e-12,
      {{-right, "-1", "the sign. Which of the two errs more often?"},
       {none, "", "this is the error without the prior. How much of it would Bayes' rule have too?"},
       {best, "", "this is the error of Bayes' rule itself."},
       {none - error(log_odds / delta), "",
        "the threshold moved to the wrong side. If class 1 is rare, is its region larger or smaller?"},
       {none - error(-log_odds), "", "the log odds are Δ x + log(π/(1-π)): at which x are they 0?"},
       {phi(-delta / 2) - 0.5 * phi(-log_odds / delta - delta / 2) - 0.5 * phi(log_odds / delta - delta / 2), "",
        "the threshold is right, but the two kinds of error are weighed with ½. How often does each "
        "class come?"}});
  attempt.equal(cost_of_no_prior(delta, 0.5), 0.0, 1e-12,
                {{1 - 2 * phi(-delta / 2), "", "with equal shares the two rules are one."}});
  const double often = 1 - share;
  attempt.equal(cost_of_no_prior(delta, often), right, 1e-12,
                {{2 * right, "", "by symmetry π and 1 - π cost the same. Is π < ½ built in?"}});
}

const Exercise kPrior{
    .number = "1.1",
    .slug = "claim:bayes",
    .task = "what leaving the prior out of Bayes' rule costs",
    .statement = "p(wrong | no prior) - p(wrong | Bayes' rule), two normal classes",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Each classifier is a threshold t: it answers 1 above t and 0 below. Which t has each?",
         "Without the prior t = 0. With it t is where Δ x + log(π/(1-π)) = 0. A threshold errs in two ways: a point "
         "of class 1 lies below it, or a point of class 0 above it.",
         "error(t) = π Φ(t - Δ/2) + (1-π) (1 - Φ(t + Δ/2)). Return error(0) - error(-log(π/(1-π))/Δ)."},
    .check = check_cost_of_no_prior};

// 1.2

// p(y = k | x) of all 2^d vectors x of zeros and ones, one after the other.
Numbers posteriors(const Scores& s, int d, int K) {
  Numbers all;
  for (int code = 0; code < 1 << d; ++code) {
    VectorXd score = s.b;
    for (int j = 0; j < d; ++j)
      if (code >> j & 1) score += s.W.row(j).transpose();
    const VectorXd p = (score.array() - score.maxCoeff()).exp();
    for (int k = 0; k < K; ++k) all.push_back(p[k] / p.sum());
  }
  return all;
}

void check_bernoulli_scores(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const int K = 2 + attempt.seed() % 3, d = 3 + attempt.seed() % 2;
  VectorXd prior(K);
  MatrixXd theta(K, d);
  for (int k = 0; k < K; ++k) prior[k] = draw(k, 0.2, 1);
  prior /= prior.sum();
  for (int i = 0; i < K * d; ++i) theta(i / d, i % d) = draw(100 + i, 0.05, 0.7);

  Numbers right;  // by Bayes' rule from the products of probabilities
  for (int code = 0; code < 1 << d; ++code) {
    VectorXd joint = prior;
    for (int k = 0; k < K; ++k)
      for (int j = 0; j < d; ++j) joint[k] *= code >> j & 1 ? theta(k, j) : 1 - theta(k, j);
    for (int k = 0; k < K; ++k) right.push_back(joint[k] / joint.sum());
  }
  const Scores yours = bernoulli_scores(prior, theta);
  attempt.require(yours.W.rows() == d && yours.W.cols() == K && yours.b.size() == K,
                  fmt::format("expected W {}×{} and b of {} numbers, found {}×{} and {}", d, K, K, yours.W.rows(),
                              yours.W.cols(), yours.b.size()));
  const MatrixXd on = theta.array().log(), off = (1 - theta.array()).log();
  const MatrixXd W = (on - off).transpose();
  const VectorXd log_prior = prior.array().log(), none = off.rowwise().sum();
  attempt.equal(
      posteriors(yours, d, K), right, 1e-12,
      {{posteriors({W, none}, d, K), "", "the prior is missing. Which number in b knows how frequent a class is?"},
       {posteriors({W, log_prior}, d, K), "", "a feature that is 0 speaks too: with what probability is it 0?"},
       {posteriors({on.transpose(), log_prior}, d, K), "", "only the features that are 1 are counted."},
       {posteriors({on.transpose(), log_prior + none}, d, K), "",
        "where xⱼ = 1, log(1-θ) stands in b as well. Must W not take it out again?"},
       {posteriors({theta.transpose(), log_prior}, d, K), "",
        "W holds θ itself. Which function makes sums of products?"},
       {posteriors({W, prior + none}, d, K), "", "b holds π. The rest of the score is a logarithm."}});
}

const Exercise kBernoulli{
    .number = "1.2",
    .slug = "claim:bayes",
    .task = "the posterior of Bernoulli naive Bayes as a softmax of an affine map",
    .statement = "p(y = k | x) = softmax(xᵀW + bᵀ)_k, x of zeros and ones",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Write log p(x, y = k) as a sum over the features. A feature that is 1 gives log θ; what does one that is "
         "0 give?",
         "log θ^x (1-θ)^(1-x) = x log θ + (1-x) log(1-θ). Which part multiplies xⱼ, and which part is there for "
         "every x?",
         "W(j, k) = log θ(k, j) - log(1 - θ(k, j)); b(k) = log π(k) + Σⱼ log(1 - θ(k, j))"},
    .check = check_bernoulli_scores};

// 1.3

void check_naive_bayes_limit(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const int d = 2 + attempt.seed() % 3;
  VectorXd mu(d);
  MatrixXd factor = MatrixXd::Zero(d, d);
  for (int j = 0; j < d; ++j) {
    mu[j] = draw(j, 0.3, 1.2);
    for (int i = 0; i <= j; ++i) factor(j, i) = i == j ? draw(50 + j, 0.8, 1.6) : draw(100 + d * j + i, 0.3, 0.9);
  }
  const MatrixXd sigma = factor * factor.transpose();
  const auto error = [&](const VectorXd& w) { return phi(-w.dot(mu) / std::sqrt(w.dot(sigma * w))); };
  const VectorXd variances = sigma.diagonal(), w = mu.cwiseQuotient(variances);
  const VectorXd best =
      factor.transpose().triangularView<Eigen::Upper>().solve(factor.triangularView<Eigen::Lower>().solve(mu));
  attempt.equal(
      naive_bayes_limit(mu, sigma), error(w), 1e-12,
      {{phi(-std::sqrt(w.dot(mu))), "",
        "this is the error that naive Bayes believes it has. How does wᵀx vary under the real Σ?"},
       {error(best), "",
        "this is the best error there is, with w = Σ⁻¹μ. Naive Bayes does not know the correlations."},
       {error(mu), "", "w = μ: a feature that varies more should count less."},
       {error(mu.cwiseQuotient(variances.cwiseSqrt())), "",
        "divided by the standard deviations. What does log N have?"},
       {1 - error(w), "", "this is the probability of a right answer."},
       {phi(-w.dot(mu) / w.dot(sigma * w)), "", "divided by the variance of wᵀx instead of its standard deviation."},
       {phi(-2 * w.dot(mu) / std::sqrt(w.dot(sigma * w))), "",
        "the means are 2μ apart, but how far is each from the threshold?"}});
}

const Exercise kLimit{
    .number = "1.3",
    .slug = "claim:asymptotic",
    .task = "the error at which naive Bayes comes to rest when the features are correlated",
    .statement = "lim p(wrong) of naive Bayes, x ~ N(±μ, Σ)",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Which parameters does naive Bayes find from endless data? They are right; what is wrong is what it takes "
         "them for. What is then its rule xᵀw?",
         "w = (diag Σ)⁻¹ μ, up to a factor, and its threshold is 0. In class 1, xᵀw is normal: with which mean, and "
         "which variance?",
         "Φ( -wᵀμ / √(wᵀ Σ w) )"},
    .check = check_naive_bayes_limit};

// 1.4

void check_intercept_variance(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const double delta = draw(0, 0.5, 3), share = draw(1, 0.1, 0.4), q = share * (1 - share), D = delta * delta;
  const double right = (1 + D / 4) / q;
  attempt.equal(intercept_variance(delta, share), right, 1e-12,
                {{4 + D, "", "this is for π = ½. How many of the N points does the rarer class have?"},
                 {1 / q, "", "this is the part of the log odds of the shares. What do the means add?"},
                 {D / (4 * q), "", "this is the part of the means. What does the estimated share add?"},
                 {q + D / (4 * q), "", "π(1-π)/N is the variance of the share. What is the variance of its log odds?"},
                 {4 + D / (4 * q), "", "the means are right. What is N Var of log(π̂/(1-π̂)), if π is not ½?"},
                 {1 / q + D, "",
                  "the shares are right. What are N Var of the two means, if their classes are not equally large?"},
                 {(1 + D) / q, "", "the derivative of μ²/2σ² is μ/σ², and each mean is Δ/2 from 0."},
                 {(1 + D / 4 + D * D / 32) / q, "", "does β₀ change with σ² when μ₁ = -μ₀?"}});
}

const Exercise kIntercept{
    .number = "1.4",
    .slug = "claim:efron",
    .task = "the spread of the normal model's intercept when one class is rarer",
    .statement = "lim N Var β̂₀,  β₀ = log(π/(1-π)) - (μ₁² - μ₀²)/(2σ²)",
    .points = 3,
    .minutes = 30,
    .hints =
        {"β₀ is a function of four estimates that are independent for large N. For small errors the variance of a "
         "function is the sum of (derivative)² · variance.",
         "The classes have πN and (1-π)N points, so N Var of the means is 1/π and 1/(1-π). The share has N Var "
         "π(1-π): divide by (π(1-π))² for its log odds. The derivative in σ² is 0.",
         "1/(π(1-π)) + (Δ/2)² (1/π + 1/(1-π))"},
    .check = check_intercept_variance};

// 1.5

struct Points {
  Numbers x, u;
  std::vector<int> y;
  MatrixXd r;
};

// The maximum for a weight w of each labelled point; without the unlabelled ones, or with the shares of the labelled.
Numbers fitted(const Points& p, double w, bool use_unlabelled, bool prior_of_labelled) {
  const int K = p.r.cols();
  Numbers n(K), sum(K), of_label(K), answer(2 * K + 1);
  for (std::size_t i = 0; i < p.x.size(); ++i) n[p.y[i]] += w, sum[p.y[i]] += w * p.x[i], of_label[p.y[i]] += 1;
  if (use_unlabelled) {
    for (std::size_t i = 0; i < p.u.size(); ++i)
      for (int k = 0; k < K; ++k) n[k] += p.r(i, k), sum[k] += p.r(i, k) * p.u[i];
  }
  double total = 0;
  for (const double one : n) total += one;
  for (int k = 0; k < K; ++k) {
    answer[k] = prior_of_labelled ? of_label[k] / p.x.size() : n[k] / total;
    answer[K + k] = sum[k] / n[k];
  }
  const auto square = [&](double at, int k) { return (at - answer[K + k]) * (at - answer[K + k]); };
  for (std::size_t i = 0; i < p.x.size(); ++i) answer[2 * K] += w * square(p.x[i], p.y[i]) / total;
  if (use_unlabelled) {
    for (std::size_t i = 0; i < p.u.size(); ++i)
      for (int k = 0; k < K; ++k) answer[2 * K] += p.r(i, k) * square(p.u[i], k) / total;
  }
  return answer;
}

void check_m_step(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const int K = 2 + attempt.seed() % 3, labelled = 2 * K + 1, unlabelled = 9 + attempt.seed() % 4;
  Points p{.x = {}, .u = {}, .y = {}, .r = MatrixXd(unlabelled, K)};
  for (int i = 0; i < labelled; ++i) p.y.push_back(i % K), p.x.push_back(2 * (i % K) + draw(i, -1, 1));
  for (int i = 0; i < unlabelled; ++i) {
    p.u.push_back(draw(100 + i, -1, 2 * K));
    for (int k = 0; k < K; ++k) p.r(i, k) = draw(200 + K * i + k, 0.05, 1);
    p.r.row(i) /= p.r.row(i).sum();
  }
  const Numbers right = fitted(p, 1, true, false);
  Numbers hard = right, by_labelled = right, deviation = right;
  {
    Points assigned = p;
    for (int i = 0; i < unlabelled; ++i) {
      int best;
      p.r.row(i).maxCoeff(&best);
      assigned.r.row(i).setZero();
      assigned.r(i, best) = 1;
    }
    hard = fitted(assigned, 1, true, false);
  }
  by_labelled.back() *= double(labelled + unlabelled) / labelled;
  deviation.back() = std::sqrt(deviation.back());
  // about one mean of all points, the variance is larger by that of the class means
  Numbers about_all = right;
  double mean = 0;
  for (int k = 0; k < K; ++k) mean += right[k] * right[K + k];
  for (int k = 0; k < K; ++k) about_all.back() += right[k] * (right[K + k] - mean) * (right[K + k] - mean);
  attempt.equal(
      m_step(p.x, p.y, p.u, p.r), right, 1e-12,
      {{fitted(p, 1, false, false), "", "the unlabelled points are not used."},
       {fitted(p, 1.0 / labelled, true, false), "",
        "a mean of the labelled is added to a sum of the unlabelled: a label then counts 1/N_l of a point."},
       {fitted(p, 1, true, true), "",
        "π is taken from the labelled points alone. Whose likelihood is it to maximise?"},
       {hard, "", "each unlabelled point counts for its likeliest class alone. It should count r for each class."},
       {by_labelled, "", "the squares of all points are divided by the number of labelled ones."},
       {about_all, "", "the variance is taken about the mean of all points. Which mean has each class?"},
       {deviation, "", "the last number is the standard deviation, and the variance is asked for."}});
}

const Exercise kMStep{
    .number = "1.5",
    .slug = "claim:semi",
    .task = "the M step of semi-supervised EM",
    .statement = "max Σ_l log p(x, y) + Σ_u Σ_k r_k log p(u, k) over π, μ, v",
    .points = 3,
    .minutes = 30,
    .hints =
        {"Suppose that every point had a row of weights, one for each class. Which row has a labelled point?",
         "n_k is the sum of all weights of class k, over both kinds of points. π and μ are shares and weighted means; "
         "the variance is about each class's own mean.",
         "π_k = n_k/(N_l + N_u), μ_k = (Σ_l [y=k] x + Σ_u r_k u)/n_k, v = all weighted squares/(N_l + N_u)"},
    .check = check_m_step};

// 1.6

// E[f(X)], X ~ N(0, 1), by the trapezoidal rule.
double normal_mean(const std::function<double(double)>& f) {
  double sum = 0;
  for (int i = -384; i <= 384; ++i) sum += f(i / 32.0) * std::exp(-0.5 * (i / 32.0) * (i / 32.0));
  return sum / 32 / std::sqrt(2 * std::numbers::pi);
}

void check_worth_for_share(lesson::Attempt& attempt) {
  const Draw draw(attempt);
  const double delta = draw(0, 0.8, 3), share = draw(1, 0.1, 0.4), q = share * (1 - share);
  // E over p(x), with class 1 counted with `weight`, of (posterior - centre)², the posterior with the prior `prior`
  const auto moment = [&](double weight, double prior, double centre) {
    const auto square = [&](double x) {
      return std::pow(1 / (1 + (1 - prior) / prior * std::exp(-delta * x)) - centre, 2);
    };
    return (1 - weight) * normal_mean([&](double e) { return square(e - delta / 2); }) +
           weight * normal_mean([&](double e) { return square(e + delta / 2); });
  };
  const double right = moment(share, share, share) / q;
  attempt.equal(
      worth_for_share(delta, share, normal_mean), right, 1e-9,
      {{right / q, "1/(π(1-π))", "this is the information of an unlabelled point. What is that of a labelled one?"},
       {right * q, "π(1-π)", "this is the variance of the posterior. By what is it to be divided?"},
       {moment(0.5, share, share) / q, "", "the mean is over both classes equally. How often does each come?"},
       {moment(share, 0.5, 0.5) / q, "", "the posterior is that of equal shares."},
       {moment(share, share, 0) / q, "", "the score has the mean 0. What is subtracted from p(y = 1 | x)?"},
       {moment(1, share, share) / q, "", "the mean is over class 1 alone; p(x) holds both."},
       {1 - right, "", "this is what the missing label costs. What is left?"}});
}

const Exercise kWorth{
    .number = "1.6",
    .slug = "claim:unlabelled-worth",
    .task = "what an unlabelled point tells of the share of a class",
    .statement = "I_u / I_l for π in (1-π) N(-Δ/2, 1) + π N(Δ/2, 1)",
    .points = 3,
    .minutes = 30,
    .hints =
        {"Write down log p(x, y) = y log π + (1-y) log(1-π) + ..., and differentiate in π. What is the mean of the "
         "square?",
         "With a label the score is (y - π)/(π(1-π)). Without, it is the mean of that over p(y | x): y gives way to "
         "ρ = p(y = 1 | x).",
         "E[(ρ - π)²]/(π(1-π)), where E = (1-π) mean(at e - Δ/2) + π mean(at e + Δ/2), ρ = sigmoid(Δx + log "
         "odds of π)"},
    .check = check_worth_for_share};

}  // namespace
}  // namespace ch01

int main(int argc, char** argv) {
  using namespace ch01;
  return lesson::check_exercises(argc, argv, "01_generative_discriminative",
                                 {kPrior, kBernoulli, kLimit, kIntercept, kMStep, kWorth});
}
