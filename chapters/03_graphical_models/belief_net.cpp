// The fully visible belief net: twelve pixels, of which every image can be written out, and then all of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "autograd/autograd.hpp"
#include "chapters/03_graphical_models/chapter.hpp"
#include "models/data/minibatch.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/training/trainer.hpp"

namespace ch03 {

using models::FullyVisibleBeliefNet;
using models::Random;
using models::Trainer;

Eigen::VectorXd TrainedBeliefNet::log_prob(const Matrix<float>& x) const {
  constexpr Index kRows = 500;  // at a time
  Eigen::VectorXd all(x.rows());
  Tape tape;
  for (Index first = 0; first < x.rows(); first += kRows) {
    tape.rewind();
    const Watched<float> theta(tape, parameters);
    const Matrix<float> some = x.middleRows(first, std::min(kRows, x.rows() - first));
    all.segment(first, some.rows()) = net->log_prob(theta, tape.reference(some)).value().col(0).cast<double>();
  }
  return all;
}

Matrix<float> pixel_means(const models::Dataset& images) {
  const double N = images.count();
  return ((N * models::mean_image<double>(images).array() + 1) / (N + 2)).cast<float>();
}

TrainedBeliefNet untrained(const models::Dataset& images, const Ingredients& use) {
  TrainedBeliefNet start;
  start.net = std::make_unique<FullyVisibleBeliefNet<float>>(start.parameters, use.mask(images.dimensions()));
  start.net->start_at(start.parameters, pixel_means(images));
  return start;
}

TrainedBeliefNet train_belief_net(const models::Dataset& images, const BeliefNetSettings& settings, std::uint64_t seed,
                                  const Ingredients& use, const AfterEpoch& after_epoch) {
  TrainedBeliefNet trained = untrained(images, use);
  Trainer<float> trainer(trained.parameters, {});
  models::Minibatches batches(images.count(), settings.batch, models::Order::shuffled, seed);
  const models::Schedule schedule{models::ScheduleKind::cosine, settings.learning_rate, settings.learning_rate / 100,
                                  std::uint64_t(settings.epochs) * batches.steps_per_epoch()};
  for (int epoch = 0; epoch < settings.epochs; ++epoch) {
    const models::Treatment treatment{models::parse_binarisation(settings.binarisation), seed, std::uint64_t(epoch)};
    double sum = 0;  // of log p(x), over the epoch's images
    for (int step = 0; step < batches.steps_per_epoch(); ++step) {
      const std::span<const int> batch = batches.batch(epoch, step);
      // -(1/M) Σ log p(x) over the shard's rows of the minibatch of M
      const auto loss = [&](const Watched<float>& theta, const models::Shard& shard) -> Trainer<float>::ShardPart {
        auto x = theta.tape().scratch<float>(shard.count, images.dimensions());
        models::fill_batch(images, batch.subspan(shard.first, shard.count), treatment, x);
        const auto log_p = trained.net->log_prob(theta, theta.tape().reference(x));
        return autograd::sum(log_p) * (-1.0f / batch.size());
      };
      sum -= batch.size() * trainer.step(std::ref(loss), batch.size(), schedule.at(trainer.optimiser().steps)).loss;
    }
    after_epoch(trained, sum / images.count());
  }
  return trained;
}

models::Dataset crop(const models::Dataset& images, int top, int left, int height, int width) {
  models::Dataset part{images.name, height, width, images.scale, {}, images.labels};
  for (int i = 0; i < images.count(); ++i)
    for (int y = top; y < top + height; ++y) {
      const auto row = images.image(i).subspan(y * images.width + left, width);
      part.pixels.insert(part.pixels.end(), row.begin(), row.end());
    }
  return part;
}

void belief_net_of_twelve_pixels(lesson::Lesson& lesson, const models::Dataset& images, int draws,
                                 const Ingredients& use) {
  const models::Dataset patch = crop(images, images.height / 2 - 2, images.width / 2 - 1, 4, 3);
  const auto states = models::tuples(2, 12);
  Matrix<float> all(states.size(), 12);
  for (Index r = 0; r < all.rows(); ++r)
    for (Index j = 0; j < 12; ++j) all(r, j) = states[r][j];

  const TrainedBeliefNet trained = train_belief_net(patch, {.epochs = 2}, lesson.seed(), use);
  const Eigen::VectorXd p = trained.log_prob(all).array().exp();

  Matrix<float> x(draws, 12);
  trained.net->sample(trained.parameters, x, 0, Random(lesson.seed(), models::Purpose::sampling, 2));
  const Eigen::VectorXd exact = (all.cast<double>().transpose() * p), mean = x.cast<double>().colwise().mean();
  const Eigen::VectorXd se = (mean.array() * (1 - mean.array()) / (draws - 1)).sqrt();
  const auto numbers = [](const Eigen::VectorXd& v) { return std::span<const double>(v.data(), v.size()); };
  // 0 and ± log 99 average to ± ½ log 99, and σ(½ log 99) = √99 / (1 + √99)
  const double agree = std::sqrt(99.0) / (1 + std::sqrt(99.0));
  const double averaged = 2 * (agree * agree + (1 - agree) * (1 - agree));
  lesson.equation("1.4", "Σ_x Π_i p(x_i | x_1 .. x_{i-1}) = 1", "test:ladder")
      .exact("12 pixels: 4,096 images", p.sum(), 1, 1e-5)
      .sampled(fmt::format("  {} draws", lesson::thousands(draws)), numbers(mean), numbers(se), numbers(exact))
      .exact("two bits, one after the other", Joint(2, use.two_bits).total(), 1)
      .exact("  logits of two orders averaged", Joint(2, orderings_averaged).total(), averaged);
}

namespace {

// ∂ logit_i / ∂ x_j by the tape, d×d: d copies of the image x, of whose logits the i-th row gives the i-th.
Matrix<float> jacobian(const TrainedBeliefNet& trained, const Matrix<float>& x) {
  const Index d = x.cols();
  Tape tape;
  const Watched<float> theta(tape, trained.parameters);
  const auto copies = tape.variable(Matrix<float>(x.replicate(d, 1)));
  tape.backward(dot(tape.constant(Matrix<float>(Matrix<float>::Identity(d, d))), trained.net->logits(theta, copies)));
  return copies.grad();
}

// Σ_i x_i log p_i + (1 - x_i) log(1 - p_i), averaged over the rows: only the mean of the rows counts.
double independent_pixels(const Matrix<float>& x, const Matrix<float>& p) {
  const Eigen::ArrayXd q = p.row(0).cast<double>(), on = x.cast<double>().colwise().mean().transpose();
  return (on * q.log() + (1 - on) * (1 - q).log()).sum();
}

void add_rungs(lesson::Lesson& lesson, const Eigen::VectorXd& independent, const Eigen::VectorXd& belief_net) {
  lesson.say("\nThe first rungs of the ladder, in nats a test image:");
  const auto add = [&](const std::string& model, const Eigen::VectorXd& log_p) {
    const models::Estimate nats = models::estimate_of(log_p);
    lesson.say(fmt::format("  {}{}   ({} images)", lesson::pad_right(model, 28),
                           lesson::with_error(nats.mean, nats.se), lesson::thousands(log_p.size())));
    lesson.rung({model, "exact", nats, log_p.size(), fmt::format("binarised once, seed {}", lesson.seed())});
  };
  constexpr Index kFew = 1000;  // for models whose log-likelihood takes long to estimate
  for (const Index count : {belief_net.size(), std::min(kFew, belief_net.size() - 1)}) {
    add("independent pixels", independent.head(count));
    add("fully visible belief net", belief_net.head(count));
  }
}

}  // namespace

Climb ladder(lesson::Lesson& lesson, const models::TrainTest& data, const Matrix<float>& test,
             const BeliefNetSettings& settings, const Ingredients& use, lesson::Progress* progress) {
  const TrainedBeliefNet start = untrained(data.train, use);
  lesson.say(fmt::format("\nTraining on {} images of {}: {} weights.", lesson::thousands(data.train.count()),
                         data.train.name, lesson::thousands(start.net->weights())));
  Climb climb;
  climb.top = train_belief_net(data.train, settings, lesson.seed(), use, [&](const auto& trained, double train) {
    climb.train.push_back(train);
    climb.test.push_back(trained.log_prob(test).mean());
    if (!progress) return;
    progress->show("log p(x)", climb.test.back());
    progress->advance(data.train.count());
    progress->end_round();
  });
  const Eigen::VectorXd independent = start.log_prob(test), belief_net = climb.top.log_prob(test);

  const Matrix<float> slopes = jacobian(climb.top, test.topRows(1));  // row i: of logit i
  const Matrix<float> later = slopes.triangularView<Eigen::Upper>(), earlier = slopes - later;
  lesson.equation("1.4", "log p(x) = Σ_i log p(x_i | x_1 .. x_{i-1}), exactly, of images", "test:ladder")
      .exact("largest ∂logit_i/∂x_j, j >= i", later.cwiseAbs().maxCoeff(), 0)
      .at_least("largest ∂logit_i/∂x_j, j < i", earlier.cwiseAbs().maxCoeff(), 0.1)
      .exact("no arrows: the closed form", independent.mean(), independent_pixels(test, pixel_means(data.train)), 1e-6)
      .at_least("all arrows - none, nats", models::estimate_of(belief_net - independent), 0)
      .at_most("  the likeliest: log p <= 0", belief_net.maxCoeff(), 0);

  lesson.metric("train_log_p", climb.train.back()).shown("03_training", "training images, as they came");
  lesson.metric("test_log_p", belief_net.mean()).shown("03_training", "test images");
  add_rungs(lesson, independent, belief_net);
  return climb;
}

}  // namespace ch03
