// The bounds that a VAE is trained with: values by their formulas, gradients by differences.
#include "models/vae/bounds.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "autograd/instruments/gradcheck.hpp"
#include "models/statistics/distributions.hpp"
#include "models/vae/evaluate.hpp"
#include "tests/models/files.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;
using autograd::Tape;

namespace {

using M = Matrix<double>;
using autograd::Buffer;
using autograd::gradcheck_cotangent;
constexpr Index kImages = 3;

const VaeShape kLayered{
    .pixels = 4,
    .latent = 3,
    .hidden = {3},
    .prior = {{.pixels = 3, .latent = 2, .hidden = {4}, .likelihood = Likelihood::gaussian, .variance_of_z = true}}};

struct Case {
  VaeShape shape;
  BoundSettings settings;
};

std::vector<Case> cases() {
  std::vector<VaeShape> shapes;
  for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
    shapes.push_back({.pixels = 4, .latent = 2, .hidden = {3}, .likelihood = likelihood});
    shapes.push_back(
        {.pixels = 4, .latent = 2, .hidden = {}, .likelihood = likelihood, .covariance = PosteriorCovariance::shared});
  }
  shapes.push_back({.pixels = 4, .latent = 1, .hidden = {3, 2}, .activation = Activation::softplus});
  shapes.push_back({.pixels = 4, .latent = 3, .hidden = {3}, .covariance = PosteriorCovariance::full});
  std::vector<Case> cases;
  for (const VaeShape& shape : shapes) {
    for (const int K : {1, 3}) {
      cases.push_back({shape, {Objective::elbo, K, Kl::analytic, 1}});
      cases.push_back({shape, {Objective::elbo, K, Kl::analytic, 0.4}});
      cases.push_back({shape, {Objective::elbo, K, Kl::sampled, 2}});
      cases.push_back({shape, {Objective::iwae, K, Kl::analytic, 1}});
      cases.push_back({shape, {Objective::iwae, K, Kl::analytic, 0.4}});
    }
  }
  for (const int K : {1, 3}) {
    cases.push_back({kLayered, {Objective::elbo, K, Kl::sampled, 0.4}});
    cases.push_back({kLayered, {Objective::iwae, K, Kl::analytic, 1}});
  }
  cases.push_back({shapes[3], {.samples = 0}});
  cases.push_back({shapes[3], {.samples = 0, .beta = 0.4}});
  return cases;
}

M images(const VaeShape& shape) { return uniform_matrix(kImages, shape.pixels, 0, 1, 1); }
M noise(const Case& c) { return normal_matrix(kImages * c.settings.samples, c.shape.noise(), 2); }

// Σ cᵢ bound(xᵢ) with fixed random cᵢ, and its gradient in all parameters.
double weighted(const TestVae<>& model, const Case& c, Buffer<double>* gradient = nullptr) {
  Buffer<double> unused = Buffer<double>::Zero(model.parameters.size());
  const auto loss = [&](const Watched<double>& theta) {
    Tape& tape = theta.tape();
    const auto b = bound(model.vae, theta, tape.constant(images(c.shape)), tape.constant(noise(c)), c.settings);
    const M cotangent = M::NullaryExpr(kImages, 1, [](Index i, Index) { return gradcheck_cotangent(i); });
    return sum(b.value * M(cotangent));
  };
  Tape tape;
  return value_and_gradient(loss, model.parameters, gradient ? *gradient : unused, tape);
}

// The largest difference between the gradient under `of` and central differences under `by`.
double gradient_error(const Case& of, const Case& by) {
  TestVae<> model(of.shape);
  Buffer<double> gradient = Buffer<double>::Zero(model.parameters.size());
  weighted(model, of, &gradient);
  double worst = 0;
  for (Index i = 0; i < model.parameters.size(); ++i) {
    double& parameter = model.parameters.values()(i);
    const double at = parameter, step = 1e-5;
    parameter = at + step;
    const double above = weighted(model, by);
    parameter = at - step;
    const double below = weighted(model, by);
    parameter = at;
    worst = std::max(worst, std::abs((above - below) / (2 * step) - gradient(i)));
  }
  return worst;
}

// log q(z|x) - log p(z) of one sample of all latent variables, and its z, by their definitions.
struct LatentSample {
  Var<Matrix<double>> z;
  double log_ratio;
};
LatentSample latent_sample(const Vae<double>& vae, const Watched<double>& theta, const Var<Matrix<double>>& x,
                           const M& epsilon) {
  const auto q = vae.encode(theta, x);
  const Index d = vae.shape().latent;
  M L = M::Zero(d, d);
  L.diagonal() = (0.5 * q.log_var.value().array()).exp().matrix().transpose();
  for (Index i = 0, next = 0; q.below && i < d; ++i) {
    for (Index j = 0; j < i; ++j) L(i, j) = q.below->value()(0, next++);
  }
  const auto z = x.tape().constant(M(q.mu.value() + times(epsilon.leftCols(d), L.transpose())));
  // N(z; μ, L Lᵀ) where z - μ = L ε
  const double log_q = -0.5 * (d * std::log(2 * std::numbers::pi) + epsilon.leftCols(d).squaredNorm()) -
                       L.diagonal().array().log().sum();
  if (!vae.prior()) return {z, log_q - standard_normal_log_prob(z).value()(0, 0)};
  const LatentSample upper = latent_sample(*vae.prior(), theta, z, epsilon.rightCols(epsilon.cols() - d));
  return {z, log_q - vae.prior()->log_likelihood(theta, z, upper.z).value()(0, 0) + upper.log_ratio};
}

// The bound of each row by its definition, from log p(x|z), log p(z) and log q(z|x) of single samples.
M by_definition(const TestVae<>& model, const Case& c) {
  Tape tape;
  const Watched<double> theta(tape, model.parameters);
  const int K = c.settings.samples;
  const double beta = c.settings.beta;
  const M x = images(c.shape), epsilon = noise(c);
  M result(kImages, 1);
  for (Index i = 0; i < kImages; ++i) {
    const auto row = tape.constant(M(x.row(i)));
    const double kl = kl_to_standard_normal(model.vae.encode(theta, row)).value()(0, 0);
    double mean = 0, mean_weight = 0;
    for (Index k = 0; k < K; ++k) {
      const auto [z, rate] = latent_sample(model.vae, theta, row, epsilon.row(i * K + k));
      const double likelihood = model.vae.log_likelihood(theta, row, z).value()(0, 0);
      mean += (likelihood - beta * (c.settings.kl == Kl::analytic ? kl : rate)) / K;
      mean_weight += std::exp(likelihood - beta * rate) / K;
    }
    result(i, 0) = c.settings.objective == Objective::elbo ? mean : std::log(mean_weight);
  }
  return result;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae bounds: gradients by central differences") {
    for (const Case& c : cases()) {
      CAPTURE(c.shape.text());
      CAPTURE(c.settings.samples);
      CHECK(gradient_error(c, c) < 1e-7);
      Case slightly = c;
      slightly.settings.beta *= 1.001;  // a KL divergence off by 0.1 %
      CHECK(gradient_error(c, slightly) > 1e-4);
      Case negative = c;
      negative.settings.beta *= -1;
      CHECK(gradient_error(c, negative) > 0.1);
    }
  }

  TEST_CASE("vae bounds: values and parts by definition") {
    for (const Case& c : cases()) {
      if (c.settings.samples == 0) continue;
      CAPTURE(c.shape.text());
      CAPTURE(c.settings.samples);
      const TestVae<> model(c.shape);
      Tape tape;
      const Watched<double> theta(tape, model.parameters);
      const auto x = tape.constant(images(c.shape)), epsilon = tape.constant(noise(c));
      const Bound<double> found = bound(model.vae, theta, x, epsilon, c.settings);
      CHECK((found.value.value() - by_definition(model, c)).cwiseAbs().maxCoeff() < 1e-12);
      if (c.settings.objective == Objective::elbo) {
        const double parts = -found.distortion() - c.settings.beta * found.rate();
        CHECK(parts == doctest::Approx(found.value.value().sum()).epsilon(1e-13));
      } else {
        BoundSettings same_samples = c.settings;
        same_samples.objective = Objective::elbo;
        same_samples.kl = Kl::sampled;
        const Bound<double> elbo = bound(model.vae, theta, x, epsilon, same_samples);
        CHECK(found.rate() == doctest::Approx(elbo.rate()).epsilon(1e-13));
        CHECK(found.distortion() == doctest::Approx(elbo.distortion()).epsilon(1e-13));
      }
    }
  }

  TEST_CASE("vae bounds: with one sample the importance-weighted bound is the ELBO with sampled KL, bit for bit") {
    for (Case c : cases()) {
      if (c.settings.samples == 0) continue;
      c.settings.samples = 1;
      const TestVae<> model(c.shape);
      Buffer<double> elbo = Buffer<double>::Zero(model.parameters.size()), iwae = elbo, analytic = elbo;
      c.settings = {Objective::elbo, 1, Kl::sampled, c.settings.beta};
      const double value = weighted(model, c, &elbo);
      c.settings.objective = Objective::iwae;
      CHECK(weighted(model, c, &iwae) == value);
      CHECK((elbo - iwae).cwiseAbs().maxCoeff() < 1e-14);
      if (!c.shape.prior.empty()) continue;
      c.settings = {Objective::elbo, 1, Kl::analytic, c.settings.beta};
      CHECK(std::abs(weighted(model, c, &analytic) - value) > 1e-3);
    }
  }

  TEST_CASE("vae bounds: float agrees with double") {
    const VaeShape shape{.pixels = 20, .latent = 3, .hidden = {10}};
    const TestVae<double> in_double(shape);
    const TestVae<float> in_float(shape);
    const M x = uniform_matrix(700, 20, 0, 1, 1);
    const Evaluation expected = evaluate(in_double.vae, in_double.parameters, x, 1);
    const Matrix<float> x_float = x.cast<float>();
    const Evaluation found = evaluate(in_float.vae, in_float.parameters, x_float, 1);
    CHECK(found.elbo == doctest::Approx(expected.elbo).epsilon(1e-6));
    CHECK(found.se == doctest::Approx(expected.se).epsilon(1e-5));
    CHECK(found.rate == doctest::Approx(expected.rate).epsilon(1e-5));
    CHECK(found.distortion == doctest::Approx(expected.distortion).epsilon(1e-6));
  }

  TEST_CASE("vae bounds: noise of another shape is refused") {
    const TestVae<> model({.pixels = 4, .latent = 2, .hidden = {3}});
    Tape tape;
    const Watched<double> theta(tape, model.parameters);
    const auto x = tape.constant(uniform_matrix(3, 4, 0, 1, 1));
    const auto error = [&](Index rows, Index cols, int K) {
      return error_of<std::invalid_argument>(
          [&] { bound(model.vae, theta, x, tape.constant(normal_matrix(rows, cols, 1)), {.samples = K}); });
    };
    CHECK(error(3, 2, 3) == "bound: epsilon has 3 rows, expected 3 rows of x times 3 samples");
    CHECK(error(9, 2, 1) == "bound: epsilon has 9 rows, expected 3 rows of x times 1 samples");
    CHECK(error(3, 5, 1).starts_with("reparameterise: mu is 3×2"));
    CHECK(error(9, 2, 3) == "");
  }
}
