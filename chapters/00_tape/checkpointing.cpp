#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "autograd/arithmetic/dual.hpp"
#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"

namespace ch00 {

namespace {

using Dual = autograd::Dual<double>;

// The reversal while it goes on.
class Chain {
 public:
  Chain(int length, Split split, double h, bool film) : split_(split), h_(h), film_(film), taken_(length) {}

  // Differentiates the steps first .. first + length - 1, from the last to the first. Their start y is stored in one
  // of the c checkpoints (or, if c is 0, it is where the program stands). Multiplies the slope by their slopes.
  void reverse(int first, int length, int c, int r, double y) {
    if (c > 0) store(first);
    while (length > 1) {
      const int before = split_(length, c, r);
      reverse(first + before, length - before, c - 1, r, advance(first, before, y));
      length = before, --r;
    }
    differentiate(first, y);
    if (c > 0) drop();
  }

  Reversal result() {
    out_.repeats = *std::ranges::max_element(taken_);
    return std::move(out_);
  }

 private:
  // Takes `count` steps from y and forgets what lies between.
  double advance(int first, int count, double y) {
    if (film_) out_.moves.push_back({out_.time(), first, first + count});
    for (int step = first; step < first + count; ++step) y = euler_step(y, h_), ++taken_[step];
    out_.advances += count;
    return y;
  }

  // The step alone, on a tape. The first that comes is the last of the chain, and its end the chain's end.
  void differentiate(int step, double y) {
    if (film_) out_.moves.push_back({out_.time(), step + 1, step});
    tape_.rewind();
    const Var<double> from = tape_.variable(y), to = euler_step(from, h_);
    tape_.backward(to);
    if (out_.reversed++ == 0) out_.y = to.value(), out_.slope = 1;
    out_.slope *= from.grad();
  }

  void store(int step) {
    out_.checkpoints = std::max(out_.checkpoints, ++stored_);
    if (film_) open_.push_back(out_.kept.size()), out_.kept.push_back({step, out_.time(), 0});
  }
  void drop() {
    --stored_;
    if (film_) out_.kept[open_.back()].to = out_.time(), open_.pop_back();
  }

  Split split_;
  double h_;
  bool film_;
  std::vector<int> taken_;  // how often each step was taken only to get past it
  int stored_ = 0;
  std::vector<std::size_t> open_;  // of the film: what is kept now
  Tape tape_;
  Reversal out_;
};

// C(n, k) by its formula.
double binomial(int n, int k) {
  double value = 1;
  for (int i = 1; i <= k; ++i) value = value * (n - k + i) / i;
  return value;
}

}  // namespace

std::int64_t reach(int c, int r) { return c == 0 || r == 0 ? 1 : reach(c, r - 1) + reach(c - 1, r); }

// C(c + r - 1, c) / C(c + r, c) = r / (c + r)
int binomial_split(int length, int c, int r) {
  const std::int64_t before = std::int64_t{length} * r / (c + r);
  return std::clamp<std::int64_t>(before, 1, length - 1);
}

int fewest_repeats(int length, int c) {
  constexpr int kNever = std::numeric_limits<int>::max() / 2;
  // best[k][L]: of a chain of L steps with k checkpoints
  std::vector<std::vector<int>> best(c + 1, std::vector<int>(length + 1, kNever));
  for (auto& row : best) row[1] = 0;
  for (int k = 1; k <= c; ++k) {
    for (int L = 2; L <= length; ++L)
      for (int before = 1; before < L; ++before)
        best[k][L] = std::min(best[k][L], std::max(1 + best[k][before], best[k - 1][L - before]));
  }
  return best[c][length];
}

Reversal reverse_chain(int length, int c, int r, Split split, double y0, double h, bool film) {
  Chain chain(length, split, h, film);
  chain.reverse(0, length, c, r, y0);
  return chain.result();
}

void checkpointing(lesson::Lesson& lesson, const Ingredients& use) {
  lesson::Equation equation =
      lesson.equation("-", "c checkpoints and r repeats reverse C(c + r, r) steps", "test:checkpointing");
  const auto run = [&](int c, int r) {
    const std::int64_t length = reach(c, r);
    const double T = 5, h = T / length, y0 = 0.1;
    const Reversal reversal = reverse_chain(length, c, r, use.split, y0, h);
    Dual y(y0, 1);
    for (std::int64_t step = 0; step < length; ++step) y = euler_step(y, h);
    equation.exact(fmt::format("C({}, {}), steps counted", c + r, r), reversal.reversed, binomial(c + r, r))
        .exact("  repeats of a step, at most", reversal.repeats, r)
        .exact("  checkpoints, at most", reversal.checkpoints, c)
        .exact("  dy/dy₀: tape, dual numbers", std::array{reversal.y, reversal.slope}, std::array{y.value, y.tangent},
               1e-11);
  };
  run(10, 5);
  equation.exact("  fewest, every plan tried", fewest_repeats(3003, 10), 5)
      .exact("  of 3,004 steps", fewest_repeats(3004, 10), 6);
  run(20, 8);

  // the figure's chain: C(6, 3) steps with 3 checkpoints and 3 repeats. The first advance goes to step C(5, 3), the
  // last step is the first that is reversed, and the advances are r C(c + r, r) - C(c + r, r - 1) (Griewank 1992).
  const double steps = binomial(6, 3), advances = 3 * steps - binomial(6, 2);
  lesson.metric("first advance", binomial(5, 3)).shown("00_checkpoints", "forward, to get there", binomial(5, 3));
  lesson.metric("first step back", steps).shown("00_checkpoints", "a step on the tape, and back", steps - 1);
  lesson.metric("last checkpoint", 0).shown("00_checkpoints", "a checkpoint is kept", steps + advances);
}

}  // namespace ch00
