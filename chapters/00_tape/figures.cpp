#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include "chapters/00_tape/chapter.hpp"
#include "chapters/00_tape/functions.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "plots/figure.hpp"

namespace ch00 {

namespace {

// The shortest time of a call, in seconds, over about 0.05 s of calls. f returns a number, which is kept, so that the
// compiler cannot leave the work out.
template <class F>
double shortest_time(const F& f) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](auto span) { return std::chrono::duration<double>(span).count(); };
  double shortest = std::numeric_limits<double>::infinity();
  [[maybe_unused]] volatile double kept = 0;
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    kept = f();
    shortest = std::min(shortest, seconds(Clock::now() - start));
  } while (seconds(Clock::now() - begin) < 0.05);
  return shortest;
}

// Σ_i (f(x + h e_i) - f(x)) / h of Rosenbrock's function.
double sum_of_differences(std::vector<double>& x) {
  const double h = 1e-6, at_x = rosenbrock(x);
  double sum = 0;
  for (double& one : x) {
    const double kept = one;
    one += h;
    sum += (rosenbrock(x) - at_x) / h;
    one = kept;
  }
  return sum;
}

// Straight pieces as one line, with a gap after each.
struct Pieces {
  std::vector<double> x, y;
  void add(double x0, double y0, double x1, double y1) {
    const double gap = std::numeric_limits<double>::quiet_NaN();
    x.insert(x.end(), {x0, x1, gap}), y.insert(y.end(), {y0, y1, gap});
  }
};

// The line where f = 0, piece by piece in the triangles of a grid.
template <class F>
Pieces zero_line(const F& f, plots::Range xs, plots::Range ys, int cells) {
  const double dx = (xs.high - xs.low) / cells, dy = (ys.high - ys.low) / cells;
  Matrix<double> grid(cells + 1, cells + 1);
  for (int i = 0; i <= cells; ++i)
    for (int j = 0; j <= cells; ++j) grid(i, j) = f(xs.low + i * dx, ys.low + j * dy);
  Pieces line;
  const auto triangle = [&](const std::array<std::pair<int, int>, 3>& corners) {
    std::vector<double> ends;
    for (int side = 0; side < 3; ++side) {
      const auto [a, b] = corners[side];
      const auto [c, d] = corners[(side + 1) % 3];
      if ((grid(a, b) > 0) == (grid(c, d) > 0)) continue;
      const double t = grid(a, b) / (grid(a, b) - grid(c, d));
      ends.insert(ends.end(), {xs.low + (a + t * (c - a)) * dx, ys.low + (b + t * (d - b)) * dy});
    }
    if (ends.size() == 4) line.add(ends[0], ends[1], ends[2], ends[3]);
  };
  for (int i = 0; i < cells; ++i) {
    for (int j = 0; j < cells; ++j) {
      triangle({{{i, j}, {i + 1, j}, {i, j + 1}}});
      triangle({{{i + 1, j + 1}, {i + 1, j}, {i, j + 1}}});
    }
  }
  return line;
}

}  // namespace

void draw_worked_example(const plots::Output& output) {
  std::filesystem::create_directories(output.folder);
  tiny::Tape tiny;
  const tiny::Var a = tiny.variable(2), b = tiny.variable(3);
  tiny.backward(worked(a, b));
  lesson::write_whole((output.folder / "00_tape.svg").string(),
                      picture(tiny, {"v₁ = x", "v₂ = y", "v₃ = v₁ v₂", "v₄ = sin v₁", "v₅ = v₃ + v₄"}));
  Tape tape;
  const autograd::Trace trace(tape);
  const Var<double> x = tape.variable(2.0), y = tape.variable(3.0), f = worked(x, y);
  tape.backward(f);
  lesson::write_whole((output.folder / "00_graph.dot").string(), graph_dot(f));
}

void plot_cost(int largest, const plots::Output& output) {
  std::vector<double> ns, sweep, recording, few, differences;
  Tape tape;
  for (const int n : {10, 30, 100, 300, 1000, 3000, 10'000, 30'000, 100'000}) {
    if (n > largest) break;
    std::vector<double> x(n);
    for (int i = 0; i < n; ++i) x[i] = 1 + 1.0 / (i + 2);
    const auto record = [&] {
      tape.rewind();
      std::vector<Var<double>> vars;
      for (const double one : x) vars.push_back(tape.variable(one));
      return rosenbrock(vars);
    };
    const double plain = shortest_time([&] { return rosenbrock(x); });
    ns.push_back(n);
    recording.push_back(shortest_time([&] { return record().value(); }) / plain);
    sweep.push_back(shortest_time([&] {
                      const Var<double> f = record();
                      tape.backward(f);
                      return f.value();
                    }) /
                    plain);
    if (n > 1000) continue;
    few.push_back(n);
    differences.push_back(shortest_time([&] { return sum_of_differences(x); }) / plain);
  }
  plots::Curves figure{.title = "Rosenbrock's function: the time of a gradient",
                       .x_label = "n, number of variables",
                       .y_label = "time / time of the function in plain doubles",
                       .log_x = true,
                       .log_y = true};
  figure.line("n + 1 evaluations (differences)", few, differences, plots::Style::line_points);
  figure.line("recording and sweep", ns, sweep, plots::Style::line_points);
  figure.line("recording alone", ns, recording, plots::Style::line_points);
  plots::save(figure, output, "00_cost");
}

void plot_moons(const Moons& moons, const Network& theta, const plots::Output& output) {
  plots::Scatter figure{.title = "Two moons, and where the network is undecided",
                        .x_label = "x₁",
                        .y_label = "x₂",
                        .class_names = {"sign +1", "sign -1"},
                        .same_scale = true};
  std::vector<double> x, y;
  std::vector<int> classes;
  for (Index i = 0; i < moons.x.rows(); ++i) {
    x.push_back(moons.x(i, 0)), y.push_back(moons.x(i, 1)), classes.push_back(moons.sign(i, 0) < 0);
  }
  figure.points(x, y, classes);
  const Pieces line = zero_line([&](double x, double y) { return logit(theta, x, y); }, {-1.6, 2.6}, {-1.2, 1.7}, 150);
  figure.curve("logit = 0", line.x, line.y);
  plots::save(figure, output, "00_moons");
}

void plot_checkpoints(const plots::Output& output) {
  const int c = 3, r = 3;
  const Reversal reversal = reverse_chain(reach(c, r), c, r, binomial_split, 0.1, 0.1, true);
  plots::Curves figure{.title = fmt::format("{} steps reversed with {} checkpoints and {} repeats", reach(c, r), c, r),
                       .x_label = "steps taken so far, forward or back",
                       .y_label = "step at which the program stands"};
  Pieces kept, forward, back;
  for (const auto& k : reversal.kept) kept.add(k.from, k.step, k.to, k.step);
  for (const auto& m : reversal.moves)
    (m.to > m.from ? forward : back).add(m.time, m.from, m.time + std::abs(m.to - m.from), m.to);
  figure.line("a checkpoint is kept", kept.x, kept.y);
  figure.line("forward, to get there", forward.x, forward.y);
  figure.line("a step on the tape, and back", back.x, back.y);
  plots::save(figure, output, "00_checkpoints");
}

}  // namespace ch00
