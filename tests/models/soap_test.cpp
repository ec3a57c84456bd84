#include "models/training/soap.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/dense.hpp"
#include "tests/models/matrices.hpp"

using namespace models;

namespace {

using M = Matrix<double>;

constexpr double kRate = 0.01;
constexpr int kThreeTurns = 35;  // of the basis, in steps

// Gradients whose rows and columns are correlated. Those of a tall matrix are the transposed ones of a wide one.
M gradient_of(Index rows, Index cols, int t) {
  if (rows > cols) return gradient_of(cols, rows, t).transpose();
  const M left = normal_matrix(rows, rows, 1), right = normal_matrix(cols, cols, 2);
  return times(times(left, normal_matrix(rows, cols, 100 + t)), right);
}

// What kThreeTurns steps make of a matrix of ones.
M found(Index rows, Index cols, Method method = Method::soap, int threads = 1) {
  Parameters<double> parameters;
  parameters.add("before", 1, 3);
  const autograd::Slot W = parameters.add("W", rows, cols);
  parameters[W].setOnes();
  Optimiser<double> optimiser({.method = method}, parameters.size());
  Eigenbasis<double> eigenbasis(parameters);
  Buffer<double> g = Buffer<double>::Zero(parameters.size());
  for (int t = 1; t <= kThreeTurns; ++t) {
    parameters.view(g, W) = gradient_of(rows, cols, t);
    optimiser.begin_step(kRate);
    if (method == Method::soap)
      eigenbasis.update(parameters, g, optimiser, threads);
    else
      optimiser.update(parameters.values().data(), g.data(), 0, parameters.size());
  }
  return parameters[W];
}

// The columns of A made orthonormal one after the other (Gram-Schmidt, twice).
M orthonormal(M A) {
  for (Index j = 0; j < A.cols(); ++j) {
    for (int twice = 0; twice < 2; ++twice) {
      for (Index i = 0; i < j; ++i) A.col(j) -= A.col(i).dot(A.col(j)) * A.col(i);
    }
    A.col(j) /= A.col(j).norm();
  }
  return A;
}

enum class Wrong { nothing, moment_left_behind, other_decay, update_not_rotated_back };

// The same by the formulas, in a basis of the rows.
M expected(Index rows, Index cols, Wrong wrong = Wrong::nothing) {
  M W = M::Ones(rows, cols), C = M::Zero(rows, rows), Q = M::Identity(rows, rows), m = M::Zero(rows, cols), v = m;
  for (int t = 1; t <= kThreeTurns; ++t) {
    const M G = gradient_of(rows, cols, t);
    const double beta = wrong == Wrong::other_decay ? 0.5 : 0.98;
    if (t % 4 == 0) C = beta * C + (1 - beta) * times(G, G.transpose());
    if (t % 10 == 0) {
      const M before = Q;
      Q = orthonormal(times(C, Q));
      if (wrong != Wrong::moment_left_behind) m = times(Q.transpose(), times(before, m));
    }
    const M rotated = times(Q.transpose(), G);
    m = 0.9 * m + 0.1 * rotated;
    v = 0.999 * v.array() + 0.001 * rotated.array().square();
    const double m_scale = 1 / (1 - std::pow(0.9, t)), v_scale = 1 / (1 - std::pow(0.999, t));
    const M u = -kRate * m_scale * m.array() / ((v_scale * v.array()).sqrt() + 1e-8);
    W += wrong == Wrong::update_not_rotated_back ? u : times(Q, u);
  }
  return W;
}

double distance(const M& a, const M& b) { return (a - b).cwiseAbs().maxCoeff(); }

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("soap: the steps are the formulas, by rows and by columns") {
    CHECK(distance(found(3, 7), expected(3, 7)) < 1e-11);
    CHECK(distance(found(5, 5), expected(5, 5)) < 1e-11);
    CHECK(distance(found(7, 3), expected(3, 7).transpose()) < 1e-11);
    CHECK(distance(found(3, 7), expected(7, 3).transpose()) > 1e-4);  // the longer side
    for (const Wrong wrong : {Wrong::moment_left_behind, Wrong::other_decay, Wrong::update_not_rotated_back}) {
      INFO("wrong variant ", int(wrong));
      CHECK(distance(found(3, 7), expected(3, 7, wrong)) > 1e-4);
    }
  }

  TEST_CASE("soap: the number of threads changes nothing, and vectors are Adam's") {
    CHECK(found(13, 29, Method::soap, 2) == found(13, 29));
    CHECK(distance(found(1, 7), found(1, 7, Method::adam)) < 1e-14);  // the seventh may be rounded another way
    CHECK(found(1, 8) == found(1, 8, Method::adam));
    CHECK(found(8, 1) == found(8, 1, Method::adam));
    CHECK(distance(found(2, 7), found(2, 7, Method::adam)) > 1e-3);
  }

  TEST_CASE("soap: it stays orthonormal, whatever the gradients") {
    Parameters<float> parameters;
    const autograd::Slot W = parameters.add("W", 6, 9);
    Optimiser<float> optimiser({.method = Method::soap}, parameters.size());
    Eigenbasis<float> eigenbasis(parameters);
    Buffer<float> g = Buffer<float>::Zero(parameters.size());
    const auto off = [&] {
      const M Q = eigenbasis.bases.front().Q.cast<double>();
      return distance(times(Q.transpose(), Q), M::Identity(6, 6));
    };
    for (int t = 1; t <= 2000; ++t) {
      if (t > 1000) parameters.view(g, W).topRows(2) = normal_matrix<float>(2, 9, t);
      optimiser.begin_step(1e-3);
      eigenbasis.update(parameters, g, optimiser, 1);
      REQUIRE(off() < 1e-5);
    }
    CHECK(parameters.values().allFinite());
  }

  // ½ ‖L W‖², whose gradient LᵀL W correlates the rows of W: their scales hide behind the correlation.
  TEST_CASE("soap: what correlated rows need") {
    const M left = normal_matrix(8, 8, 3);
    const M scaled = left.array().colwise() * Eigen::ArrayXd::LinSpaced(8, 0, 3).exp();
    const M H = times(left.transpose(), scaled);
    const auto loss_after = [&](Method method) {
      Parameters<double> parameters;
      const autograd::Slot W = parameters.add("W", 8, 12);
      parameters[W] = normal_matrix(8, 12, 4);
      Optimiser<double> optimiser({.method = method, .beta2 = 0.95}, parameters.size());
      Eigenbasis<double> eigenbasis(parameters);
      constexpr int kMany = 300;
      for (int t = 1; t <= kMany; ++t) {
        Buffer<double> g = Buffer<double>::Zero(parameters.size());
        parameters.view(g, W) = times(H, parameters[W]);
        optimiser.begin_step(0.05 * (kMany - t) / kMany);
        if (method == Method::soap)
          eigenbasis.update(parameters, g, optimiser, 1);
        else
          optimiser.update(parameters.values().data(), g.data(), 0, parameters.size());
      }
      return parameters[W].cwiseProduct(times(H, parameters[W])).sum() / 2;
    };
    CHECK(loss_after(Method::soap) < 0.2 * loss_after(Method::adam));
  }
}
