#pragma once
// What check.cpp checks, an exercise each.

#include "chapters/lesson/exercise.hpp"

namespace ch11 {

void check_kl(lesson::Attempt& attempt);
void check_reparameterise(lesson::Attempt& attempt);
void check_elbo(lesson::Attempt& attempt);
void check_training_step(lesson::Attempt& attempt);
void check_importance_bound(lesson::Attempt& attempt);

}  // namespace ch11
