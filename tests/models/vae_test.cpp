#include "models/vae/vae.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "models/statistics/distributions.hpp"
#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;
using autograd::Tape;

namespace {

using M = Matrix<double>;

std::vector<std::string> names(const VaeShape& shape) {
  const TestVae<float> model(shape);
  std::vector<std::string> names;
  for (const auto& e : model.parameters.entries()) {
    names.push_back(e.name + " " + std::to_string(e.rows) + "×" + std::to_string(e.cols));
  }
  return names;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae: a shape in words") {
    CHECK(VaeShape().text() == "784-400-20 tanh bernoulli");
    CHECK(VaeShape{.pixels = 64, .latent = 5, .hidden = {40, 30}, .activation = Activation::relu}.text() ==
          "64-40-30-5 relu bernoulli");
    CHECK(VaeShape{.hidden = {9}, .activation = Activation::softplus, .likelihood = Likelihood::gaussian}.text() ==
          "784-9-20 softplus gaussian");
    CHECK(VaeShape{.hidden = {9}, .activation = Activation::sigmoid}.text() == "784-9-20 sigmoid bernoulli");
    CHECK(
        VaeShape{.hidden = {}, .likelihood = Likelihood::gaussian, .covariance = PosteriorCovariance::shared}.text() ==
        "784-20 linear gaussian shared-variance");
    CHECK(
        VaeShape{
            .latent = 4,
            .covariance = PosteriorCovariance::full,
            .prior =
                {{.pixels = 4, .latent = 2, .hidden = {3}, .likelihood = Likelihood::gaussian, .variance_of_z = true}}}
            .text() == "784-400-4 tanh bernoulli full-covariance, prior 4-3-2 tanh gaussian variance-of-z");
  }

  TEST_CASE("vae: its parameters") {
    CHECK(names({.pixels = 6, .latent = 2, .hidden = {5, 4}}) ==
          std::vector<std::string>{"encoder.0.W 6×5", "encoder.0.b 1×5", "encoder.1.W 5×4", "encoder.1.b 1×4",
                                   "encoder.mu.W 4×2", "encoder.mu.b 1×2", "decoder.0.W 2×4", "decoder.0.b 1×4",
                                   "decoder.1.W 4×5", "decoder.1.b 1×5", "decoder.output.W 5×6",
                                   "decoder.output.b 1×6", "encoder.log_var.W 4×2", "encoder.log_var.b 1×2"});
    CHECK(names({.pixels = 6,
                 .latent = 2,
                 .hidden = {},
                 .likelihood = Likelihood::gaussian,
                 .covariance = PosteriorCovariance::shared}) ==
          std::vector<std::string>{"encoder.mu.W 6×2", "encoder.mu.b 1×2", "decoder.output.W 2×6",
                                   "decoder.output.b 1×6", "encoder.log_var 1×2", "decoder.log_var 1×1"});
    const VaeShape upper{
        .pixels = 3, .latent = 1, .hidden = {}, .likelihood = Likelihood::gaussian, .variance_of_z = true};
    CHECK(names({.pixels = 6, .latent = 3, .hidden = {}, .covariance = PosteriorCovariance::full, .prior = {upper}}) ==
          std::vector<std::string>{
              "encoder.mu.W 6×3", "encoder.mu.b 1×3", "decoder.output.W 3×6", "decoder.output.b 1×6",
              "encoder.log_var.W 6×3", "encoder.log_var.b 1×3", "encoder.below.W 6×3", "encoder.below.b 1×3",
              "prior.encoder.mu.W 3×1", "prior.encoder.mu.b 1×1", "prior.decoder.output.W 1×3",
              "prior.decoder.output.b 1×3", "prior.encoder.log_var.W 3×1", "prior.encoder.log_var.b 1×1",
              "prior.decoder.log_var.W 1×3", "prior.decoder.log_var.b 1×3"});
    // a covariance of one dimension is full without more numbers
    CHECK(names({.pixels = 6, .latent = 1, .covariance = PosteriorCovariance::full}) ==
          names({.pixels = 6, .latent = 1}));
    const auto error = [](const VaeShape& shape) { return error_of<std::invalid_argument>([&] { names(shape); }); };
    CHECK(error({.pixels = 0}) == "Vae: expected at least 1 pixel, found 0");
    CHECK(error({.latent = -1}) == "Vae: expected at least 1 latent dimension, found -1");
    CHECK(error({.hidden = {3, 0}}) == "Vae: expected at least 1 hidden unit, found 0");
  }

  TEST_CASE("vae: first values are Glorot's, of the seed, with zero biases") {
    Parameters<double> a, b, c;
    const VaeShape shape{.pixels = 60, .latent = 20, .hidden = {40}};
    const Vae<double> first(a, shape, 1), same(b, shape, 1), other(c, shape, 2);
    CHECK(a.values() == b.values());
    CHECK(a.values() != c.values());
    const double bound = std::sqrt(6.0 / 100);
    const auto W = named(a, "encoder.0.W");
    CHECK(W.maxCoeff() < bound);
    CHECK(W.maxCoeff() > 0.99 * bound);
    CHECK(W.minCoeff() > -bound);
    CHECK(W.minCoeff() < -0.99 * bound);
    const std::vector<double> squares = [&] {
      std::vector<double> all;
      for (Index i = 0; i < W.size(); ++i) all.push_back(W.data()[i] * W.data()[i]);
      return all;
    }();
    CHECK(std::abs(z_of_mean(squares, 2.0 / 100)) < kMostZ);  // a variance of 2 / (in + out)
    CHECK(named(a, "encoder.0.b").isZero());
    CHECK(named(a, "encoder.mu.W") != named(a, "encoder.log_var.W"));  // no two layers share their numbers
  }

  TEST_CASE("vae: an untrained decoder gives the mean image") {
    const M mean = (M(1, 4) << 0.2, 0, 1, 0.5).finished();
    for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
      TestVae<> model({.pixels = 4, .latent = 2, .hidden = {3}, .likelihood = likelihood});
      named(model.parameters, "decoder.output.W").setZero();
      model.vae.start_at_mean(model.parameters, mean);
      Tape tape;
      const Watched<double> theta(tape, model.parameters);
      const auto found = model.vae.mean(theta, tape.constant(normal_matrix(5, 2, 1)));
      M expected = mean;
      if (likelihood == Likelihood::bernoulli) expected(0, 1) = 0.001, expected(0, 2) = 0.999;
      CHECK((found.value().rowwise() - expected.row(0)).cwiseAbs().maxCoeff() < 1e-15);
      CHECK(error_of<std::invalid_argument>([&] { model.vae.start_at_mean(model.parameters, M::Zero(1, 3)); }) ==
            "Vae::start_at_mean: expected 1×4, found 1×3");
    }
  }

  TEST_CASE("vae: a Bernoulli decoder's mean and log-likelihood are those of its logits") {
    TestVae<> model({.pixels = 4, .latent = 2, .hidden = {3}});
    Tape tape;
    const Watched<double> theta(tape, model.parameters);
    const auto z = tape.constant(normal_matrix(6, 2, 1));
    const M p = model.vae.mean(theta, z).value(), logits = model.vae.decode(theta, z).value();
    CHECK((p.array() - 1 / (1 + (-logits.array()).exp())).abs().maxCoeff() < 1e-15);
    const M x = (M(2, 4) << 0, 1, 1, 0, 1, 1, 0, 0).finished();
    const M found = model.vae.log_likelihood(theta, tape.constant(x), z).value();
    for (Index r = 0; r < 6; ++r) {
      double product = 1;
      for (Index j = 0; j < 4; ++j) product *= x(r / 3, j) == 1 ? p(r, j) : 1 - p(r, j);
      CHECK(found(r, 0) == doctest::Approx(std::log(product)).epsilon(1e-13));
    }
  }

  TEST_CASE("vae: the expected log-likelihood of a linear model is the mean over samples") {
    constexpr Index kSamples = 20000;
    for (const bool shared : {false, true}) {
      TestVae<> model({.pixels = 5,
                       .latent = 2,
                       .hidden = {},
                       .likelihood = Likelihood::gaussian,
                       .covariance = shared ? PosteriorCovariance::shared : PosteriorCovariance::diagonal});
      for (const std::uint64_t seed : {1, 2, 3}) {
        Tape tape;
        const Watched<double> theta(tape, model.parameters);
        const auto x = tape.constant(uniform_matrix(2, 5, -1, 1, seed));
        const auto q = model.vae.encode(theta, x);
        CHECK(q.log_var.rows() == (shared ? 1 : 2));
        const M exact = model.vae.expected_log_likelihood(theta, x, q).value();
        const auto z = reparameterise(q.mu, q.log_var, tape.constant(normal_matrix(2 * kSamples, 2, seed)));
        const M sampled = model.vae.log_likelihood(theta, x, z).value();
        const M at_mean = model.vae.log_likelihood(theta, x, q.mu).value();
        for (Index i = 0; i < 2; ++i) {
          const std::span sample(sampled.data() + i * kSamples, kSamples);
          CHECK(std::abs(z_of_mean(sample, exact(i, 0))) < kMostZ);
          CHECK(std::abs(z_of_mean(sample, at_mean(i, 0))) > kMostZ);  // without the spread of q
        }
      }
    }
  }

  TEST_CASE("vae: no other model has an expected log-likelihood") {
    for (const VaeShape& shape :
         {VaeShape{.pixels = 4, .latent = 2, .hidden = {}},
          VaeShape{.pixels = 4, .latent = 2, .hidden = {3}, .likelihood = Likelihood::gaussian},
          VaeShape{.pixels = 4,
          .latent = 2,
          .hidden = {},
          .likelihood = Likelihood::gaussian,
          .covariance = PosteriorCovariance::full},
          VaeShape{
              .pixels = 4, .latent = 2, .hidden = {}, .likelihood = Likelihood::gaussian, .variance_of_z = true}}) {
      TestVae<> model(shape);
      Tape tape;
      const Watched<double> theta(tape, model.parameters);
      const auto x = tape.constant(uniform_matrix(2, 4, 0, 1, 1));
      CHECK(error_of<std::logic_error>(
                [&] { model.vae.expected_log_likelihood(theta, x, model.vae.encode(theta, x)); }) ==
            "Vae::expected_log_likelihood: only a linear decoder with Gaussian likelihood of one variance has one, "
            "for a diagonal covariance of q");
    }
  }

  TEST_CASE("vae: the encoder of a Gaussian model is given x minus the mean, that of a Bernoulli model x") {
    for (const Likelihood likelihood : {Likelihood::gaussian, Likelihood::bernoulli}) {
      const VaeShape shape{.pixels = 5, .latent = 2, .hidden = {4}, .likelihood = likelihood};
      TestVae<double> plain(shape), centred(shape);
      const Matrix<double> mean = uniform_matrix(1, 5, 0.2, 0.8, 7), x = uniform_matrix(3, 5, 0, 1, 8);
      centred.vae.start_at_mean(centred.parameters, mean);
      const auto mu = [](TestVae<double>& of, const Matrix<double>& x) {
        autograd::Tape tape;
        autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(of.parameters.size());
        const Watched<double> theta(tape, of.parameters, gradient);
        const auto q = of.vae.encode(theta, tape.constant(x));
        return Matrix<double>(q.mu.value());
      };
      const Matrix<double> less = x.rowwise() - mean.row(0);
      const Matrix<double> given = likelihood == Likelihood::gaussian ? less : x;
      CHECK((mu(centred, x) - mu(plain, given)).norm() < 1e-14);
      CHECK((mu(plain, x) - mu(plain, less)).norm() > 0.1);
    }
  }
}
