#pragma once
// A formula on the tape, compared in its value and in its gradients, since an answer that takes numbers off the tape
// has the right value but no gradient.

#include <functional>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/lesson/exercise/attempt.hpp"

namespace lesson {

using Vars = std::vector<autograd::Var<autograd::Matrix<double>>>;
using Formula = std::function<autograd::Var<autograd::Matrix<double>>(const Vars&)>;

// A formula with a typical mistake in it: a question that leads on, and a name for its ratio to the right answer.
struct Wrong {
  std::string likely;
  Formula formula;
  std::string ratio = "";
};
// Right in its value, wrong in its gradient in one input.
struct WrongGradient {
  std::size_t input;
  std::string likely;
  Formula formula;
};

struct Question {
  std::vector<std::string> names;                // of the inputs
  std::vector<autograd::Matrix<double>> inputs;  // what the gradients are taken in
  Formula yours, right;
  std::vector<Wrong> wrong = {};
  std::vector<WrongGradient> wrong_gradients = {};
};

// Throws WrongAnswer at the first of shape, value and gradients that is not right. A gradient of zeros is a
// mistake that every question knows.
void compare(Attempt& attempt, const Question& question);
// The same for inputs that are out of the ordinary, once the others are right: `where` says how, and `likely` what is
// to be thought of whatever comes out.
void compare_extreme(Attempt& attempt, const Question& question, const std::string& where, const std::string& likely);

// Attempt::equal with a first line that says which numbers are compared, and a guess at answers that are nearly right.
void equal(Attempt& attempt, const std::string& what, const Answer& yours, const Answer& right,
           const std::vector<Mistake>& mistakes = {});

// A random instance: standard normal numbers, the same for the same seed and number.
autograd::Matrix<double> normal_matrix(std::uint64_t seed, std::uint64_t number, autograd::Index rows,
                                       autograd::Index cols);

}  // namespace lesson
