#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/data/binarise.hpp"
#include "models/statistics/categorical.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/random.hpp"

namespace ch04 {

using autograd::Index;
using autograd::Matrix;

namespace {

// Images first .. first + count - 1: count×pixels of zeros and ones.
Matrix<double> block(const BlackAndWhite& images, int first, int count) {
  std::vector<int> indices(count);
  std::iota(indices.begin(), indices.end(), first);
  Matrix<double> x(count, images.data.dimensions());
  models::fill_batch(images.data, indices, {models::Binarisation::fixed, images.seed}, x);
  return x;
}

// f of every block, so that no more than 1,000 images are in memory at once.
template <class F>
void for_each_block(const BlackAndWhite& images, F f) {
  constexpr int kBlock = 1000;
  for (int first = 0; first < images.data.count(); first += kBlock)
    f(block(images, first, std::min(kBlock, images.data.count() - first)));
}

Numbers softmax(const Numbers& theta) {
  Numbers p;
  double total = 0;
  for (const double logit : theta) total += p.emplace_back(std::exp(logit));
  for (double& p_k : p) p_k /= total;
  return p;
}

// (1/N) log p_θ(D) of labels under a softmax of logits θ, label by label on the tape, and its gradient in θ.
struct MeanLogLikelihood {
  double value = 0;
  Numbers gradient{};
};
MeanLogLikelihood of_labels(std::span<const int> labels, const Numbers& theta) {
  const Index N = labels.size(), K = theta.size();
  const Matrix<double> logits = autograd::ConstMatrixMap<double>(theta.data(), 1, K);
  const auto mean_log_p = [&](const auto& logits) {
    const auto repeated = logits.tape().constant(Matrix<double>(Matrix<double>::Zero(N, K))) + logits;
    return mean(pick(log_softmax(repeated), labels));
  };
  const auto [value, gradient] = autograd::value_and_gradient(mean_log_p, logits);
  return {value, {gradient.data(), gradient.data() + K}};
}

// (1/N) log p(D) of images of independent pixels with these logits, and its gradient in them. Both are sums over the
// images, so each block of images adds its part:
//   log p(D) = Σ_blocks log p(block)          ∇log p(D) = Σ_blocks ∇log p(block)
MeanLogLikelihood of_images(const BlackAndWhite& images, const std::vector<Index>& pixels, const Numbers& logits) {
  const Index d = pixels.size();
  const Matrix<double> theta = autograd::ConstMatrixMap<double>(logits.data(), 1, d);
  double value = 0;
  Matrix<double> gradient = Matrix<double>::Zero(1, d);
  for_each_block(images, [&](const Matrix<double>& block) {
    const Matrix<double> x = block(Eigen::all, pixels);
    const auto log_p = [&](const auto& theta) {
      autograd::Tape& tape = theta.tape();
      const auto one_row_an_image = tape.constant(Matrix<double>(Matrix<double>::Zero(x.rows(), d))) + theta;
      return sum(models::bernoulli_log_prob(tape.constant(x), one_row_an_image));
    };
    const auto [block_value, block_gradient] = autograd::value_and_gradient(log_p, theta);
    value += block_value;
    gradient += block_gradient;
  });
  const double N = images.data.count();
  gradient /= N;
  return {value / N, {gradient.data(), gradient.data() + d}};
}

// The share of images with each pixel on.
Numbers means_of(const BlackAndWhite& images) {
  Eigen::RowVectorXd on = Eigen::RowVectorXd::Zero(images.data.dimensions());
  for_each_block(images, [&](const Matrix<double>& x) { on += x.colwise().sum(); });
  on /= images.data.count();
  return {on.data(), on.data() + on.size()};
}

Numbers bernoulli(double theta) { return {1 - theta, theta}; }

double logit(double theta) { return std::log(theta) - std::log1p(-theta); }

}  // namespace

std::vector<int> windows(const BlackAndWhite& images) {
  const int height = images.data.height, width = images.data.width;
  std::vector<int> numbers;
  for_each_block(images, [&](const Matrix<double>& x) {
    for (Index i = 0; i < x.rows(); ++i) {
      for (int top = 0; top + kWindow <= height; top += kWindow) {
        for (int left = 0; left + kWindow <= width; left += kWindow) {
          int number = 0;
          for (int j = 0; j < kWindowPixels; ++j)
            number |= static_cast<int>(x(i, (top + j / kWindow) * width + left + j % kWindow)) << j;
          numbers.push_back(number);
        }
      }
    }
  });
  return numbers;
}

std::vector<double> independent_pixels(std::span<const double> theta) {
  Numbers p(kWindows, 1.0);
  for (int window = 0; window < kWindows; ++window) {
    for (std::size_t j = 0; j < theta.size(); ++j) p[window] *= (window >> j & 1) != 0 ? theta[j] : 1 - theta[j];
  }
  return p;
}

std::vector<double> pixel_means(std::span<const int> windows) {
  Numbers theta(kWindowPixels, 0.0);
  for (const int window : windows) {
    for (std::size_t j = 0; j < theta.size(); ++j) theta[j] += window >> j & 1;
  }
  for (double& theta_j : theta) theta_j /= windows.size();
  return theta;
}

double pixels_in_closed_form(std::span<const double> means, std::span<const double> theta) {
  double log_p = 0;
  for (std::size_t j = 0; j < means.size(); ++j)
    log_p -= models::cross_entropy(bernoulli(means[j]), bernoulli(theta[j]));
  return log_p;
}

namespace {

void check_labels(lesson::Lesson& lesson, const models::Dataset& data, const Divergence& kl) {
  const std::vector<int> labels(data.labels.begin(), data.labels.end());
  const Numbers p_hat = models::empirical_distribution(labels, data.classes());
  Numbers theta(p_hat.size()), difference;
  models::Random(lesson.seed(), models::Purpose::data).fill_normal(theta);
  const Numbers p_theta = softmax(theta), uniform(p_hat.size(), 1.0 / p_hat.size());
  const MeanLogLikelihood on_the_tape = of_labels(labels, theta);
  for (std::size_t k = 0; k < p_hat.size(); ++k) difference.push_back(p_hat[k] - p_theta[k]);
  const auto right_side = [&](const Numbers& model) { return -models::entropy(p_hat) - kl(p_hat, model); };
  lesson.equation("1.6", "(1/N) log p_θ(D) = -H(p̂) - KL(p̂ ‖ p_θ)", "eq:ml-kl")
      .exact("labels, softmax of random θ", on_the_tape.value, right_side(p_theta))
      .exact("  gradient in θ: p̂ - p_θ", on_the_tape.gradient, difference)
      .exact("labels, p_θ uniform", of_labels(labels, Numbers(p_hat.size(), 0.0)).value, right_side(uniform))
      .exact("labels, p_θ = p̂: -H(p̂)", models::log_likelihood(labels, p_hat) / data.count(), right_side(p_hat));
}

void check_windows(lesson::Lesson& lesson, const BlackAndWhite& images, const Divergence& kl) {
  const std::vector<int> x = windows(images);
  const Numbers means = pixel_means(x), p_hat = models::empirical_distribution(x, kWindows);
  const auto mean_log_p = [&](const Numbers& pixels) {
    return models::log_likelihood(x, independent_pixels(pixels)) / x.size();
  };
  double pixel_entropies = 0;
  for (const double theta_j : means) pixel_entropies += models::entropy(bernoulli(theta_j));
  Numbers half_way = means;
  for (double& theta_j : half_way) theta_j = 0.5 * (theta_j + 0.5);
  const double price = kl(p_hat, independent_pixels(means));
  lesson.equation("1.6", "the same on 3×3 pixels, 512 states, p_θ with independent pixels", "eq:ml-kl")
      .exact(fmt::format("{} windows", lesson::thousands(x.size())), mean_log_p(half_way),
             -models::entropy(p_hat) - kl(p_hat, independent_pixels(half_way)))
      .exact("least KL: Σ H(p̂ⱼ) - H(p̂)", price, pixel_entropies - models::entropy(p_hat));
  lesson.metric("window_price", price);
}

}  // namespace

void check_ml_kl(lesson::Lesson& lesson, const BlackAndWhite& images, const Divergence& kl) {
  check_labels(lesson, images.data, kl);
  check_windows(lesson, images, kl);
}

void require_varied(const BlackAndWhite& images) {
  const models::Dataset& data = images.data;
  if (data.count() == 0) throw std::invalid_argument(data.name + ": expected images, found none");
  if (data.height < kWindow || data.width < kWindow)
    throw std::invalid_argument(fmt::format("{}: expected images of at least {}×{} pixels, found {}×{}", data.name,
                                            kWindow, kWindow, data.height, data.width));
  if (std::ranges::all_of(means_of(images), [](double mean) { return mean == 0 || mean == 1; }))
    throw std::invalid_argument(fmt::format(
        "{}: expected images that differ, found {} with the same black and white pixels", data.name, data.count()));
}

void check_pixels(lesson::Lesson& lesson, const BlackAndWhite& images, const PixelFormula& closed_form,
                  const Divergence& kl) {
  const Numbers all = means_of(images);
  std::vector<Index> pixels;  // that are not the same in all images: the others have log p = log 1 at the maximum
  Numbers means, theta, best_logits, logits, difference;
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (all[j] == 0 || all[j] == 1) continue;
    pixels.push_back(j);
    means.push_back(all[j]);
    theta.push_back(0.5 * (all[j] + 0.5));
    best_logits.push_back(logit(means.back()));
    logits.push_back(logit(theta.back()));
    difference.push_back(means.back() - theta.back());
  }
  const MeanLogLikelihood best = of_images(images, pixels, best_logits), other = of_images(images, pixels, logits);
  double divergences = 0;
  for (std::size_t j = 0; j < means.size(); ++j) divergences += kl(bernoulli(means[j]), bernoulli(theta[j]));
  lesson
      .equation("1.5",
                fmt::format("(1/N) log p(D) = (1/N) Σ Σ log Bernoulli(x; θ), {} images of {} pixels",
                            lesson::thousands(images.data.count()), pixels.size()),
                "eq:iid")
      .exact("θ = means: closed form", closed_form(means, means), best.value)
      .exact("  gradient 0: the maximum", best.gradient, Numbers(means.size(), 0.0))
      .exact("another θ: closed form", closed_form(means, theta), other.value)
      .exact("  gradient in logits: m - θ", difference, other.gradient)
      .exact("  lower by Σ KL(mⱼ ‖ θⱼ)", best.value - other.value, divergences);
  lesson.metric("pixels_log_likelihood", best.value);
}

}  // namespace ch04
