#include "models/pca.hpp"

#include <doctest/doctest.h>

#include <cmath>

using autograd::Matrix;

TEST_SUITE("models") {
  TEST_CASE("pca: the components rebuild the covariance, the largest variance first") {
    Matrix<double> x(50, 4);
    for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = std::sin(1.7 * (i * i));
    x.col(2) = 3 * x.col(0) + x.col(1);
    const models::Pca pca = models::pca(x);
    const Matrix<double> centred = x.rowwise() - pca.mean.row(0);
    const Matrix<double> covariance = centred.transpose() * centred / 50.0;
    const Matrix<double> rebuilt = pca.components * pca.variances.asDiagonal() * pca.components.transpose();
    CHECK((rebuilt - covariance).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((pca.components.transpose() * pca.components - Matrix<double>::Identity(4, 4)).norm() < 1e-13);
    for (int i = 0; i < 3; ++i) CHECK(pca.variances[i] >= pca.variances[i + 1]);
    CHECK(std::abs(pca.variances[3]) < 1e-14);  // one column is a sum of two others
  }
}
