#pragma once
// The same on a real model: softmax regression on images, 7,850 parameters on MNIST.

#include <cstdint>

#include "chapters/05_minibatch_sgd/ingredients.hpp"
#include "chapters/lesson.hpp"
#include "models/data/dataset.hpp"

namespace ch05 {

// z = (mean of the drawn estimates - ∇log p(D)) / its standard error, of every parameter whose gradient varies.
struct ZScores {
  std::vector<double> uniform;   // every image equally likely
  std::vector<double> balanced;  // every class equally likely, then an image of it: biased
};

// Adds to `equation` (eq:minibatch-grad) that the mean over `minibatches` minibatches of M images agrees with the full
// gradient, parameter by parameter; how a class-balanced sampler is biased; and how weights repair it. Uses as many
// whole minibatches of `images` as there are. Throws std::invalid_argument if that is none, or leaves a class with less
// than two images.
ZScores check_real_model(lesson::Lesson& lesson, lesson::Equation equation, const models::Dataset& images, int M,
                         int minibatches, const Ingredients& use);

}  // namespace ch05
