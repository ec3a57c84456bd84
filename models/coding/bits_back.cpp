#include "models/coding/bits_back.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/statistics/random.hpp"

namespace models {

using autograd::Index;
using autograd::Tape;
using autograd::Watched;

namespace {

// Streams of random words: of the first stack, of the stack apart, and one for each image.
constexpr std::uint64_t kFirstStack = 0, kApart = 1, kFirstImage = 2;

}  // namespace

BitsBack::BitsBack(const Vae<float>& vae, const Parameters<float>& parameters) : vae_(vae), parameters_(parameters) {
  if (vae.shape().likelihood != Likelihood::bernoulli)
    throw std::invalid_argument(
        "bits-back: expected a Bernoulli likelihood, whose pixels are 0 or 1, found a density");
  if (vae.shape().covariance == PosteriorCovariance::full || vae.prior())
    throw std::invalid_argument(
        "bits-back: expected one layer of latent variables with a diagonal covariance, found others");
}

BitsBack::Normal BitsBack::encode(const Eigen::Ref<const Matrix<float>>& x) const {
  Tape tape;
  const Watched<float> theta(tape, parameters_);
  const auto q = vae_.encode(theta, tape.constant(Matrix<float>(x)));
  return {q.mu.value().cast<double>(), (0.5 * q.log_var.value().cast<double>().array()).exp()};
}

Matrix<double> BitsBack::decode(const std::vector<int>& z) const {
  Matrix<float> centres(1, latent());
  for (int j = 0; j < latent(); ++j) centres(0, j) = bins_.centre(z[j]);
  Tape tape;
  const Watched<float> theta(tape, parameters_);
  const Matrix<double> logits = vae_.decode(theta, tape.constant(centres)).value().cast<double>();
  return 1 / (1 + (-logits.array()).exp());
}

std::vector<std::uint32_t> BitsBack::shifts(int number) const {
  std::vector<std::uint32_t> random(latent());
  Random(1, Purpose::coding, kFirstImage + number).fill_bits(random);
  return random;
}

std::vector<int> BitsBack::push(const Eigen::Ref<const Matrix<float>>& x, int number, Ans& code, Ans& source) const {
  const auto [mu, sigma] = encode(x);
  const std::vector<std::uint32_t> shift = shifts(number);
  std::vector<int> z(latent());
  for (int j = 0; j < latent(); ++j) {
    source.rotate(shift[j]);
    z[j] = bins_.posterior_bin(source.slot(), mu(0, j), sigma(0, j));
    source.pop(bins_.posterior(z[j], mu(0, j), sigma(0, j)));
  }
  const Matrix<double> p = decode(z);
  for (int i = 0; i < pixels(); ++i) code.push(bernoulli_interval(x(0, i) != 0, p(0, i)));
  for (const int bin : z) code.push(bins_.prior(bin));
  return z;
}

void BitsBack::pop(Eigen::Ref<Matrix<float>> x, int number, Ans& code, Ans& source) const {
  std::vector<int> z(latent());
  for (int j = latent() - 1; j >= 0; --j) {
    z[j] = bins_.prior_bin(code.slot());
    code.pop(bins_.prior(z[j]));
  }
  const Matrix<double> p = decode(z);
  for (int i = pixels() - 1; i >= 0; --i) {
    x(0, i) = bernoulli_symbol(code.slot(), p(0, i));
    code.pop(bernoulli_interval(x(0, i) != 0, p(0, i)));
  }
  const auto [mu, sigma] = encode(x);
  const std::vector<std::uint32_t> shift = shifts(number);
  for (int j = latent() - 1; j >= 0; --j) {
    source.push(bins_.posterior(z[j], mu(0, j), sigma(0, j)));
    source.rotate(-shift[j]);
  }
}

double BitsBack::posterior_entropy(const Eigen::Ref<const Matrix<float>>& x) const {
  const auto [mu, sigma] = encode(x);
  double bits = 0;
  for (int j = 0; j < latent(); ++j) bits += bins_.posterior_entropy(mu(0, j), sigma(0, j));
  return bits;
}

namespace {

// Random words for so many images' latent numbers, r bits each at most.
std::vector<std::uint32_t> random_words(const BitsBack& coder, Index images, std::uint64_t number) {
  std::vector<std::uint32_t> words(images * coder.latent() * Ans::kPrecision / 32 + 2);
  Random(1, Purpose::coding, number).fill_bits(words);
  return words;
}

Ans first_stack(const BitsBack& coder) { return Ans::start(random_words(coder, 1, kFirstStack)); }

}  // namespace

Coded encode_images(const BitsBack& coder, const Matrix<float>& x, LatentSource source, const Progress& progress) {
  Ans code = first_stack(coder), apart = Ans::start(random_words(coder, x.rows(), kApart));
  Coded coded;
  coded.start_bits = code.bits();
  double before = coded.start_bits;
  for (Index i = 0; i < x.rows(); ++i) {
    coded.bins.push_back(coder.push(x.row(i), i, code, source(code, apart)));
    coded.bits.push_back(code.bits() - before);
    before = code.bits();
    if (progress) progress(i + 1);
  }
  coded.words = code.state();
  return coded;
}

Matrix<float> decode_images(const BitsBack& coder, const std::vector<std::uint32_t>& words, int count,
                            LatentSource source, const Progress& progress) {
  const std::string other = "the code is damaged, or of another model, or its numbers are rounded otherwise here";
  Matrix<float> x(count, coder.pixels());
  try {
    Ans code(words), apart = Ans::start({});
    for (Index i = count - 1; i >= 0; --i) {
      coder.pop(x.row(i), i, code, source(code, apart));
      if (progress) progress(count - i);
    }
    if (code.state() == first_stack(coder).state()) return x;
  } catch (const AnsError& error) {
    throw std::runtime_error(fmt::format("bits-back: {} ({})", other, error.what()));
  }
  throw std::runtime_error(
      fmt::format("bits-back: what is left after the last image is not what the coder started "
                  "with: {}",
                  other));
}

}  // namespace models
