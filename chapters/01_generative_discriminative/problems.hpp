#pragma once
// What the chapter's classifiers are tried on: images, and normal classes whose best classifier is known.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "autograd/core/value.hpp"
#include "models/data/dataset.hpp"
#include "models/logistic_regression.hpp"
#include "models/statistics/classification.hpp"
#include "models/statistics/random.hpp"

namespace ch01 {

using autograd::Index;
using autograd::Matrix;
using Vector = Eigen::VectorXd;

// Data points with their classes: x is n×d, and y holds n numbers 0 .. K-1.
struct Labelled {
  Matrix<double> x;
  std::vector<int> y;
  int count() const { return y.size(); }
};

// The rows with the given numbers, in that order.
Labelled rows(const Labelled& data, const std::vector<int>& which);

// All images as rows of pixels in 0 .. 1, with their digits.
Labelled pixels(const models::Dataset& images);

// Images shrunk by averaging squares of side × side pixels: 28×28 becomes 7×7 for side = 4.
Labelled shrunk(const models::Dataset& images, int side);

// The rows of two classes: class a becomes 0, class b becomes 1.
Labelled pair_of(const Labelled& data, int a, int b);

// A classifier whose decision is the sign of xᵀw + b.
using Rule = models::LogisticRegression;

// The same decision as the larger of two scores.
Rule rule_of(const models::AffineScores& scores);

// The share of points that a rule puts in the wrong class.
double error_on(const Rule& rule, const Labelled& test);

// A problem of two classes. The m points of a draw are m/2 of each class; the points of a smaller m are the first
// of a larger one, so that all sizes and both kinds of model of one draw meet the same luck.
struct Problem {
  std::string name;
  std::function<Labelled(std::uint64_t draw, int m)> training;
  std::function<double(std::uint64_t draw, const Rule&)> error;  // on points that the draw did not train on
};

// Training points from `pool`; the error on `test`, or, if that is empty, on what is left of the pool after the
// first `most` points of the draw.
Problem image_problem(std::string name, Labelled pool, Labelled test, int most, std::uint64_t seed);

// x ~ N(±μ, Σ), each class with probability ½. The error of a rule is known exactly: with Φ the distribution function
// of N(0, 1), it is
//   ½ Φ( -(wᵀμ + b) / √(wᵀΣw) ) + ½ Φ( -(wᵀμ - b) / √(wᵀΣw) )
struct NormalClasses {
  Vector mu;             // d; class 1 has the mean μ, class 0 the mean -μ
  Matrix<double> sigma;  // d×d
  Labelled sample(std::vector<int> y, const models::Random& random) const;  // a point of each class in y
  double error(const Rule& rule) const;
  double best_error() const;         // Φ(-√(μᵀΣ⁻¹μ)), of the rule w = Σ⁻¹μ: nothing can be better
  double naive_bayes_limit() const;  // of the rule that naive Bayes finds from endless data, w = (diag Σ)⁻¹ μ
};
Problem normal_problem(std::string name, NormalClasses classes, std::uint64_t seed);

// 20 features in ten pairs. The first of a pair has the means ±1/√10 and the second tells nothing of the class. In
// each pair the two are correlated by `correlation`, which naive Bayes takes to be 0.
NormalClasses ten_pairs(double correlation);

double normal_distribution(double x);  // Φ

}  // namespace ch01
