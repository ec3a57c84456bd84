#pragma once
// Layers: which parameters they own, and the formula that uses them.

#include <string>
#include <vector>

#include "autograd/parameters/watched.hpp"
#include "models/statistics/random.hpp"

namespace models {

using autograd::Element;
using autograd::Index;
using autograd::Matrix;
using autograd::MatrixMap;
using autograd::Parameters;
using autograd::Slot;
using autograd::Var;
using autograd::Watched;

enum class Activation { tanh, relu, sigmoid, softplus };

// The activation's value, coefficient by coefficient.
template <Element S>
Var<Matrix<S>> activate(Activation activation, const Var<Matrix<S>>& x);

// What a layer is given. Most elements of a sparse input are 0, as in black and white digits (training/sparse.hpp).
enum class Input { dense, sparse };

// y = x W + b      x: n×in   W: in×out   b: 1×out
struct Affine {
  Slot W, b;

  // Adds "name.W" and "name.b" to the parameters: W Glorot-uniform, b zero.
  template <Element S>
  Affine(Parameters<S>& parameters, const std::string& name, Index in, Index out, std::uint64_t seed);

  template <Element S>
  Var<Matrix<S>> operator()(const Watched<S>& theta, const Var<Matrix<S>>& x, Input input = Input::dense) const;
};

// Affine layers with an activation after each; none at all is the identity.
struct Mlp {
  std::vector<Affine> layers;
  Activation activation;

  // sizes = {in, hidden..., out}: one layer between each two.
  template <Element S>
  Mlp(Parameters<S>& parameters, const std::string& name, const std::vector<Index>& sizes, Activation activation,
      std::uint64_t seed);

  template <Element S>
  Var<Matrix<S>> operator()(const Watched<S>& theta, Var<Matrix<S>> x, Input input = Input::dense) const;
};

// Uniform on ±√(6 / (in + out)): keeps the variance of values and gradients level (Glorot & Bengio 2010, eq. 16).
template <Element S>
void glorot_uniform(MatrixMap<S> W, const Random& random);

}  // namespace models
