#pragma once
// Images as bits, by a VAE: bits-back coding (Townsend, Bird & Barber 2019, "Practical lossless compression with
// latent variables using bits back coding").
//
// An image x is coded in three steps on a stack that already holds bits, and decoded by the same steps backwards:
//   pop  z by q(z|x)     -log₂ q(z|x) bits shorter          push z by q(z|x)
//   push x by p(x|z)     -log₂ p(x|z) bits longer           pop  x by p(x|z)
//   push z by p(z)       -log₂ p(z) bits longer             pop  z by p(z)
// Together the stack grows by log₂ q(z|x)/p(x, z), on average over z minus the ELBO in bits.
//
// That average asks for z ~ q(z|x), and so for popped bits that are random. Those on top are the z and the pixels of
// the image before, which are not, unless the model is exactly right. So before each pop the top slot is rotated by a
// random number, after which every slot is equally likely; the decoder has the same numbers and rotates back.
//
// The decoder must compute the same μ(x), σ(x) and logits as the coder, to the last bit: images pass
// the networks one at a time, so that every product has the same shape on both sides; build and
// kernels of the products must be the same.

#include <cstdint>
#include <functional>
#include <vector>

#include "models/coding/intervals.hpp"
#include "models/vae/vae.hpp"

namespace models {

class BitsBack {
 public:
  // Both must outlive it. Throws std::invalid_argument unless the likelihood is Bernoulli, the
  // covariance of q is diagonal and the prior N(0, I).
  BitsBack(const Vae<float>& vae, const Parameters<float>& parameters);

  // Pushes image `number`, 1×pixels of zeros and ones; returns the bin of each latent number. z is
  // popped from `source`. If that is `code` itself, the bits that choose z are got back by the
  // decoder; if not, `code` grows by as many more.
  std::vector<int> push(const Eigen::Ref<const Matrix<float>>& x, int number, Ans& code, Ans& source) const;
  // Pops the image that was pushed last into x, and pushes to `source` what chose its z.
  void pop(Eigen::Ref<Matrix<float>> x, int number, Ans& code, Ans& source) const;

  // The entropy of z's bins under q(z|x), in bits: what the choice of z takes on average, and bits-back gets back.
  double posterior_entropy(const Eigen::Ref<const Matrix<float>>& x) const;

  const NormalBins& bins() const { return bins_; }
  const Vae<float>& vae() const { return vae_; }
  const Parameters<float>& parameters() const { return parameters_; }
  int latent() const { return vae_.shape().latent; }
  int pixels() const { return vae_.shape().pixels; }

 private:
  struct Normal {
    Matrix<double> mu, sigma;  // 1×latent
  };
  Normal encode(const Eigen::Ref<const Matrix<float>>& x) const;
  // The probability that each pixel is 1, given z: 1×pixels.
  Matrix<double> decode(const std::vector<int>& z) const;
  // By how much the top slot is rotated before each latent number of an image is popped.
  std::vector<std::uint32_t> shifts(int number) const;

  const Vae<float>& vae_;
  const Parameters<float>& parameters_;
  NormalBins bins_;
};

// Where the bits that choose z come from: the code itself, or a stack of random
// bits apart, which the file does not hold.
using LatentSource = Ans& (*)(Ans& code, Ans& apart);
inline Ans& the_code_itself(Ans& code, Ans&) { return code; }
inline Ans& bits_apart(Ans&, Ans& apart) { return apart; }

// Images coded one after the other.
struct Coded {
  std::vector<std::uint32_t> words;    // the stack's state
  double start_bits = 0;               // what it held before the first image
  std::vector<double> bits;            // by how much each image made it longer
  std::vector<std::vector<int>> bins;  // of each image's z
};

// After each image: how many are done.
using Progress = std::function<void(int)>;

// x: N×pixels, zeros and ones. The stack starts with random words, of which the first z is chosen: enough for r bits a
// latent number.
Coded encode_images(const BitsBack& coder, const Matrix<float>& x, LatentSource source = the_code_itself,
                    const Progress& progress = {});

// The `count` images that were coded: count×pixels. Throws std::runtime_error if the words are used up too early, or
// if those that are left are not the random ones that the coder started with: the code is damaged, or another model's.
Matrix<float> decode_images(const BitsBack& coder, const std::vector<std::uint32_t>& words, int count,
                            LatentSource source = the_code_itself, const Progress& progress = {});

}  // namespace models
