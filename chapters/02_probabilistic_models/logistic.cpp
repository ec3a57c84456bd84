// Logistic regression on data whose coefficients are known: maximum likelihood misses them by as much as theory says.
#include <Eigen/LU>
#include <cmath>

#include "chapters/02_probabilistic_models/chapter.hpp"
#include "models/softmax_regression.hpp"
#include "models/statistics/random.hpp"
#include "models/training/optimisers.hpp"

namespace ch02 {

namespace {

using Vector = Eigen::Vector3d;

const Vector kBeta{-0.5, 1.5, -1};  // β*: intercept, x₁, x₂
constexpr int kPoints = 2000;

struct LogisticData {
  Matrix<double> x;                  // N×2, standard normal
  std::vector<int> y;                // N, 0 or 1
  Matrix<double> features() const {  // N×3: (1, x₁, x₂)
    Matrix<double> all(x.rows(), 3);
    all << Matrix<double>::Ones(x.rows(), 1), x;
    return all;
  }
};

LogisticData logistic_data(std::uint64_t seed, std::uint64_t number) {
  LogisticData data{Matrix<double>(kPoints, 2), std::vector<int>(kPoints)};
  models::Random(seed, models::Purpose::data, 2 * number).fill_normal({data.x.data(), 2 * kPoints});
  const models::Random choices(seed, models::Purpose::data, 2 * number + 1);
  for (int i = 0; i < kPoints; ++i) {
    const double log_odds = kBeta[0] + kBeta[1] * data.x(i, 0) + kBeta[2] * data.x(i, 1);
    data.y[i] = choices.uniform(i) < sigmoid(log_odds);
  }
  return data;
}

// I = Σᵢ p(xᵢ) (1 - p(xᵢ)) xᵢ xᵢᵀ, the Fisher information of N points about β
Eigen::Matrix3d fisher_information(const LogisticData& data, double (*information)(double p)) {
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  const Matrix<double> features = data.features();
  for (Index i = 0; i < features.rows(); ++i) {
    const Vector x = features.row(i).transpose();
    sum += information(sigmoid(kBeta.dot(x))) * x * x.transpose();
  }
  return sum;
}

struct LogisticFit {
  Vector beta, slope;  // the estimate, and the gradient of the mean log-likelihood in the class 1 parameters there
};

// Softmax regression with two classes: its log-odds are the difference of the two columns.
LogisticFit fit_logistic(const LogisticData& data) {
  Parameters<double> theta;
  const models::SoftmaxRegression model(theta, 2, 2, 1);
  const auto loss = [&](const Watched<double>& watched) {
    return -mean(model.log_prob(watched, watched.tape().constant(data.x), data.y));
  };
  Tape tape;
  auto gradient = autograd::Buffer<double>::Zero(theta.size()).eval();
  models::Optimiser<double> descent({.method = models::Method::sgd}, theta.size());
  for (int t = 0; t < 80; ++t) {
    autograd::value_and_gradient(loss, theta, gradient, tape);
    descent.begin_step(3);  // below 2 over the largest second derivative
    descent.update(theta.values().data(), gradient.data(), 0, gradient.size());
  }
  autograd::value_and_gradient(loss, theta, gradient, tape);
  const auto W = theta[model.layer.W], b = theta[model.layer.b];
  const auto dW = theta.view(gradient, model.layer.W), db = theta.view(gradient, model.layer.b);
  return {{b(0, 1) - b(0, 0), W(0, 1) - W(0, 0), W(1, 1) - W(1, 0)}, {db(0, 1), dW(0, 1), dW(1, 1)}};
}

}  // namespace

void check_logistic(lesson::Lesson& lesson, int datasets, const Ingredients& use) {
  const LogisticData data = logistic_data(lesson.seed(), 0);
  const LogisticFit fit = fit_logistic(data);
  const Vector se = fisher_information(data, use.information).inverse().diagonal().cwiseSqrt();
  // (β̂ - β*)ᵀ I (β̂ - β*) is chi-square with 3 degrees of freedom
  models::RunningMean distance;
  for (int i = 1; i <= datasets; ++i) {
    const LogisticData another = logistic_data(lesson.seed(), i);
    const Vector error = fit_logistic(another).beta - kBeta;
    distance.add(error.dot(fisher_information(another, use.information) * error));
  }
  const auto numbers = [](const Vector& v) { return std::span<const double>(v.data(), 3); };
  const Vector zero = Vector::Zero();
  lesson.equation("1.3.1", "p_θ(y|x) ≈ p*(y|x), log-odds β·(1, x₁, x₂)", "eq:conditional")
      .exact("slope at the estimate", numbers(fit.slope), numbers(zero), 1e-9)
      .sampled("β̂, SE by Fisher", numbers(fit.beta), numbers(se), numbers(kBeta))
      .sampled("(β̂-β*)ᵀ I (β̂-β*)", distance.estimate(), 3);
}

}  // namespace ch02
