// A mixture as a VAE: z is one of a few components, the ELBO is a sum over them, and the encoder's family holds the
// true posterior.
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "chapters/10_elbo/chapter.hpp"
#include "chapters/10_elbo/maximise.hpp"
#include "models/statistics/random.hpp"

namespace ch10 {

namespace {

constexpr int kComponents = 3, kPixels = 9;

// The nine pixels in the middle of every digit, black where there is more than half of the ink: the different
// patterns, one a row, and their shares of the data.
struct Patterns {
  Matrix<double> x;        // n×9, of 0 and 1
  Eigen::VectorXd shares;  // n
};

Patterns middles(const models::Dataset& digits) {
  std::map<std::vector<double>, int> counts;
  for (int i = 0; i < digits.count(); ++i) {
    std::vector<double> x;
    for (int row = 3; row < 6; ++row)
      for (int column = 3; column < 6; ++column)
        x.push_back(2 * digits.image(i)[row * digits.width + column] > digits.scale);
    ++counts[x];
  }
  Patterns patterns{Matrix<double>(counts.size(), kPixels), Eigen::VectorXd(counts.size())};
  Index n = 0;
  for (const auto& [x, count] : counts) {
    patterns.x.row(n) = Eigen::Map<const Eigen::RowVectorXd>(x.data(), kPixels);
    patterns.shares[n++] = 1.0 * count / digits.count();
  }
  return patterns;
}

// p(z) = softmax(a),  p(x_i = 1 | z) = sigmoid(L_zi),  q(z|x) = softmax(x A + c).
struct MixtureVae {
  Parameters<double> theta;
  Slot a = theta.add("prior", 1, kComponents), L = theta.add("pixels", kComponents, kPixels);
  Slot A = theta.add("encoder.A", kPixels, kComponents), c = theta.add("encoder.c", 1, kComponents);

  explicit MixtureVae(std::uint64_t seed) {
    models::Random(seed, models::Purpose::initialisation).fill_normal(std::span(theta.values().data(), theta.size()));
  }

  // log p(x, z) = log π_z + Σ_i [ x_i L_zi - log(1 + exp L_zi) ]: n×components
  Var<Matrix<double>> log_joint(const Watched<double>& watched, const Matrix<double>& x) const {
    const auto pixels = transpose(watched[L]);
    const auto ink = matmul(watched.tape().constant(x), pixels);
    return log_softmax(watched[a]) + (ink - sum(softplus(pixels), autograd::By::column));
  }

  // The mean over the data of  ELBO(x) = Σ_z q(z|x) [ log p(x, z) - log q(z|x) ], with nothing sampled.
  Var<double> elbo(const Watched<double>& watched, const Patterns& data) const {
    Tape& tape = watched.tape();
    const auto log_q = log_softmax(matmul(tape.constant(data.x), watched[A]) + watched[c]);
    const auto of_x = sum(exp(log_q) * (log_joint(watched, data.x) - log_q), autograd::By::row);
    return dot(tape.constant(Matrix<double>(data.shares)), of_x);
  }

  // log p(x) of every pattern, log Σ_z p(x, z): their mean.
  double log_likelihood(const Patterns& data) const {
    Tape tape;
    const Watched<double> watched(tape, theta);
    return data.shares.dot(log_sum_exp(log_joint(watched, data.x), autograd::By::row).value().col(0));
  }

  // One step of EM (chapter 06): π_z and the pixels' means from the posteriors of all data.
  void em_step(const Patterns& data) {
    Tape tape;
    const Matrix<double> posterior = exp(log_softmax(log_joint(Watched<double>(tape, theta), data.x))).value();
    const Matrix<double> weighted = data.shares.asDiagonal() * posterior;
    const Eigen::RowVectorXd share = weighted.colwise().sum();
    theta[a] = share.array().log();
    const Matrix<double> ink = weighted.transpose() * data.x;
    const Eigen::ArrayXXd mean = (share.cwiseInverse().asDiagonal() * ink).array();
    theta[L] = (mean / (1 - mean)).log().matrix();
  }

  // The encoder that is the posterior: log p(x, z) is affine in x, with the slopes L_z and the constant
  // log π_z - Σ_i log(1 + exp L_zi).
  void set_encoder_to_posterior() {
    theta[A] = theta[L].transpose();
    const Eigen::ArrayXXd softplus = theta[L].array().exp().log1p();
    theta[c] = theta[a] - softplus.rowwise().sum().matrix().transpose();
  }
};

}  // namespace

void check_mixture(lesson::Lesson& lesson, const models::Dataset& digits, const Ingredients& use) {
  const Patterns data = middles(digits);
  MixtureVae fixed(7);
  // not for ever: the log-odds of a pixel that a component never inks would grow until they are no number
  for (int step = 0; step < 400; ++step) fixed.em_step(data);
  fixed.set_encoder_to_posterior();
  if (!use.encoder_bias) fixed.theta[fixed.c].setZero();

  const auto of = [&data](const MixtureVae& vae) {
    return [&](const Watched<double>& watched) { return vae.elbo(watched, data); };
  };
  autograd::Buffer<double> gradient(fixed.theta.size());
  Tape tape;
  const double at_fixed_point = autograd::value_and_gradient(of(fixed), fixed.theta, gradient, tape);

  MixtureVae trained(lesson.seed());
  std::vector<Slot> held;
  if (!use.encoder_bias) {
    trained.theta[trained.c].setZero();
    held = {trained.c};
  }
  const double reached =
      maximise(of(trained), trained.theta, {.steps = lesson.quick() ? 3000 : 20'000, .rate = 0.02}, held);
  lesson.equation("2.1", "mixture, q(z|x) = softmax(x A + c): the best ELBO is log p(x)", "test:mixture-encoder")
      .exact("EM's fixed point: ELBO, log p", at_fixed_point, fixed.log_likelihood(data))
      .exact("  the ELBO's largest slope", gradient.cwiseAbs().maxCoeff(), 0, 1e-6)
      .exact("trained: ELBO, log p", reached, trained.log_likelihood(data), 1e-6);
}

}  // namespace ch10
