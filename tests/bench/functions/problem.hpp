#pragma once
// The five functions that gradients are timed of, at fixed points: what each contender is given.
//
//   A   log Σᵢ exp xᵢ                     1000 numbers
//   B   Σᵢ log N(xᵢ; μ, σ²)              1000 numbers, μ and σ
//   C   Πᵢ xᵢ                            1000 numbers
//   D   ½ Σᵢ (f(uᵢ) - tᵢ)²               f a 2-16-16-1 tanh network with 337 weights, over 100 points
//   E   log posterior density            of a Gaussian mixture, d = 10, K = 25, over 1000 points: 1650 parameters
//
// Layout of x:  B  x, μ, σ      D  W₁ (2×16), b₁, W₂ (16×16), b₂, w₃ (16), b₃, matrices row by row
//               E  α (K), μ (K×d), log diagonals (K×d), entries below the diagonals (K×d(d-1)/2), as in
//                  models/gaussian_mixture.hpp

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace bench {

inline constexpr int kNumbers = 1000;                                   // A, B, C
inline constexpr int kPoints = 100, kInputs = 2, kUnits = 16;           // D
inline constexpr int kRows = 1000, kDimensions = 10, kComponents = 25;  // E
inline constexpr int kBelow = kDimensions * (kDimensions - 1) / 2;
inline constexpr double kGamma = 1, kWishartM = 2;  // E's prior

struct Problem {
  std::vector<double> x;       // where the gradient is wanted
  std::vector<double> data;    // D: the uᵢ, row by row; E: the rows of the data
  std::vector<double> target;  // D: the tᵢ
};

// One of 'A' to 'E'. Made once, the same for everyone.
const Problem& problem(char function);

// f(x), and its gradient written to the second span.
using Gradient = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// By hand, in plain double: the reference.
double gradient_by_hand(char function, std::span<const double> x, std::span<double> gradient);

// What every contender's file defines: its name, and how it computes the gradient (recording beforehand what it
// records once). A contender without gradients computes the function alone.
struct Contender {
  std::string name;
  bool has_gradients = true;
  std::string functions = "ABCDE";
};
extern const Contender kContender;
Gradient gradient_of(char function);

}  // namespace bench
