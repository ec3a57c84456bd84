// The bound as the length of a file: images coded by a VAE with bits-back coding, and decoded.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "autograd/operations/elementwise.hpp"
#include "chapters/11_vae/chapter.hpp"
#include "chapters/lesson/demo/interrupt.hpp"
#include "models/coding/bits_back.hpp"
#include "models/coding/coded_file.hpp"
#include "models/data/binarise.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/estimate.hpp"
#include "models/statistics/random.hpp"
#include "models/training/parallel.hpp"

namespace ch11 {

using namespace models;
using autograd::Index;
using autograd::Tape;
using autograd::Watched;

namespace {

const double kBitsPerNat = 1 / std::log(2.0);

// log q(z|x) - log p(x, z) of each image in bits, at the numbers that its bins stand for: -ELBO at one sample z that
// is known. Computed by the formulas of the training, in whole minibatches.
std::vector<double> bits_at(const BitsBack& coder, const Matrix<float>& x, const std::vector<std::vector<int>>& bins) {
  Matrix<float> centres(x.rows(), coder.latent());
  for (Index i = 0; i < x.rows(); ++i)
    for (int j = 0; j < coder.latent(); ++j) centres(i, j) = coder.bins().centre(bins[i][j]);
  Tape tape;
  const Watched<float> theta(tape, coder.parameters());
  const auto images = tape.reference(x), z = tape.constant(centres);
  const auto q = coder.vae().encode(theta, images);
  const auto log_p = coder.vae().log_likelihood(theta, images, z) + standard_normal_log_prob(z);
  const Matrix<float> nats = (normal_log_prob(z, q.mu, q.log_var) - log_p).value();
  std::vector<double> bits(nats.data(), nats.data() + nats.size());
  for (double& one : bits) one *= kBitsPerNat;
  return bits;
}

// -ELBO of each image in bits, with a z of its own.
std::vector<double> bits_by_bound(const BitsBack& coder, const Matrix<float>& x, std::uint64_t seed) {
  constexpr std::uint64_t kStream = std::uint64_t{1} << 40;  // apart from those of models/vae/evaluate
  Matrix<float> epsilon(x.rows(), coder.latent());
  Random(seed, Purpose::evaluation, kStream).fill_normal(std::span(epsilon.data(), epsilon.size()));
  Tape tape;
  const Watched<float> theta(tape, coder.parameters());
  const BoundSettings one_sample;
  const Matrix<float> bounds =
      bound(coder.vae(), theta, tape.reference(x), tape.reference(epsilon), one_sample).value.value();
  std::vector<double> bits;
  for (Index i = 0; i < bounds.rows(); ++i) bits.push_back(-kBitsPerNat * bounds(i, 0));
  return bits;
}

// H(q(z|x)) of each image, in bits.
std::vector<double> entropies(const BitsBack& coder, const Matrix<float>& x) {
  std::vector<double> bits(x.rows());
  parallel_for(bits.size(), core_count(), [&](int i) { bits[i] = coder.posterior_entropy(x.row(i)); });
  return bits;
}

double mean(std::span<const double> values) {
  RunningMean mean;
  for (const double value : values) mean.add(value);
  return mean.mean();
}

// The mean of a, and the standard error of how far it is from that of b: image by image, so that what makes one image
// longer than another does not count.
lesson::Estimate compared(std::span<const double> a, std::span<const double> b) {
  RunningMean difference;
  for (std::size_t i = 0; i < a.size(); ++i) difference.add(a[i] - b[i]);
  return {mean(a), difference.estimate().se};
}

std::vector<double> minus(std::vector<double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

// What was coded is what is decoded, and as long as the bound says, in bits an image. What it would be without bits
// back is tried with the first thousand images: the entropies are sums over all bins.
void check_code(lesson::Lesson& lesson, const BitsBack& coder, const Matrix<float>& x, const Coded& coded,
                const Matrix<float>& decoded) {
  const std::vector<double> bound = bits_by_bound(coder, x, lesson.seed());
  const Matrix<float> first = x.topRows(std::min<Index>(1000, x.rows()));
  const std::vector<double> more = minus(encode_images(coder, first, bits_apart).bits, coded.bits);
  const std::vector<double> entropy = entropies(coder, first);
  lesson.equation("2.1", "bits that an image takes = -ELBO / log 2", "test:bits-back")
      .exact("pixels decoded wrongly", (decoded.array() != x.array()).count(), 0)
      .exact("at the coded z", mean(coded.bits), mean(bits_at(coder, x, coded.bins)), kRounding)
      .sampled("at another z ~ q(z|x)", compared(coded.bits, bound), mean(bound))
      .sampled("no bits back: H(q) more", compared(more, entropy), mean(entropy));
}

// Bytes of the pixels after gzip -9, eight of them a byte. zlib's own frame is 12 bytes shorter than gzip's.
std::size_t gzip_size(const Matrix<float>& x) {
  std::vector<std::uint8_t> bits((x.size() + 7) / 8);
  for (Index i = 0; i < x.size(); ++i) bits[i / 8] |= (x.data()[i] != 0) << (7 - i % 8);
  uLongf size = compressBound(bits.size());
  std::vector<std::uint8_t> packed(size);
  if (compress2(packed.data(), &size, bits.data(), bits.size(), Z_BEST_COMPRESSION) != Z_OK)
    throw std::runtime_error("zlib: the pixels cannot be compressed");
  return size + 12;
}

}  // namespace

void check_bits_back(lesson::Lesson& lesson, const Ingredients& use) {
  const Dataset digits = load_all_digits(lesson.data(""));
  const VaeTrainingSettings settings{.batch = 100,
                                     .epochs = lesson.quick() ? 10 : 30,
                                     .schedule = ScheduleKind::cosine,
                                     .learning_rate = 1e-2,
                                     .seed = lesson.seed(),
                                     .trainer = {.threads = 1}};
  VaeTrainer<float> trainer(digits, {.pixels = digits.dimensions(), .latent = 5, .hidden = {32}}, settings);
  while (!trainer.done() && !lesson::interrupted()) trainer.step();
  if (lesson::interrupted()) return;
  const BitsBack coder(trainer.vae(), trainer.parameters());
  const Matrix<float> all = as_matrix<float>(digits, {Binarisation::fixed, lesson.seed()});
  const Matrix<float> x = all.topRows(lesson.quick() ? 300 : all.rows());
  const Coded coded = encode_images(coder, x, use.latent_source);
  check_code(lesson, coder, x, coded, decode_images(coder, coded.words, x.rows(), use.latent_source));
}

void require_black_and_white(const Choices& c) {
  if (c.compress.empty() && c.decompress.empty()) return;
  const std::string option = c.compress.empty() ? "--decompress" : "--compress";
  if (c.shape.likelihood != Likelihood::bernoulli || c.training.binarisation == Binarisation::none)
    throw lesson::UsageError(option +
                             ": expected black and white pixels, which --likelihood bernoulli and "
                             "--binarisation static or dynamic give");
  if (c.shape.covariance != PosteriorCovariance::diagonal || !c.shape.prior.empty())
    throw lesson::UsageError(option + ": expected --covariance diagonal and --prior none");
  if (!c.decompress.empty() && c.resume.empty())
    throw lesson::UsageError("--decompress: expected --resume too, the checkpoint of the model that wrote the file");
}

void compress(lesson::Lesson& lesson, const Choices& c, const VaeTrainer<float>& trainer, const Matrix<float>& x) {
  const BitsBack coder(trainer.vae(), trainer.parameters());
  const int N = x.rows();
  auto progress = lesson.progress("coding", 2, N, "images");
  const auto advance = [&](int) {
    if (lesson::interrupted()) throw lesson::Interrupted();
    progress.advance(1);
  };
  Coded coded;
  Matrix<float> decoded;
  try {
    coded = encode_images(coder, x, the_code_itself, advance);
    save_coded(c.compress, coder, {N, coded.words});
    progress.end_round();
    decoded = decode_images(coder, load_coded(c.compress, coder).words, N, the_code_itself, advance);
  } catch (const lesson::Interrupted&) {
    return;
  }
  progress.clear();
  const double pixels = x.size(), bytes = std::filesystem::file_size(c.compress), gzip = gzip_size(x);
  const auto row = [&](double size, const std::string& what) {
    lesson.say(fmt::format("  {:>9}   {:.4f}   {}", lesson::thousands(size), 8 * size / pixels, what));
  };
  lesson.say(fmt::format("\n{} test images:\n      bytes   bits a pixel", lesson::thousands(N)));
  row(std::ceil(pixels / 8), "as they are, eight pixels a byte");
  row(gzip, "gzip -9");
  row(bytes, fmt::format("{}, of which {} are the header and {:.0f} what the coder starts with", c.compress,
                         kCodedHeaderBytes, coded.start_bits / 8));
  lesson.metric("bits_a_pixel", 8 * bytes / pixels);
  lesson.metric("bits_a_pixel_gzip", 8 * gzip / pixels);
  check_code(lesson, coder, x, coded, decoded);
}

void decompress(lesson::Lesson& lesson, const Choices& c, const VaeTrainer<float>& trainer, const Matrix<float>& x,
                const Dataset& like) {
  const BitsBack coder(trainer.vae(), trainer.parameters());
  const CodedFile file = load_coded(c.decompress, coder);
  const Matrix<float> decoded = decode_images(coder, file.words, file.images);
  lesson.say(fmt::format("{}: {} images decoded.", c.decompress, lesson::thousands(file.images)));
  auto equation = lesson.equation("2.1", "what is decoded = the test images", "test:bits-back");
  equation.exact("images", decoded.rows(), x.rows());
  if (decoded.rows() == x.rows()) equation.exact("pixels decoded wrongly", (decoded.array() != x.array()).count(), 0);
  plot_decoded(decoded, like, lesson.figures());
}

}  // namespace ch11
