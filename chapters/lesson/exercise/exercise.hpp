#pragma once
// An exercise, as a chapter's table has it.

#include <functional>
#include <string>
#include <vector>

#include "chapters/lesson/exercise/attempt.hpp"

namespace lesson {

struct Exercise {
  std::string number;     // "5.2"
  std::string slug;       // "eq:scaled"
  std::string task;       // what there is to write, in words: "the factor that makes a minibatch stand for the whole"
  std::string statement;  // one line
  int points = 1;
  int minutes = 10;
  std::vector<std::string> hints;  // three: what to think of, where to look, nearly the answer
  std::function<void(Attempt&)> check;
  bool same_on_every_instance = false;  // the right answer is one constant, by the nature of the question
};

}  // namespace lesson
