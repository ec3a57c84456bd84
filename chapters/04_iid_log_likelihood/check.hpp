#pragma once
// What check.cpp checks, an exercise each.

#include "chapters/lesson/exercise.hpp"

namespace ch04 {

inline constexpr double kTolerance = 1e-10;  // of a number that is right: room for another way of summing

void check_log_likelihood(lesson::Attempt& attempt);
void check_summary(lesson::Attempt& attempt);
void check_compensated_sum(lesson::Attempt& attempt);
void check_divergence(lesson::Attempt& attempt);
void check_price_of_independence(lesson::Attempt& attempt);

}  // namespace ch04
