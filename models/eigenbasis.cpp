#include "models/eigenbasis.hpp"

#include <Eigen/QR>
#include <algorithm>

#include "models/parallel.hpp"

namespace models {

namespace {

using autograd::Slot;

// Calls f(i, first, count) for the parts of each matrix i, each of extent n(i), whatever the number of threads.
template <class N, class F>
void for_parts(std::size_t matrices, int threads, N n, F f) {
  constexpr int kParts = 4;
  const auto part = [&](int number) {
    const auto i = static_cast<std::size_t>(number / kParts);
    const Index first = n(i) * (number % kParts) / kParts, end = n(i) * (number % kParts + 1) / kParts;
    if (first < end) f(i, first, end - first);
  };
  parallel_for(static_cast<int>(matrices) * kParts, threads, std::ref(part));
}

// The columns of Q R = A: orthonormal, and with the same span.
template <class S>
Matrix<S> orthonormal(const Matrix<S>& A) {
  const Eigen::HouseholderQR<Matrix<double>> qr(A.template cast<double>());
  return Matrix<double>(qr.householderQ()).cast<S>();
}

}  // namespace

template <Element S>
Eigenbasis<S>::Eigenbasis(const Parameters<S>& parameters)
    : rotated_(Buffer<S>::Zero(parameters.size())), step_(Buffer<S>::Zero(parameters.size())) {
  for (std::size_t i = 0; i < parameters.entries().size(); ++i) {
    const auto& [name, rows, cols, offset] = parameters.entries()[i];
    if (rows == 1 || cols == 1) {
      without_.push_back({i});
      continue;
    }
    const Index n = std::min(rows, cols);
    bases.push_back({{i}, rows <= cols, Matrix<S>::Zero(n, n), Matrix<S>::Identity(n, n)});
  }
}

template <Element S>
void Eigenbasis<S>::update(Parameters<S>& parameters, const Buffer<S>& g, Optimiser<S>& adam, int threads) {
  if (adam.steps % kObserve == 0) observe(parameters, g, threads);
  if (adam.steps % kTurn == 0) turn(parameters, adam.m, threads);
  rotate(parameters, g, threads);
  for_blocks(parameters.size(), threads, [&](Index first, Index count) {
    step_.segment(first, count).setZero();
    adam.update(step_.data(), rotated_.data() + first, first, count);
  });
  rotate_back(parameters, threads);
}

// C = β C + (1 - β) G Gᵀ
template <Element S>
void Eigenbasis<S>::observe(const Parameters<S>& parameters, const Buffer<S>& g, int threads) {
  const S beta = static_cast<S>(kDecay);
  for_parts(
      bases.size(), threads, [&](std::size_t i) { return bases[i].C.rows(); },
      [&](std::size_t i, Index first, Index count) {
        const auto G = parameters.view(g, bases[i].slot);
        auto C = bases[i].C.middleRows(first, count);
        C *= beta;
        if (bases[i].of_rows)
          C.noalias() += (1 - beta) * (G.middleRows(first, count) * G.transpose());
        else
          C.noalias() += (1 - beta) * (G.middleCols(first, count).transpose() * G);
      });
}

// Q R = C Q. What the moments m are the coordinates of stays where it is: m = Q_newᵀ Q_old m.
template <Element S>
void Eigenbasis<S>::turn(const Parameters<S>& parameters, Buffer<S>& m, int threads) {
  const auto turn_one = [&](int i) {
    Basis& basis = bases[static_cast<std::size_t>(i)];
    const Matrix<S> old = basis.Q;
    basis.Q = orthonormal<S>(basis.C * old);
    auto M = parameters.view(m, basis.slot);
    if (basis.of_rows)
      M = (basis.Q.transpose() * old) * M.eval();
    else
      M = M.eval() * (old.transpose() * basis.Q);
  };
  parallel_for(static_cast<int>(bases.size()), threads, std::ref(turn_one));
}

// Qᵀ G, and G itself where there is no basis.
template <Element S>
void Eigenbasis<S>::rotate(const Parameters<S>& parameters, const Buffer<S>& g, int threads) {
  for (const Slot slot : without_) parameters.view(rotated_, slot) = parameters.view(g, slot);
  for_parts(
      bases.size(), threads, [&](std::size_t i) { return other_side(parameters, i); },
      [&](std::size_t i, Index first, Index count) {
        const auto& [slot, of_rows, C, Q] = bases[i];
        const auto G = parameters.view(g, slot);
        auto to = parameters.view(rotated_, slot);
        if (of_rows)
          to.middleCols(first, count).noalias() = Q.transpose() * G.middleCols(first, count);
        else
          to.middleRows(first, count).noalias() = G.middleRows(first, count) * Q;
      });
}

// W += Q u
template <Element S>
void Eigenbasis<S>::rotate_back(Parameters<S>& parameters, int threads) const {
  for (const Slot slot : without_) parameters[slot] += parameters.view(step_, slot);
  for_parts(
      bases.size(), threads, [&](std::size_t i) { return other_side(parameters, i); },
      [&](std::size_t i, Index first, Index count) {
        const auto& [slot, of_rows, C, Q] = bases[i];
        const auto u = parameters.view(step_, slot);
        auto W = parameters[slot];
        if (of_rows)
          W.middleCols(first, count).noalias() += Q * u.middleCols(first, count);
        else
          W.middleRows(first, count).noalias() += u.middleRows(first, count) * Q.transpose();
      });
}

template <Element S>
Index Eigenbasis<S>::other_side(const Parameters<S>& parameters, std::size_t i) const {
  const auto& entry = parameters.entries()[bases[i].slot.number];
  return bases[i].of_rows ? entry.cols : entry.rows;
}

template class Eigenbasis<float>;
template class Eigenbasis<double>;

}  // namespace models
