#pragma once
// What check.cpp checks, an exercise each.

#include "chapters/lesson/exercise.hpp"

namespace ch05 {

void check_log_likelihood(lesson::Attempt& attempt);
void check_scaled_gradient(lesson::Attempt& attempt);
void check_expectation_over_pairs(lesson::Attempt& attempt);
void check_minibatch_variance(lesson::Attempt& attempt);
void check_importance_weighted_gradient(lesson::Attempt& attempt);
void check_expected_loss(lesson::Attempt& attempt);

}  // namespace ch05
