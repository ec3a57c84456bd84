#include "models/training/layers.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "autograd/operations/elementwise.hpp"
#include "autograd/operations/linear_algebra.hpp"
#include "models/training/sparse.hpp"

namespace models {

template <Element S>
Var<Matrix<S>> activate(Activation activation, const Var<Matrix<S>>& x) {
  switch (activation) {
    case Activation::tanh:
      return tanh(x);
    case Activation::relu:
      return relu(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::softplus:
      return softplus(x);
  }
  throw std::invalid_argument("activate: unknown activation");
}

template <Element S>
void glorot_uniform(MatrixMap<S> W, const Random& random) {
  const double bound = std::sqrt(6.0 / (W.rows() + W.cols()));
  for (Index i = 0; i < W.size(); ++i) {
    W.data()[i] = bound * (2 * random.uniform(i) - 1);
  }
}

template <Element S>
Affine::Affine(Parameters<S>& parameters, const std::string& name, Index in, Index out, std::uint64_t seed)
    : W(parameters.add(name + ".W", in, out)), b(parameters.add(name + ".b", 1, out)) {
  glorot_uniform(parameters[W], Random(seed, Purpose::initialisation, W.number));
}

template <Element S>
Var<Matrix<S>> Affine::operator()(const Watched<S>& theta, const Var<Matrix<S>>& x, Input input) const {
  return input == Input::sparse ? sparse_affine(x, theta[W], theta[b]) : affine(x, theta[W], theta[b]);
}

template <Element S>
Mlp::Mlp(Parameters<S>& parameters, const std::string& name, const std::vector<Index>& sizes, Activation activation,
         std::uint64_t seed)
    : activation(activation) {
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
    layers.emplace_back(parameters, name + "." + std::to_string(i), sizes[i], sizes[i + 1], seed);
  }
}

template <Element S>
Var<Matrix<S>> Mlp::operator()(const Watched<S>& theta, Var<Matrix<S>> x, Input input) const {
  for (const Affine& layer : layers) x = activate(activation, layer(theta, x, std::exchange(input, Input::dense)));
  return x;
}

// Everything above, once for each element type that models train with.
template Var<Matrix<float>> activate(Activation, const Var<Matrix<float>>&);
template Var<Matrix<double>> activate(Activation, const Var<Matrix<double>>&);
template void glorot_uniform(MatrixMap<float>, const Random&);
template void glorot_uniform(MatrixMap<double>, const Random&);
template Affine::Affine(Parameters<float>&, const std::string&, Index, Index, std::uint64_t);
template Affine::Affine(Parameters<double>&, const std::string&, Index, Index, std::uint64_t);
template Var<Matrix<float>> Affine::operator()(const Watched<float>&, const Var<Matrix<float>>&, Input) const;
template Var<Matrix<double>> Affine::operator()(const Watched<double>&, const Var<Matrix<double>>&, Input) const;
template Mlp::Mlp(Parameters<float>&, const std::string&, const std::vector<Index>&, Activation, std::uint64_t);
template Mlp::Mlp(Parameters<double>&, const std::string&, const std::vector<Index>&, Activation, std::uint64_t);
template Var<Matrix<float>> Mlp::operator()(const Watched<float>&, Var<Matrix<float>>, Input) const;
template Var<Matrix<double>> Mlp::operator()(const Watched<double>&, Var<Matrix<double>>, Input) const;

}  // namespace models
