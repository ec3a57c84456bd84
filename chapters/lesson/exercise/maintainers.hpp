// What the maintainers demand of a table of exercises, beyond what a student meets.
#pragma once

#include <string>
#include <vector>

#include "chapters/lesson/exercise/exercise.hpp"

namespace lesson {

// Both return a line for each thing that is not as it should be.

// Of the student's file as it is handed out: every exercise is "not attempted".
std::vector<std::string> faults_of_skeleton(const std::vector<Exercise>& exercises);

// Of the table and the reference answers, on the instances of 8 seeds:
//   an exercise has a slug, a task, a statement, points, minutes and three different hints, and lists a mistake;
//   the reference answer is right;
//   a student who gives a listed wrong answer is told so, and reads that mistake's own question;
//   the right answers differ from instance to instance, so that no constant passes.
std::vector<std::string> faults_of_solution(const std::vector<Exercise>& exercises);

}  // namespace lesson
