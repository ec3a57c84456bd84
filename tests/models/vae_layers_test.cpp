// Two stochastic layers: a VAE whose prior is a VAE. In a linear-Gaussian one everything is known, and with exact
// encoders, which need full covariances, every sample's bound is log p(x).
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "autograd/operations/factorisations.hpp"
#include "models/statistics/distributions.hpp"
#include "models/vae/evaluate.hpp"
#include "models/vae/vae_trainer.hpp"
#include "tests/models/files.hpp"
#include "tests/models/small_training.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;
using autograd::Tape;

namespace {

using M = Matrix<double>;
constexpr int kLinearPixels = 5, kLinearLatent = 3, kLinearUpper = 2;

VaeShape linear_layers() {
  VaeShape upper{.pixels = kLinearLatent,
                 .latent = kLinearUpper,
                 .hidden = {},
                 .likelihood = Likelihood::gaussian,
                 .covariance = PosteriorCovariance::full};
  VaeShape shape = upper;
  shape.pixels = kLinearPixels;
  shape.latent = kLinearLatent;
  shape.prior = {upper};
  return shape;
}

// x | z ~ N(z W + b, s² I), z | z₂ ~ N(z₂ V + c, t² I), z₂ ~ N(0, I). So z ~ N(c, P⁻¹) with P⁻¹ = Vᵀ V + t² I.
struct LinearLayers : TestVae<double> {
  LinearLayers() : TestVae(linear_layers()) {
    set_encoder("", W(), b(), noise(""), inverse(prior_covariance()), c());
    set_encoder("prior.", V(), c(), noise("prior."), M::Identity(kLinearUpper, kLinearUpper),
                M::Zero(1, kLinearUpper));
  }

  M W() { return named(parameters, "decoder.output.W"); }
  M b() { return named(parameters, "decoder.output.b"); }
  M V() { return named(parameters, "prior.decoder.output.W"); }
  M c() { return named(parameters, "prior.decoder.output.b"); }
  double noise(const std::string& name) { return std::exp(named(parameters, name + "decoder.log_var")(0, 0)); }
  M prior_covariance() {
    return times(V().transpose(), V()) + noise("prior.") * M::Identity(kLinearLatent, kLinearLatent);
  }

  // The posterior of a layer y | z ~ N(z map + offset, variance I) under z ~ N(mean, precision⁻¹):
  //   covariance Σ = (precision + map mapᵀ / variance)⁻¹,  mean (mean precision + (y - offset) mapᵀ / variance) Σ
  void set_encoder(const std::string& name, const M& map, const M& offset, double variance, const M& precision,
                   const M& mean) {
    const M back = map.transpose() / variance;
    const M Sigma = inverse(precision + times(map, back));
    named(parameters, name + "encoder.mu.W") = times(back, Sigma);
    named(parameters, name + "encoder.mu.b") = times(times(mean, precision) - times(offset, back), Sigma);
    Tape tape;
    const M L = cholesky(tape.constant(Sigma)).value();
    named(parameters, name + "encoder.log_var.W").setZero();
    named(parameters, name + "encoder.log_var.b") = (2 * L.diagonal().array().log()).matrix().transpose();
    named(parameters, name + "encoder.below.W").setZero();
    auto below = named(parameters, name + "encoder.below.b");
    Index next = 0;
    for (Index i = 0; i < L.rows(); ++i) {
      for (Index j = 0; j < i; ++j) below(0, next++) = L(i, j);
    }
  }

  // log p(x) = log N(x; c W + b, Wᵀ P⁻¹ W + s² I): n×1.
  M log_p(const M& x) {
    const M centred = x.rowwise() - (times(c(), W()) + b()).row(0);
    const M covariance =
        times(times(W().transpose(), prior_covariance()), W()) + noise("") * M::Identity(kLinearPixels, kLinearPixels);
    const M squared = times(centred, inverse(covariance)).cwiseProduct(centred).rowwise().sum();
    return -0.5 *
           (kLinearPixels * std::log(2 * std::numbers::pi) + std::log(determinant(covariance)) + squared.array());
  }
};

const VaeShape kTwoLayers{
    .pixels = 64,
    .latent = 4,
    .hidden = {16},
    .prior = {{.pixels = 4, .latent = 2, .hidden = {8}, .likelihood = Likelihood::gaussian, .variance_of_z = true}}};
const VaeShape kFull{.pixels = 64, .latent = 3, .hidden = {16}, .covariance = PosteriorCovariance::full};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae layers: with exact encoders every bound is log p(x), at whatever noise") {
    LinearLayers model;
    const M x = uniform_matrix(4, kLinearPixels, -2, 2, 1), log_p = model.log_p(x);
    const auto worst = [&](const BoundSettings& settings) {
      Tape tape;
      const Watched<double> theta(tape, model.parameters);
      const auto epsilon = tape.constant(normal_matrix(4 * settings.samples, kLinearLatent + kLinearUpper, 2));
      const M found = bound(model.vae, theta, tape.constant(x), epsilon, settings).value.value();
      return (found - log_p).cwiseAbs().maxCoeff();
    };
    for (const int K : {1, 3}) {
      CHECK(worst({.samples = K, .kl = Kl::sampled}) < 1e-12);
      CHECK(worst({.objective = Objective::iwae, .samples = K}) < 1e-12);
    }
    const LogLikelihood l = importance_log_likelihood(model.vae, model.parameters, x, 2, 1);
    CHECK(l.mean == doctest::Approx(log_p.mean()).epsilon(1e-12));
    // each number of an encoder is needed
    for (const char* name : {"encoder.below.b", "encoder.log_var.b", "prior.encoder.below.b", "prior.encoder.mu.b"}) {
      CAPTURE(name);
      LinearLayers other;
      named(other.parameters, name)(0, 0) += 0.01;
      model.parameters.values() = other.parameters.values();
      CHECK(worst({.samples = 1, .kl = Kl::sampled}) > 1e-5);
    }
  }

  TEST_CASE("vae layers: samples of the prior") {
    TestVae<> model(kTwoLayers);
    Tape tape;
    const Watched<double> theta(tape, model.parameters);
    const M noise = normal_matrix(5, kTwoLayers.noise(), 1);
    const auto z = model.vae.sample_prior(theta, tape.constant(noise));
    CHECK(z.cols() == kTwoLayers.latent);
    // log N(z; m, s²) = log N(m; m, s²) - ½ ‖ε‖², where m and s are those of z₂
    const Vae<double>& prior = *model.vae.prior();
    const auto z2 = tape.constant(M(noise.rightCols(2)));
    const M lost =
        prior.log_likelihood(theta, prior.mean(theta, z2), z2).value() - prior.log_likelihood(theta, z, z2).value();
    CHECK((lost - 0.5 * noise.leftCols(4).rowwise().squaredNorm()).cwiseAbs().maxCoeff() < 1e-12);
    // s² differs from z₂ to z₂
    const M at_mean = prior.log_likelihood(theta, prior.mean(theta, z2), z2).value();
    CHECK(std::abs(at_mean(0, 0) - at_mean(1, 0)) > 0.01);

    TestVae<> flat({.pixels = 4, .latent = 2, .hidden = {3}});
    const Watched<double> flat_theta(tape, flat.parameters);
    CHECK(flat.vae.sample_prior(flat_theta, z2).value() == z2.value());
  }

  TEST_CASE("vae layers: what has no closed form is refused, by the bound and before a training") {
    const auto error = [](const VaeShape& shape, const BoundSettings& settings) {
      const std::string by_trainer = error_of<std::invalid_argument>(
          [&] { VaeTrainer<double>(few_digits(), shape, {.batch = 10, .bound = settings}); });
      TestVae<> model(shape);
      Tape tape;
      const Watched<double> theta(tape, model.parameters);
      const auto x = tape.constant(uniform_matrix(2, 64, 0, 1, 1));
      const auto epsilon = tape.constant(normal_matrix(2 * settings.samples, shape.noise(), 1));
      const std::string by_bound = error_of<std::logic_error>([&] { bound(model.vae, theta, x, epsilon, settings); });
      CHECK(by_trainer.empty() == by_bound.empty());
      return by_trainer;
    };
    CHECK(error(kTwoLayers, {}) ==
          "kl: the divergence from a prior that is a VAE has no closed form, expected it sampled or along the path");
    CHECK(error(kTwoLayers, {.kl = Kl::sampled}) == "");
    CHECK(error(kTwoLayers, {.kl = Kl::path}) == "");
    CHECK(error(kTwoLayers, {.objective = Objective::iwae, .samples = 3}) == "");
    CHECK(error(kFull, {}) == "");
    CHECK(error(kFull, {.kl = Kl::path}) ==
          "kl: the gradient along the path needs a diagonal covariance, expected it analytic or sampled");
    CHECK(error_of<std::invalid_argument>([] {
            TestVae<>({.pixels = 3, .latent = 4, .prior = {{.pixels = 5, .likelihood = Likelihood::gaussian}}});
          }) == "Vae: the prior of 4 latent dimensions is a VAE of 5 pixels");
    CHECK(error_of<std::invalid_argument>([] { TestVae<>({.pixels = 3, .latent = 4, .prior = {{.pixels = 4}}}); }) ==
          "Vae: the prior is a VAE of pixels that are 0 or 1, and z is real");
  }

  TEST_CASE("vae layers: trained, they lose, and to the same bits for any number of threads") {
    struct Case {
      VaeShape shape;
      BoundSettings bound;
    };
    for (const Case& c : {Case{kTwoLayers, {.kl = Kl::path}},
                          Case{kTwoLayers, {.objective = Objective::iwae, .samples = 3}}, Case{kFull, {}}}) {
      CAPTURE(c.shape.text());
      std::vector<Eigen::VectorXd> reached;
      for (const int threads : {1, 2}) {
        VaeTrainingSettings settings{.batch = 50, .epochs = 15, .learning_rate = 1e-2, .bound = c.bound};
        settings.trainer.threads = threads;
        VaeTrainer<double> trainer(few_digits(), c.shape, settings);
        double first = 0;
        while (!trainer.done()) {
          trainer.step();
          if (trainer.at_epoch_end() && first == 0) first = trainer.means().bound;
        }
        CHECK(trainer.means().bound > first + 2);
        reached.push_back(trainer.parameters().values());
      }
      CHECK(reached[0] == reached[1]);
    }
  }
}
