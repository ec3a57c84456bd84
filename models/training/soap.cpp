#include "models/training/soap.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <utility>

#include "autograd/arithmetic/gemm.hpp"
#include "models/training/parallel.hpp"

namespace models {

namespace {

using autograd::add, autograd::assign;
using autograd::ConstMatrixMap;
using autograd::MatrixMap;
using autograd::Slot;

// The matrix that an expression, a product for instance, stands for.
template <class E>
Matrix<typename E::Scalar> value_of(const E& expression) {
  Matrix<typename E::Scalar> value(expression.rows(), expression.cols());
  assign(MatrixMap<typename E::Scalar>(value.data(), value.rows(), value.cols()), expression);
  return value;
}

// Q of Q R = A, R upper triangular, both n×n like A: its columns are orthonormal, and where those of A are
// independent, the first k span what A's first k do. By Householder's reflections: Golub & Van Loan, section 5.2.
Matrix<double> orthonormal(const Matrix<double>& A) { return Eigen::MatrixXd(A).householderQr().householderQ(); }

}  // namespace

template <Element S>
Eigenbasis<S>::Eigenbasis(const Parameters<S>& parameters)
    : rotated_(Buffer<S>::Zero(parameters.size())), step_(Buffer<S>::Zero(parameters.size())) {
  for (std::size_t i = 0; i < parameters.entries().size(); ++i) {
    const auto& [name, rows, cols, offset] = parameters.entries()[i];
    const Index n = std::min(rows, cols);
    if (n == 1)
      vectors_.push_back({i});
    else
      bases.push_back({{i}, rows <= cols, Matrix<S>::Zero(n, n), Matrix<S>::Identity(n, n)});
  }
  // The largest first, so that threads that take turns get equal shares.
  const auto size = [&](const Basis& basis) { return parameters[basis.slot].size(); };
  std::sort(bases.begin(), bases.end(), [&](const Basis& a, const Basis& b) { return size(a) > size(b); });
}

template <Element S>
void Eigenbasis<S>::update(Parameters<S>& parameters, const Buffer<S>& g, Optimiser<S>& adam, int threads) {
  if (adam.steps % kObserve == 0) observe(parameters, g, threads);
  if (adam.steps % kTurn == 0) turn(parameters, adam.m, threads);
  for (const Slot slot : vectors_) {
    const Index offset = parameters.entries()[slot.number].offset;
    adam.update(parameters.values().data(), g.data() + offset, offset, parameters[slot].size());
  }
  for_bases(threads, [&](const Basis& basis) { step_along(basis, parameters, g, adam); });
}

// W += Q u, where u is Adam's step for the gradient Qᵀ G.
template <Element S>
void Eigenbasis<S>::step_along(const Basis& basis, Parameters<S>& parameters, const Buffer<S>& g, Optimiser<S>& adam) {
  const Matrix<S>& Q = basis.Q;
  const ConstMatrixMap<S> G = parameters.view(g, basis.slot);
  const MatrixMap<S> rotated = parameters.view(rotated_, basis.slot);
  if (basis.of_rows)
    assign(rotated, Q.transpose() * G);
  else
    assign(rotated, G * Q);
  parameters.view(step_, basis.slot).setZero();
  adam.update(step_.data(), rotated.data(), parameters.entries()[basis.slot.number].offset, rotated.size());
  const ConstMatrixMap<S> u = parameters.view(std::as_const(step_), basis.slot);
  if (basis.of_rows)
    add(parameters[basis.slot], Q * u);
  else
    add(parameters[basis.slot], u * Q.transpose());
}

// C = β C + (1 - β) G Gᵀ
template <Element S>
void Eigenbasis<S>::observe(const Parameters<S>& parameters, const Buffer<S>& g, int threads) {
  const S beta = kDecay;
  for_bases(threads, [&](Basis& basis) {
    const ConstMatrixMap<S> G = parameters.view(g, basis.slot);
    const Index n = basis.C.rows();
    const MatrixMap<S> square(parameters.view(rotated_, basis.slot).data(), n, n);  // not in use yet
    if (basis.of_rows)
      assign(square, G * G.transpose());
    else
      assign(square, G.transpose() * G);
    basis.C = beta * basis.C + (1 - beta) * square;
  });
}

// Q R = C Q. What the moments m are the coordinates of stays where it is: m = Q_newᵀ Q_old m.
template <Element S>
void Eigenbasis<S>::turn(const Parameters<S>& parameters, Buffer<S>& m, int threads) {
  for_bases(threads, [&](Basis& basis) {
    const Matrix<S> old = basis.Q;
    const Matrix<S> CQ = value_of(basis.C * old);
    basis.Q = orthonormal(CQ.template cast<double>()).template cast<S>();
    const Matrix<S> turned = value_of(basis.Q.transpose() * old);
    MatrixMap<S> M = parameters.view(m, basis.slot);
    const Matrix<S> before = M;
    if (basis.of_rows)
      assign(M, turned * before);
    else
      assign(M, before * turned.transpose());
  });
}

// Calls f(basis) for each, in parallel.
template <Element S>
template <class F>
void Eigenbasis<S>::for_bases(int threads, F f) {
  const auto one = [&](int i) { f(bases[i]); };
  parallel_for(bases.size(), threads, std::ref(one));
}

template class Eigenbasis<float>;
template class Eigenbasis<double>;

}  // namespace models
