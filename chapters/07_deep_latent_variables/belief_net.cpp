#include <fmt/format.h>

#include <cmath>

#include "autograd/autograd.hpp"
#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/data/binarise.hpp"
#include "models/statistics/pairwise.hpp"
#include "models/statistics/random.hpp"
#include "models/training/minimise.hpp"

namespace ch07 {

using autograd::Buffer;
using models::SigmoidBeliefNet;

namespace {

// The numbers of a gradient without the padding between the parameters.
Numbers without_padding(const Parameters<double>& parameters, const Buffer<double>& gradient) {
  Numbers all;
  for (const auto& entry : parameters.entries()) {
    const auto view = parameters.view(gradient, parameters.find(entry.name));
    all.insert(all.end(), view.data(), view.data() + view.size());
  }
  return all;
}

template <class Loss>
Numbers gradient_of(const Parameters<double>& parameters, const Loss& loss) {
  Tape tape;
  Buffer<double> gradient = Buffer<double>::Zero(parameters.size());
  value_and_gradient(loss, parameters, gradient, tape);
  return without_padding(parameters, gradient);
}

Matrix<double> without_tape(const Var<Matrix<double>>& x) { return x.value(); }

// ∇ log p(x), and Σ_z p(z|x) ∇ log p(x, z) with weights that are numbers.
struct TwoGradients {
  Numbers of_marginal, of_joint;
};

// On the moons, with a quadrature's points as the values of z.
TwoGradients moons_gradients(const Deep& moons, std::uint64_t seed, const Ingredients& use) {
  const auto& model = *moons.model;
  const Matrix<double> x = draw_moons(50, seed);
  const Quadrature rule = models::normal_prior(200);
  Tape tape;
  const Matrix<double> weights =
      use.weights(without_tape(model.log_joint(Watched<double>(tape, moons.parameters), tape.constant(x), rule)));
  return {gradient_of(moons.parameters,
                      [&](const Watched<double>& theta) {
                        return sum(model.log_prob(theta, theta.tape().constant(x), rule));
                      }),
          gradient_of(moons.parameters, [&](const Watched<double>& theta) {
            return sum(theta.tape().constant(weights) * model.log_joint(theta, theta.tape().constant(x), rule));
          })};
}

}  // namespace

void fisher_identity(lesson::Lesson& lesson, const Deep& moons, const Ingredients& use) {
  // 12 pixels below 8 and 7 hidden units, whose weights are random
  Parameters<double> parameters;
  const SigmoidBeliefNet<double> net(parameters, {12, 8, 7}, lesson.seed());
  models::Random(lesson.seed(), models::Purpose::initialisation, 200)
      .fill_normal(std::span(parameters.values().data(), std::size_t(parameters.size())));
  const Matrix<double> x = net.sample(parameters, 1, models::Random(lesson.seed(), models::Purpose::data, 8));
  const Matrix<double> z = models::binary_states<double>(net.hidden_units());
  const Matrix<double> repeated = x.replicate(z.rows(), 1);

  Tape tape;
  const Watched<double> theta(tape, parameters);
  const Matrix<double> log_joint = without_tape(net.log_joint(theta, tape.constant(repeated), tape.constant(z)));
  const double layer_by_layer = net.log_prob(theta, tape.constant(x)).value()(0, 0);
  const Matrix<double> weights = use.weights(log_joint.transpose());

  const Numbers of_marginal = gradient_of(
      parameters, [&](const Watched<double>& theta) { return sum(net.log_prob(theta, theta.tape().constant(x))); });
  const Numbers of_joint = gradient_of(parameters, [&](const Watched<double>& theta) {
    Tape& tape = theta.tape();
    return sum(transpose(tape.constant(weights)) * net.log_joint(theta, tape.constant(repeated), tape.constant(z)));
  });

  const TwoGradients of_moons = moons_gradients(moons, lesson.seed(), use);
  lesson.equation("2.1", "∇log p(x) = E_{p(z|x)}[ ∇log p(x, z) ]", "eq:fisher-identity")
      .exact("belief net: log Σ_z p(x, z)", std::log(log_joint.array().exp().sum()), layer_by_layer)
      .exact(fmt::format("  {} states, {} slopes", lesson::thousands(z.rows()), of_joint.size()), of_joint,
             of_marginal, 1e-10)
      .exact(fmt::format("moons: 200 points, {} slopes", of_moons.of_joint.size()), of_moons.of_joint,
             of_moons.of_marginal, 1e-10);
}

Matrix<double> TrainedBelief::log_prob(const Matrix<double>& x) const {
  Tape tape;
  return net->log_prob(Watched<double>(tape, parameters), tape.constant(x)).value();
}

Digits black_and_white(const models::TrainTest& data, std::uint64_t seed) {
  const models::Treatment fixed{models::Binarisation::fixed, seed};
  Digits digits{models::as_matrix<double>(data.train, fixed),
                models::as_matrix<double>(data.test, fixed),
                {data.train.labels.begin(), data.train.labels.end()},
                {data.test.labels.begin(), data.test.labels.end()},
                {}};
  const double N = digits.train.rows();
  digits.means = (digits.train.colwise().sum().array() + 1) / (N + 2);
  return digits;
}

TrainedBelief train_belief(const Digits& digits, const std::vector<Index>& hidden, int steps, std::uint64_t seed) {
  TrainedBelief trained{{}, nullptr, hidden, {}};
  std::vector<Index> sizes{digits.train.cols()};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  trained.net = std::make_unique<SigmoidBeliefNet<double>>(trained.parameters, sizes, seed);
  trained.net->start_at(trained.parameters, digits.means);
  // -(1/N) log p(D), every state of the hidden units in it
  const auto loss = [&](const Watched<double>& theta) {
    return -autograd::mean(trained.net->log_prob(theta, theta.tape().reference(digits.train)));
  };
  trained.losses = models::minimise(trained.parameters, loss, steps, 0.05);
  return trained;
}

std::vector<TrainedBelief> belief_nets(lesson::Lesson& lesson, const Digits& digits, int steps) {
  // independent pixels
  Tape tape;
  const Matrix<double> logits = (digits.means.array() / (1 - digits.means.array())).log();
  const Matrix<double> independent =
      without_tape(models::bernoulli_log_probs(tape.constant(digits.test), tape.constant(logits)));
  lesson.metric("independent", independent.mean());

  std::vector<TrainedBelief> nets;
  for (const std::vector<Index>& hidden :
       {std::vector<Index>{1}, std::vector<Index>{4}, std::vector<Index>{8}, std::vector<Index>{8, 4}}) {
    nets.push_back(train_belief(digits, hidden, steps, lesson.seed()));
    const models::Estimate test = models::estimate_of(nets.back().log_prob(digits.test).reshaped());
    const std::string name = fmt::format("belief_{}", fmt::join(hidden, "_"));
    lesson.metric(name + "_test", test.mean), lesson.metric(name + "_test_se", test.se);
    lesson.metric(name + "_train", nets.back().log_prob(digits.train).mean());
    lesson.metric(name + "_last_loss", nets.back().losses.back())
        .shown("07_belief_training", fmt::format("hidden units: {}", fmt::join(hidden, " and ")));
  }

  auto equation =
      lesson.equation("1.7.2", "p(x) = Σ_z p(z) Π_j p(x_j | z), belief nets on 8×8 digits", "eq:factorised");
  Matrix<double> before = independent;
  const double least[] = {0.5, 1, 0.3};
  for (int i = 0; i < 3; ++i) {
    const Matrix<double> now = nets[i].log_prob(digits.test);
    equation.at_least(fmt::format("log p: {} hidden, not {}", nets[i].hidden[0], i == 0 ? 0 : nets[i - 1].hidden[0]),
                      models::estimate_of((now - before).reshaped()), least[i]);
    before = now;
  }
  // every pair of pixels depends on each other, although p(x|z) has independent pixels
  const Matrix<double> x =
      nets[2].net->sample(nets[2].parameters, 20'000, models::Random(lesson.seed(), models::Purpose::sampling, 5));
  const auto correlations = [](const Matrix<double>& x) {
    const Matrix<double> u = x.rowwise() - x.colwise().mean();
    const Eigen::VectorXd sd = u.colwise().squaredNorm().cwiseSqrt().cwiseMax(1e-9);
    return Matrix<double>((u.transpose() * u).array() / (sd * sd.transpose()).array());
  };
  const Matrix<double> of_model = correlations(x), of_data = correlations(digits.train);
  const double agreement = (of_model - of_data).norm() / (of_data - Matrix<double>::Identity(64, 64)).norm();
  equation.at_most("correlations missed", agreement, 0.6);
  return nets;
}

}  // namespace ch07
