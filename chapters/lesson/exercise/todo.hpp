// What stands in an exercise until it is solved:
//
//   double scaled_log_prob(...) {
//     lesson::todo("the sum over the minibatch, scaled to stand for all N points");
//   }
#pragma once

#include <stdexcept>
#include <string>

#include "chapters/lesson/where.hpp"

namespace lesson {

// Thrown by todo: the exercise counts as not attempted, which is no failure.
struct NotAttempted : std::runtime_error {
  using std::runtime_error::runtime_error;
  Where where{};
};

[[noreturn]] inline void todo(const char* what, Where where = Where::current()) {
  NotAttempted not_attempted(what);
  not_attempted.where = where;
  throw not_attempted;
}

}  // namespace lesson
