#pragma once
// What the parts of chapter 00 are called, in the order of its text. What stands under the name of a part is defined
// in that file; tiny_tape.hpp is the tape that the text writes.

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/00_tape/tiny_tape.hpp"
#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "plots/output.hpp"

namespace ch00 {

using autograd::Index;
using autograd::Matrix;
using autograd::Tape;
using autograd::Var;

// ---
// functions.hpp holds f(x, y) = x y + sin x and the other functions, each written once for every kind of number.
//
// chain.cpp: the chain rule, by hand, by both tapes, by dual numbers and by differences.

struct Ingredients;

// eq:chain: f(x, y) = x y + sin x, number by number.
void worked_example(lesson::Lesson& lesson, const Ingredients& use);
// Prints the graph of the worked example, as the engine's Trace keeps it.
void say_graph(lesson::Lesson& lesson);
// eq:chain: a value that is used many times, a sum over all paths, and the bits of the two tapes.
void reuse(lesson::Lesson& lesson, const Ingredients& use);
// eq:chain: a million operations, one after the other.
void long_chain(lesson::Lesson& lesson, const Ingredients& use);

// The product of the slopes along each path from record `from` back to record `to`, added up. Counts the paths.
double over_paths(const tiny::Tape& tape, int from, int to, std::int64_t& paths);

// ---
// kinks.cpp: where derivatives go wrong.

// test:gradcheck: what the gradient check catches, and that it sees only the points that it is given.
void gradient_check(lesson::Lesson& lesson, const Ingredients& use);
// claim:kink: relu(x) - relu(-x) is x, and its derivative at 0 comes out as 0.
void kink(lesson::Lesson& lesson, const Ingredients& use);
// claim:where: a branch that was not taken makes the gradient NaN.
void branch_not_taken(lesson::Lesson& lesson, const Ingredients& use);

// Huber's function, ½ x² for |x| <= 1 and |x| - ½ beyond, as an operation of one record.
Var<double> huber(const Var<double>& x);
// sin with a pullback that is 0.1 % too large.
Var<double> sine_a_little_off(const Var<double>& x);

// ---
// cost.cpp: what a gradient costs.

// Counts what a tape does. A share is what one record sends to one operand in the sweep: one product and one sum.
class Counter final : public autograd::Observer {
 public:
  explicit Counter(Tape& tape) : tape_(tape) { tape.observe(this); }
  ~Counter() { tape_.observe(nullptr); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  std::int64_t leaves = 0;      // variables and constants
  std::int64_t operations = 0;  // records with operands
  std::int64_t pullbacks = 0;   // records with operands that the sweep came to
  std::int64_t shares = 0;      // their operands

  void recorded(const autograd::Record& record, std::vector<const autograd::Record*> operands) override;
  void pulled(const autograd::Record& record) override;
  void rewound() override {}

 private:
  Tape& tape_;
  std::unordered_map<const autograd::Record*, std::int64_t> operands_;
};

// What was done for one gradient, in operations and shares, beside the operations of the function alone.
struct Work {
  std::int64_t function = 0, gradient = 0, pullbacks = 0;
  double ratio() const { return 1.0 * gradient / function; }
};
// A function of n variables, on a tape.
using Function = Var<double> (*)(const std::vector<Var<double>>& x);
// By one recording and one sweep, and by n + 1 evaluations. At x_i = 1 + 1/(i + 2).
Work work_of_sweep(Function f, int n);
Work work_of_differences(Function f, int n);

// claim:cheap-gradient.
void cheap_gradient(lesson::Lesson& lesson, const Ingredients& use);

// ---
// moons.cpp: a network that tells two half moons apart, with scalars and with matrices.

struct Moons {
  Matrix<double> x;     // n×2, a point a row
  Matrix<double> sign;  // n×1, +1 on the one moon and -1 on the other
};
// n points on two half circles that reach into each other, with normal noise of that
// standard deviation; the moons take turns.
Moons two_moons(int n, double noise, std::uint64_t seed);

// W₁, b₁, W₂, b₂, ...: the matrices and rows of a network with tanh between its layers.
using Network = std::vector<Matrix<double>>;
// sizes = {2, 16, 16, 1}: 337 parameters. W normal with variance 1/(rows), b zero.
Network network(const std::vector<int>& sizes, std::uint64_t seed);

// loss = -(1/n) Σ log sigmoid(sign · logit), in nats a point: with matrices a dozen records, with scalars one for each
// product and each sum.
Var<double> moons_loss(const Moons& moons, const std::vector<Var<Matrix<double>>>& theta);

// The loss and its gradient, all matrices one after the other.
struct Slope {
  double loss = 0;
  std::vector<double> gradient{};
};
Slope by_matrices(const Moons& moons, const Network& theta);
Slope by_scalars(const Moons& moons, const Network& theta);
Slope by_tiny_tape(const Moons& moons, const Network& theta);
// How many records the tape of the second has.
std::int64_t records_of_scalars(const Moons& moons, const Network& theta);

// Gradient descent on all points, `steps` steps of size `rate`. Returns the loss before each step.
std::vector<double> train(Network& theta, const Moons& moons, int steps, double rate);
// The network's logit at (x, y): above 0 it says +1.
double logit(const Network& theta, double x, double y);
// The share of the points whose sign the network finds.
double accuracy(const Network& theta, const Moons& moons);

// eq:chain: all three give the same gradient. Prints what each costs. Returns the trained network.
Network moons(lesson::Lesson& lesson, const Moons& moons);

// ---
// checkpointing.cpp: a chain of many steps, reversed with the memory of a few.

// How many of `length` steps are taken before the next checkpoint, with c checkpoints and r repeats. At least 1, and
// less than length.
using Split = int (*)(int length, int c, int r);
// Binomial checkpointing: of reach(c, r) steps the first reach(c, r - 1) (Griewank 1992).
int binomial_split(int length, int c, int r);

// How many steps c checkpoints and r repeats reverse, counted one by one: with none of either, one; otherwise those
// before the next checkpoint, which take one repeat to go past, and those after it, which have one checkpoint less.
std::int64_t reach(int c, int r);
// The fewest repeats with which c checkpoints reverse a chain, found by trying every place for every checkpoint.
int fewest_repeats(int length, int c);

// A reversal as it went. Its film, if one is asked for, says which way the program went at what time (a step forward
// or back takes 1), and which states were kept for how long.
struct Reversal {
  double y = 0, slope = 0;    // the chain's end, and its derivative in the chain's start
  std::int64_t reversed = 0;  // steps that were differentiated
  std::int64_t advances = 0;  // steps that were taken only to get to a later one
  int repeats = 0;            // the most that any one step was taken for that
  int checkpoints = 0;        // the most states that were kept at the same time

  struct Move {
    std::int64_t time;
    int from, to;  // back if to < from
  };
  struct Kept {
    int step;
    std::int64_t from, to;
  };
  std::vector<Move> moves{};
  std::vector<Kept> kept{};
  std::int64_t time() const { return reversed + advances; }
};
// Reverses `length` Euler steps of size h from y0. The binomial split keeps to r repeats if length = reach(c, r).
Reversal reverse_chain(int length, int c, int r, Split split, double y0, double h, bool film = false);

// test:checkpointing.
void checkpointing(lesson::Lesson& lesson, const Ingredients& use);

// ---
// breaks.cpp: the ingredients of the chapter's checks, each of which can be replaced by a wrong one.

struct Ingredients {
  void (*sweep)(tiny::Tape& tape, tiny::Var f);               // x̄ += ȳ ∂y/∂x
  Var<double> (*sine)(const Var<double>& x);                  // with its pullback
  std::vector<double> check_points;                           // where huber is checked
  Var<double> (*relu)(const Var<double>& x);                  // with the derivative 0 at 0
  Var<Matrix<double>> (*safe)(const Var<Matrix<double>>& x);  // x where the square root may be taken
  Work (*gradient_work)(Function f, int n);                   // of one gradient
  Split split;                                                // where the next checkpoint goes
};
Ingredients right();
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// pictures.cpp: a tape as a picture, in SVG.

// A box a record, with name, value and adjoint; over the boxes the slopes, under them the shares of the sweep.
std::string picture(const tiny::Tape& tape, const std::vector<std::string>& names);

// figures.cpp: the chapter's figures.

// 00_tape.svg and 00_graph.dot: the worked example as a tape and as a graph.
void draw_worked_example(const plots::Output& output);
// 00_cost: the time of a gradient beside that of the function, over the number of variables.
void plot_cost(int largest, const plots::Output& output);
// 00_moons: the two moons and the line between them.
void plot_moons(const Moons& moons, const Network& theta, const plots::Output& output);
// 00_checkpoints: a chain of 20 steps, reversed with 3 checkpoints.
void plot_checkpoints(const plots::Output& output);

}  // namespace ch00
