#include "models/fast_gaussian_mixture.hpp"

#include "autograd/arithmetic/gemm.hpp"

namespace models {

using autograd::Index;
using autograd::MatrixMap;
using autograd::written;

template <Element S>
Var<Matrix<S>> squared_distances(const Var<Matrix<S>>& x, const Var<Matrix<S>>& mu, const Var<Matrix<S>>& Q) {
  const Index n = x.rows(), d = x.cols(), K = mu.rows();
  autograd::Tape* tape = &x.tape();
  MatrixMap<S> columns = tape->scratch<S>(d, n);
  columns = x.value().transpose();
  const MatrixMap<S> u = tape->scratch<S>(K * d, n);  // of all k: the pullback needs it too
  return record<"squared_distances">(
      [=](auto&, auto& mu, auto& Q) {
        return written<S>(n, K, [=, &mu, &Q](auto D) {
          MatrixMap<S> centred = tape->scratch<S>(d, n), squares = tape->scratch<S>(1, n);
          for (Index k = 0; k < K; ++k) {
            auto u_k = MatrixMap<S>(u).middleRows(k * d, d);
            centred = columns.colwise() - mu.value().row(k).transpose();
            u_k.noalias() = Q.value().middleRows(k * d, d) * centred;
            squares = u_k.colwise().squaredNorm();
            D.col(k) = squares.transpose();
          }
        });
      },
      [=](auto& D, auto& x, auto& mu, auto& Q) {
        MatrixMap<S> centred = tape->scratch<S>(d, n), s = tape->scratch<S>(d, n), weights = tape->scratch<S>(1, n);
        for (Index k = 0; k < K; ++k) {
          const auto Q_k = Q.value().middleRows(k * d, d);
          weights = S(2) * D.grad().col(k).transpose();
          s.array() = u.middleRows(k * d, d).array().rowwise() * weights.row(0).array();
          if (Q.needs_gradient()) {
            centred = columns.colwise() - mu.value().row(k).transpose();
            Q.adjoint().middleRows(k * d, d).noalias() += s * centred.transpose();
          }
          if (mu.needs_gradient()) {
            for (Index i = 0; i < d; ++i) mu.adjoint().row(k) -= s.row(i).sum() * Q_k.row(i);
          }
          x.accumulate(s.transpose() * Q_k);
        }
      },
      x, mu, Q);
}

template Var<Matrix<double>> squared_distances(const Var<Matrix<double>>&, const Var<Matrix<double>>&,
                                               const Var<Matrix<double>>&);

}  // namespace models
