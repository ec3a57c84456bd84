#pragma once

#include "autograd/autograd.hpp"
#include "models/statistics/random.hpp"

// What the tests of models share: matrices of random numbers, and a model's parameter by name.

// Uniform on (low, high), the same numbers (rounded) for float and double.
template <class S = double>
autograd::Matrix<S> uniform_matrix(autograd::Index rows, autograd::Index cols, double low, double high,
                                   std::uint64_t seed) {
  const models::Random random(seed, models::Purpose::data);
  autograd::Matrix<S> x(rows, cols);
  for (autograd::Index i = 0; i < x.size(); ++i) {
    x.data()[i] = low + (high - low) * random.uniform(i);
  }
  return x;
}

template <class S = double>
autograd::Matrix<S> normal_matrix(autograd::Index rows, autograd::Index cols, std::uint64_t seed) {
  autograd::Matrix<S> x(rows, cols);
  models::Random(seed, models::Purpose::data).fill_normal(std::span(x.data(), x.size()));
  return x;
}

template <class S>
autograd::MatrixMap<S> named(autograd::Parameters<S>& parameters, const std::string& name) {
  return parameters[parameters.find(name)];
}
