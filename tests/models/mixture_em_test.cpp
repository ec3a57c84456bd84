// EM: its M step is a maximum, no step lowers the likelihood, it ends where the tape's gradient is 0, and it finds the
// optima that are published.
#include "models/mixture_em.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "models/data/csv.hpp"
#include "models/gaussian_discriminant.hpp"
#include "tests/dense.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Index;
using autograd::Matrix;

namespace {

const auto shared_fit = [](const Matrix<double>& x, const Matrix<double>& W) {
  return fit_normal_components(x, W, Covariance::shared);
};
const auto own_fit = [](const Matrix<double>& x, const Matrix<double>& W) {
  return fit_normal_components(x, W, Covariance::own);
};

// Weights that are no labels, some of them larger.
Matrix<double> soft_labels(Index n, Index K, std::uint64_t seed) { return uniform_matrix(n, K, 0.1, 1, seed); }

// Components at the given rows of x, with the covariance of all of x.
NormalComponents start_at(const Matrix<double>& x, const std::vector<int>& rows) {
  const auto one = fit_normal_components(x, Matrix<double>::Ones(x.rows(), 1), Covariance::own);
  NormalComponents start{Eigen::RowVectorXd::Constant(rows.size(), -std::log(rows.size())),
                         Matrix<double>(rows.size(), x.cols()), std::vector(rows.size(), one.L[0])};
  for (std::size_t k = 0; k < rows.size(); ++k) start.mu.row(k) = x.row(rows[k]);
  return start;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("mixture em: log p(x, z) by explicit covariances") {
    const Matrix<double> x = normal_matrix(9, 3, 1);
    const NormalComponents model = own_fit(normal_matrix(40, 3, 2), soft_labels(40, 2, 3));
    const Matrix<double> log_joint = model.log_joint(x);
    for (Index i = 0; i < x.rows(); ++i) {
      for (Index k = 0; k < 2; ++k) {
        const Matrix<double> covariance = times(model.L[k], model.L[k].transpose());
        const Matrix<double> centred = x.row(i) - model.mu.row(k);
        const double squared = times(times(centred, inverse(covariance)), centred.transpose())(0, 0);
        const double expected =
            model.log_prior[k] - 0.5 * (std::log(determinant(2 * std::numbers::pi * covariance)) + squared);
        CHECK(log_joint(i, k) == doctest::Approx(expected).epsilon(1e-12));
      }
    }
  }

  TEST_CASE("mixture em: the M step by hand, and the shared one is normal discrimination's") {
    Matrix<double> x(4, 1), W(4, 2);
    x << 0, 2, 10, 16;
    W << 1, 0, 1, 0, 0, 1, 0, 1;
    CHECK(own_fit(x, W).L[0](0, 0) == doctest::Approx(1));
    CHECK(own_fit(x, W).L[1](0, 0) == doctest::Approx(3));
    CHECK(shared_fit(x, W).L[0](0, 0) == doctest::Approx(std::sqrt(5)));
    const Matrix<double> y = normal_matrix(30, 3, 4), weights = soft_labels(30, 4, 5);
    const GaussianDiscriminant other = fit_gaussian_discriminant(y, weights, 0);
    CHECK(shared_fit(y, weights).log_joint(y).isApprox(other.log_joint(y), 1e-12));
  }

  TEST_CASE("mixture em: every step away from the M step's answer lowers what it maximises") {
    const Matrix<double> x = normal_matrix(30, 2, 6), W = soft_labels(30, 3, 7);
    for (const Covariance covariance : {Covariance::own, Covariance::shared}) {
      const NormalComponents best = fit_normal_components(x, W, covariance);
      const auto objective = [&](const NormalComponents& model) { return model.log_joint(x).cwiseProduct(W).sum(); };
      const double top = objective(best);
      for (const double step : {-0.02, 0.02}) {
        NormalComponents other = best;
        other.mu(1, 0) += step;
        CHECK(objective(other) < top);
        other = best;
        for (Index k = 0; k < 3; ++k) {
          if (covariance == Covariance::shared || k == 1) other.L[k](1, 0) += step;
        }
        CHECK(objective(other) < top);
        other = best;
        const Eigen::RowVectorXd shifted =
            (best.log_prior + step * Eigen::RowVector3d(1, 0, -1)).array().exp().matrix();
        other.log_prior = (shifted / shifted.sum()).array().log();
        CHECK(objective(other) < top);
      }
    }
  }

  TEST_CASE("mixture em: Old Faithful and iris, the optima that mclust prints, which stops a little earlier") {
    const std::string data = TAPESTRY_DATA;
    const Matrix<double> faithful = read_csv(data + "/faithful/faithful.csv", Header::skip);
    REQUIRE(faithful.rows() == 272);
    const auto shared = expectation_maximisation(start_at(faithful, {0, 1, 2}), faithful, shared_fit);
    CHECK(shared.log_likelihood.back() == doctest::Approx(-1126.316).epsilon(5e-7));

    const Matrix<double> iris = read_csv(data + "/iris/iris.csv", Header::skip).leftCols(4);
    REQUIRE(iris.rows() == 150);
    const auto own = expectation_maximisation(start_at(iris, {0, 60, 120}), iris, own_fit);
    CHECK(own.log_likelihood.back() == doctest::Approx(-180.1855).epsilon(5e-7));
    for (const auto& run : {shared.log_likelihood, own.log_likelihood}) {
      CHECK(std::ranges::adjacent_find(run, [](double a, double b) { return b < a - 1e-9; }) == run.end());
    }
    CHECK(own.log_likelihood.back() == log_evidence(own.model.log_joint(iris)).sum());
    const auto cut = expectation_maximisation(start_at(iris, {0, 60, 120}), iris, own_fit, {.steps = 3});
    CHECK(cut.log_likelihood.size() == 4);
  }

  TEST_CASE("mixture em: what cannot be") {
    const Matrix<double> x = normal_matrix(5, 2, 8);
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    CHECK(error([&] { own_fit(x, Matrix<double>::Ones(5, 2)).log_joint(normal_matrix(3, 3, 1)); }) ==
          "NormalComponents: expected x with 2 columns, as mu has, found 3");
    Matrix<double> W = Matrix<double>::Zero(5, 2);
    W.col(0).setOnes();
    CHECK_THROWS_AS(own_fit(x, W), std::invalid_argument);  // nothing belongs to component 1
    W.row(2) << 0, 1;                                       // one point does
    CHECK(error([&] { own_fit(x, W); }) ==
          "fit_normal_components: the covariance of component 1 is not positive definite");
    CHECK(shared_fit(x, W).L.size() == 2);
    CHECK(error([&] { shared_fit(x.topRows(1), Matrix<double>::Ones(1, 1)); }) ==
          "fit_normal_components: the covariance of all components is not positive definite");
  }
}
