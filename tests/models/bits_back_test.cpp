// Bits-back coding: what is decoded is what was coded, the length is -ELBO, and a file that is not whole, or of
// another model, is refused in one sentence.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "models/coding/bits_back.hpp"
#include "models/coding/coded_file.hpp"
#include "models/statistics/estimate.hpp"
#include "models/vae/evaluate.hpp"
#include "tests/models/files.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;

namespace {

const VaeShape kTinyVae{.pixels = 30, .latent = 4, .hidden = {8}};

Matrix<float> black_and_white(int n, int pixels, std::uint64_t seed) {
  return (uniform_matrix<float>(n, pixels, 0, 1, seed).array() < 0.3f).cast<float>();
}

double sum(const std::vector<double>& x) {
  double total = 0;
  for (const double one : x) total += one;
  return total;
}

}  // namespace

TEST_SUITE("models/bits-back") {
  TEST_CASE("what is decoded is what was coded, with the latent's bits from either place") {
    const TestVae<float> model(kTinyVae);
    const BitsBack coder(model.vae, model.parameters);
    for (const int n : {0, 1, 2, 100}) {
      CAPTURE(n);
      const Matrix<float> x = black_and_white(n, 30, 7 + n);
      for (const LatentSource source : {the_code_itself, bits_apart}) {
        const Coded coded = encode_images(coder, x, source);
        CHECK(decode_images(coder, coded.words, n, source) == x);
      }
    }
  }

  TEST_CASE("the length of an image is -ELBO in bits; without its bits back it is longer by the entropy of z") {
    TestVae<float> model(kTinyVae);
    // q within the prior's ±3: beyond, the bins of z are wide, and rounding z to them costs or saves bits
    model.parameters.values() *= 0.6f;
    named(model.parameters, "encoder.log_var.b").setConstant(-3);
    const BitsBack coder(model.vae, model.parameters);
    const Matrix<float> x = black_and_white(4000, 30, 3);
    const Coded coded = encode_images(coder, x), longer = encode_images(coder, x, bits_apart);
    CHECK(sum(coded.bits) + coded.start_bits == doctest::Approx(Ans(coded.words).bits()));

    const double bits = 1 / std::log(2.0);
    RunningMean length, apart, entropy;
    for (int i = 0; i < x.rows(); ++i) {
      length.add(coded.bits[i]);
      apart.add(longer.bits[i] - coded.bits[i]);
      entropy.add(coder.posterior_entropy(x.row(i)));
    }
    const Evaluation bound = evaluate(model.vae, model.parameters, x, 11, {.kl = Kl::sampled});
    const double error = std::hypot(length.estimate().se, bits * bound.se);
    CHECK(std::abs(length.mean() - -bits * bound.elbo) < 4 * error);
    CHECK(std::abs(apart.mean() - entropy.mean()) < 4 * apart.estimate().se);
    // the wrong ones: half the divergence, the distortion alone, the bound in nats
    CHECK(std::abs(length.mean() - bits * (bound.distortion + bound.rate / 2)) > 8 * error);
    CHECK(std::abs(length.mean() - -bound.elbo) > 8 * error);
    CHECK(std::abs(apart.mean() - bits * bound.rate) > 8 * apart.estimate().se);
  }

  TEST_CASE("a code with one wrong bit, and one of another model, are noticed") {
    const TestVae<float> model(kTinyVae), other(kTinyVae, 2);
    const BitsBack coder(model.vae, model.parameters), stranger(other.vae, other.parameters);
    const Matrix<float> x = black_and_white(50, 30, 5);
    const Coded coded = encode_images(coder, x);
    const auto refusal = [](auto action) { return error_of<std::runtime_error>(action); };
    for (std::size_t i = 0; i < coded.words.size(); ++i) {
      CAPTURE(i);
      std::vector<std::uint32_t> damaged = coded.words;
      damaged[i] ^= 1u << (i % 32);
      CHECK(refusal([&] { decode_images(coder, damaged, 50); }).find("the code is damaged, or of another model") !=
            std::string::npos);
    }
    CHECK(refusal([&] { decode_images(stranger, coded.words, 50); }) != "");
    CHECK(refusal([&] { decode_images(coder, coded.words, 49); }) != "");
    CHECK(refusal([&] { decode_images(coder, coded.words, 51); }) != "");
    CHECK(refusal([&] { decode_images(coder, coded.words, 50, bits_apart); }) != "");
    CHECK(refusal([&] { decode_images(coder, {}, 50); }) != "");
  }

  TEST_CASE("only a Bernoulli likelihood has pixels to code") {
    const TestVae<float> model({.pixels = 3, .latent = 1, .hidden = {}, .likelihood = Likelihood::gaussian});
    CHECK_THROWS_WITH_AS(BitsBack(model.vae, model.parameters),
                         "bits-back: expected a Bernoulli likelihood, whose pixels are 0 or 1, found a density",
                         std::invalid_argument);
  }

  TEST_CASE("a file is read as it was written; any other is refused with one sentence") {
    const TemporaryFolder folder;
    const std::string path = folder / "digits.bits";
    const TestVae<float> model(kTinyVae), other(kTinyVae, 2);
    VaeShape relu = kTinyVae;
    relu.activation = Activation::relu;
    const TestVae<float> same_numbers(relu);
    const BitsBack coder(model.vae, model.parameters);
    const CodedFile coded{3, encode_images(coder, black_and_white(3, 30, 1)).words};
    save_coded(path, coder, coded);
    CHECK(load_coded(path, coder).words == coded.words);
    CHECK(load_coded(path, coder).images == 3);
    const std::string bytes = content_of(path);
    CHECK(bytes.size() == kCodedHeaderBytes + 4 * coded.words.size());

    const auto refusal = [&](const std::string& content, const BitsBack& with) {
      write_file(path, content);
      return error_of<std::runtime_error>([&] { load_coded(path, with); }, folder.path.string());
    };
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string said = refusal(bytes.substr(0, size), coder);
      REQUIRE(said.find(size < kCodedHeaderBytes ? "expected a file of coded images" : "it was cut short") !=
              std::string::npos);
    }
    CHECK(refusal(bytes + "x", coder).find("has something else behind it") != std::string::npos);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      CAPTURE(i);
      std::string damaged = bytes;
      damaged[i] ^= 16;
      REQUIRE(refusal(damaged, coder) != "");
    }
    CHECK(
        refusal("a text of some other kind, long enough", coder) ==
        "/digits.bits: expected a file of coded images, which begins with 'BITSBAC1' and has 28 bytes or more; these "
        "are 38 other bytes");
    const BitsBack stranger(other.vae, other.parameters), with_relu(same_numbers.vae, same_numbers.parameters);
    CHECK(refusal(bytes, stranger).find("this one, vae 30-8-4 tanh bernoulli, has") == std::string::npos);
    CHECK(refusal(bytes, stranger).find("this one, 30-8-4 tanh bernoulli, has") != std::string::npos);
    CHECK(refusal(bytes, with_relu).find("only the same parameters decode it") != std::string::npos);
    std::filesystem::remove(path);
    CHECK(error_of<std::runtime_error>([&] { load_coded(path, coder); }, folder.path.string()) ==
          "/digits.bits: no such file");
  }
}
