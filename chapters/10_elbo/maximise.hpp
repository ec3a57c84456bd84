#pragma once
// The one training loop of the chapter: full batch, nothing sampled.

#include <functional>
#include <vector>

#include "autograd/autograd.hpp"

namespace ch10 {

// What is to be maximised, on the tape of its parameters.
using Goal = std::function<autograd::Var<double>(const autograd::Watched<double>& theta)>;

struct Ascent {
  int steps = 3000;
  double rate = 1e-2;  // of the first step; falls to 0 along a cosine, so that the last steps come to rest
};

// Adam's steps up the gradient, from the values that `theta` has. The `held` parameters stay as they are. Returns the
// objective at the end.
double maximise(const Goal& objective, autograd::Parameters<double>& theta, const Ascent& ascent,
                const std::vector<autograd::Slot>& held = {});

}  // namespace ch10
