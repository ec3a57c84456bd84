#pragma once
// Second derivatives without a second sweep: the tape of dual numbers x + v ε gives, as the gradient of f, the dual
// numbers ∇f(x) + ∇²f(x) v ε, whose second part is the Hessian times v (Pearlmutter 1994; Griewank & Walther 2008).
// It costs a few gradients, whatever the number of parameters, and no matrix is stored.

#include "autograd/arithmetic/dual.hpp"
#include "autograd/core/errors.hpp"
#include "autograd/core/tape.hpp"

namespace autograd {

struct SecondOrder {
  double value = 0;
  Matrix<double> gradient;  // ∇f(x), in the shape of x
  Matrix<double> product;   // ∇²f(x) v, in the shape of x
};

// f(x), its gradient, and its Hessian times v. f takes a Var of a matrix of duals and returns a Var of one; it is
// written once, for any element type:
//   const auto f = []<Element S>(const Var<Matrix<S>>& x) { return sum(exp(x)); };
// A matrix of data enters as x.tape().constant(data.template cast<S>()). Throws std::invalid_argument unless x and v
// have the same shape.
template <class F>
SecondOrder hessian_vector_product(const F& f, const Matrix<double>& x, const Matrix<double>& v) {
  using D = Dual<double>;
  if (x.rows() != v.rows() || x.cols() != v.cols())
    throw_invalid("hessian_vector_product: x is ", shape_text(x), ", v is ", shape_text(v), " (need equal shapes)");
  const Matrix<D> along = x.binaryExpr(v, [](double value, double tangent) { return D(value, tangent); });
  const auto [y, slope] = value_and_gradient(f, along);
  return {y.value, slope.unaryExpr([](const D& d) { return d.value; }),
          slope.unaryExpr([](const D& d) { return d.tangent; })};
}

}  // namespace autograd
