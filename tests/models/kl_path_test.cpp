// The gradient of the sampled KL along the path through z alone: unbiased, and without noise at the posterior.
#include <doctest/doctest.h>

#include <vector>

#include "autograd/core/tape.hpp"
#include "autograd/operations/reductions.hpp"
#include "tests/models/statistics.hpp"
#include "tests/models/vae_models.hpp"

using namespace models;
using autograd::Buffer;

namespace {

using M = Matrix<double>;

struct Result {
  double elbo;
  Buffer<double> gradient;
  M of(const LinearVae& model, const std::string& name) const {
    return model.parameters.view(gradient, model.parameters.find(name));
  }
};

// The sum of the ELBO over the rows of x, with one sample each; samples = 0: its expectation.
Result elbo(const LinearVae& model, const M& x, std::uint64_t seed, Kl kl, int samples = 1) {
  const M epsilon = normal_matrix(x.rows(), model.k, seed);
  const auto loss = [&](const Watched<double>& theta) {
    autograd::Tape& tape = theta.tape();
    return sum(
        bound(model.vae, theta, tape.constant(x), tape.constant(epsilon), {.samples = samples, .kl = kl}).value);
  };
  autograd::Tape tape;
  Result result{0, Buffer<double>::Zero(model.parameters.size())};
  result.elbo = autograd::value_and_gradient(loss, model.parameters, result.gradient, tape);
  return result;
}

double largest(const M& x) { return x.cwiseAbs().maxCoeff(); }

const char* const kEncoder[] = {"encoder.mu.W", "encoder.mu.b", "encoder.log_var.W", "encoder.log_var.b"};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("kl path: at the posterior the encoder's gradient is 0 for every draw") {
    LinearVae model(2, 5, 1);
    const M x = model.sample(7, 1);
    for (const double factor : {1.0, 1.1}) {
      model.set_encoder(0, factor);
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const Result path = elbo(model, x, seed, Kl::path), sampled = elbo(model, x, seed, Kl::sampled);
        CHECK(path.elbo == doctest::Approx(sampled.elbo).epsilon(1e-12));
        CHECK(largest(path.of(model, "decoder.output.W") - sampled.of(model, "decoder.output.W")) < 1e-12);
        for (const char* name : kEncoder) {
          CAPTURE(name);
          if (factor == 1) CHECK(largest(path.of(model, name)) < 1e-12);
          if (factor != 1) CHECK(largest(path.of(model, name)) > 0.01);  // another q is told
          CHECK(largest(sampled.of(model, name)) > 0.01);
          CHECK(largest(elbo(model, x, seed, Kl::analytic).of(model, name)) > 0.01);
        }
      }
    }
  }

  TEST_CASE("kl path: its mean over the noise is the gradient of the ELBO, for any q") {
    LinearVae model(2, 5, 2);
    model.set_encoder(0.3, 1.4);
    const M x = model.sample(7, 1);
    const Result exact = elbo(model, x, 1, Kl::analytic, 0);
    for (const char* name : kEncoder) {
      CAPTURE(name);
      std::vector<double> path, doubled;  // the first component, over draws
      for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        path.push_back(elbo(model, x, seed, Kl::path).of(model, name)(0, 0));
        doubled.push_back(2 * path.back() - elbo(model, x, seed, Kl::sampled).of(model, name)(0, 0));
      }
      const double expected = exact.of(model, name)(0, 0);
      CHECK(std::abs(z_of_mean(path, expected)) < kMostZ);
      CHECK(std::abs(z_of_mean(doubled, expected)) < kMostZ);  // what is left out has mean 0
      CHECK(std::abs(z_of_mean(path, 1.5 * expected)) > kMostZ);
    }
  }
}
