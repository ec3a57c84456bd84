#pragma once
// What a chapter's check.cpp is made of: a table of exercises, each with the function that checks an answer to it.
//
//   int main(int argc, char** argv) {
//     return lesson::check_exercises(argc, argv, "05_minibatch_sgd", {{
//         .number = "5.2", .slug = "eq:scaled", .task = "the factor that makes a minibatch stand for the whole",
//         .statement = "E[ c · Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)",
//         .points = 2, .minutes = 15,
//         .hints = {"Which sum is it to stand for?", "Compare the numbers of terms.", "Multiply by N / M."},
//         .check = [](lesson::Attempt& attempt) {
//           const Instance drawn = draw(attempt.seed());
//           const double full = ...;
//           attempt.equal(ch05::scaled_gradient(drawn), full, 1e-12,
//                         {{full * m / n, "M/N", "the sum runs over M points. For how many does it stand?"}});
//         }}});
//   }
//
// The program's exit status is meson's: 0 right, 1 wrong, 77 not attempted (a skipped test).

#include <iosfwd>
#include <string>
#include <vector>

#include "chapters/lesson/exercise/exercise.hpp"

namespace lesson {

inline constexpr int kRight = 0, kWrong = 1, kUsage = 2, kNotAttempted = 77;

// The check program's main:
//   exercise_05                      every exercise of chapter 05
//   exercise_05 5.2 --seed 7         one, on the instances of another seed
//   exercise_05 --list               the table: points, minutes; --table: as the chapter's README.md has it
//   exercise_05 --hint 5.2 --level 2
//   exercise_05 --maintainers        every exercise is untouched; solution_05: see lesson/exercise/maintainers.hpp
// With --solution the answers are the reference ones, and the listed mistakes are tried on the checks as well.
// An exercise begins in the student's file with a comment that starts with its number: the reports name that line.
//
// For chapters/grade, `exercise_05 5.2 --verdict FD` reads a word from standard input, prints the report alone and
// writes the word, "5.2" and "right", "wrong" or "not attempted" to that file descriptor. An answer that ends the
// program, or prints "right", knows no such word.
int check_exercises(int argc, const char* const* argv, const std::string& chapter,
                    const std::vector<Exercise>& exercises);

// The same, reading and printing elsewhere, and with chapters/ in another place: for tests.
struct Classroom {
  std::string chapter;
  std::string chapters_folder;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};
int check_exercises(int argc, const char* const* argv, const Classroom& room, const std::vector<Exercise>& exercises);

}  // namespace lesson
