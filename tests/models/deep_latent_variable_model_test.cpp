// The deep latent-variable model against what is exact: an affine decoder, a sum of 1, draws, differences.
#include "models/deep_latent_variable_model.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <vector>

#include "models/sigmoid_belief_net.hpp"
#include "models/statistics/goodness_of_fit.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

namespace models {
namespace {

struct SmallDeep {
  Parameters<double> parameters;
  DeepLatentVariableModel<double> model;

  explicit SmallDeep(const DeepLatentShape& shape) : model(parameters, shape, 3) {}
  Matrix<double> log_prob(const Matrix<double>& x, const Quadrature& rule,
                          const Matrix<double>& y = Matrix<double>(1, 0)) const {
    autograd::Tape tape;
    return model.log_prob(Watched<double>(tape, parameters), tape.constant(x), rule, y).value();
  }
};

// log N(x; b, WᵀW + σ² I), what an affine decoder z W + b gives
double affine_log_prob(const Matrix<double>& x, const Matrix<double>& W, const Matrix<double>& b, double variance) {
  const Eigen::MatrixXd covariance = W.transpose() * W + variance * Eigen::MatrixXd::Identity(W.cols(), W.cols());
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  const Eigen::VectorXd u = factor.matrixL().solve((x - b).transpose());
  const double log_det = 2 * factor.matrixLLT().diagonal().array().log().sum();
  return -0.5 * (W.cols() * kLog2Pi + log_det + u.squaredNorm());
}

}  // namespace

TEST_SUITE("models/deep_latent_variable_model") {
  TEST_CASE("an affine decoder gives a normal distribution, by either rule, with one latent dimension and two") {
    for (const Index latent : {1, 2}) {
      CAPTURE(latent);
      SmallDeep small({.observed = 3, .latent = latent});
      named(small.parameters, "decoder.output.b") << 0.5, -1, 2;
      named(small.parameters, "decoder.log_var")(0, 0) = -0.4;
      const Matrix<double> W = named(small.parameters, "decoder.output.W"),
                           b = named(small.parameters, "decoder.output.b");
      const Matrix<double> x = normal_matrix(6, 3, 1);
      const Matrix<double> legendre = small.log_prob(x, normal_prior(60, latent)),
                           hermite = small.log_prob(x, product_rule(gauss_hermite(60), latent));
      for (Index i = 0; i < 6; ++i) {
        const double exact = affine_log_prob(x.row(i), W, b, std::exp(-0.4));
        CHECK(legendre(i, 0) == doctest::Approx(exact).epsilon(1e-9));
        CHECK(hermite(i, 0) == doctest::Approx(exact).epsilon(1e-9));
      }
    }
  }

  TEST_CASE("black and white pixels with a context: for each y the probabilities of all x sum to 1, and y matters") {
    const SmallDeep small(
        {.observed = 5, .latent = 2, .context = 3, .hidden = {4}, .likelihood = Likelihood::bernoulli});
    const Matrix<double> x = binary_states<double>(5);
    std::vector<double> of_first_image;
    for (Index k = 0; k < 3; ++k) {
      const Matrix<double> y = Matrix<double>::Identity(3, 3).row(k);
      const Matrix<double> log_p = small.log_prob(x, normal_prior(40, 2), y);
      CHECK(log_p.array().exp().sum() == doctest::Approx(1).epsilon(1e-9));
      of_first_image.push_back(log_p(7, 0));
    }
    CHECK(std::abs(of_first_image[0] - of_first_image[1]) > 1e-3);
    CHECK(std::abs(of_first_image[1] - of_first_image[2]) > 1e-3);
  }

  TEST_CASE("the gradient is that of differences, in every parameter") {
    SmallDeep small({.observed = 2, .latent = 1, .context = 2, .hidden = {3}});
    const Matrix<double> x = normal_matrix(4, 2, 5), y = normal_matrix(1, 2, 6);
    const Quadrature rule = normal_prior(30);
    autograd::Buffer<double> gradient = autograd::Buffer<double>::Zero(small.parameters.size());
    autograd::Tape tape;
    autograd::value_and_gradient(
        [&](const Watched<double>& theta) {
          return sum(small.model.log_prob(theta, theta.tape().constant(x), rule, y));
        },
        small.parameters, gradient, tape);
    int moved = 0;
    for (Index i = 0; i < small.parameters.size(); ++i) {
      const double old = small.parameters.values()[i], h = 1e-5;
      small.parameters.values()[i] = old + h;
      const double above = small.log_prob(x, rule, y).sum();
      small.parameters.values()[i] = old - h;
      const double below = small.log_prob(x, rule, y).sum();
      small.parameters.values()[i] = old;
      CHECK(gradient[i] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-5));
      moved += above != below;
    }
    CHECK(moved == small.parameters.count());
  }

  TEST_CASE("draws come from the marginal, x belongs to its z, and z and the noise are independent") {
    SmallDeep small({.observed = 1, .latent = 1});
    named(small.parameters, "decoder.output.W")(0, 0) = 1.5;
    named(small.parameters, "decoder.log_var")(0, 0) = std::log(0.25);
    const auto draws = small.model.sample(small.parameters, 20'001, Random(2, Purpose::sampling));
    const std::vector<double> x(draws.x.data(), draws.x.data() + draws.x.size()),
        z(draws.z.data(), draws.z.data() + draws.z.size());
    CHECK(kolmogorov_p(x, [](double t) { return normal_distribution(t, 0, 2.5); }) > kLeastP);
    CHECK(kolmogorov_p(x, [](double t) { return normal_distribution(t, 0, 2); }) < kLeastP);
    std::vector<double> noise(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) noise[i] = x[i] - 1.5 * z[i];
    CHECK(kolmogorov_p(noise, [](double t) { return normal_distribution(t, 0, 0.25); }) > kLeastP);
    CHECK(std::abs(z_of_correlation(noise, z)) < kMostZ);
  }

  TEST_CASE("the prior as a quadrature: moments; what is refused") {
    const Quadrature rule = normal_prior(60, 2);
    const auto moment = [&](int a, int b) {
      return integral(rule, [=](const autograd::Matrix<double>& z) -> Eigen::ArrayXd {
        return z.col(0).array().pow(a) * z.col(1).array().pow(b);
      });
    };
    CHECK(moment(0, 0) == doctest::Approx(1).epsilon(1e-10));
    CHECK(moment(2, 0) == doctest::Approx(1).epsilon(1e-9));
    CHECK(moment(4, 2) == doctest::Approx(3).epsilon(1e-8));
    CHECK(std::abs(moment(1, 1)) < 1e-12);
    Parameters<double> parameters;
    CHECK_THROWS_WITH_AS(DeepLatentVariableModel<double>(parameters, {.observed = 0}, 1),
                         "DeepLatentVariableModel: expected x and z of one dimension or more, found 0 and 1, and a "
                         "context of 0",
                         std::invalid_argument);
    const SmallDeep small({.observed = 2, .context = 3});
    CHECK_THROWS_WITH_AS(small.log_prob(normal_matrix(2, 2, 1), normal_prior(5)),
                         "DeepLatentVariableModel: expected a context y of 1×3, found 1×0", std::invalid_argument);
  }
}

}  // namespace models
