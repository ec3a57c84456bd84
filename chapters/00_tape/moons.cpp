#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "chapters/00_tape/chapter.hpp"
#include "models/statistics/random.hpp"

namespace ch00 {

namespace {

using models::Purpose, models::Random;

// A layer with a Var for every number.
template <class AnyVar>
struct ScalarLayer {
  std::vector<AnyVar> W, b;  // W row by row
};

// log(1 + e^(-sign · logit)) of one point.
template <class AnyVar>
AnyVar point_loss(double x, double y, double sign, const std::vector<ScalarLayer<AnyVar>>& layers) {
  std::vector<AnyVar> h;
  for (const ScalarLayer<AnyVar>& layer : layers) {
    const std::size_t out = layer.b.size();
    std::vector<AnyVar> next;
    for (std::size_t j = 0; j < out; ++j) {
      AnyVar s = layer.b[j];
      if (h.empty()) {
        s = s + x * layer.W[j] + y * layer.W[out + j];
      } else {
        for (std::size_t i = 0; i < h.size(); ++i) s = s + h[i] * layer.W[i * out + j];
      }
      next.push_back(&layer == &layers.back() ? s : tanh(s));
    }
    h = next;
  }
  return log(1.0 + exp(-sign * h[0]));
}

// The loss on a tape of numbers, its gradient, and how many records there are.
template <class AnyTape>
Slope with_scalars(AnyTape& tape, const Moons& moons, const Network& theta) {
  using AnyVar = decltype(tape.variable(0.0));
  const auto variables = [&](const Matrix<double>& M) {
    std::vector<AnyVar> all;
    for (Index i = 0; i < M.size(); ++i) all.push_back(tape.variable(M.data()[i]));
    return all;
  };
  std::vector<ScalarLayer<AnyVar>> layers;
  for (std::size_t k = 0; k < theta.size(); k += 2) {
    layers.push_back({variables(theta[k]), variables(theta[k + 1])});
  }
  const Index n = moons.x.rows();
  const auto one = [&](Index i) { return point_loss(moons.x(i, 0), moons.x(i, 1), moons.sign(i, 0), layers); };
  AnyVar loss = one(0);
  for (Index i = 1; i < n; ++i) loss = loss + one(i);
  loss = 1.0 / n * loss;
  tape.backward(loss);

  Slope slope{loss.value(), {}};
  for (const auto& layer : layers) {
    for (const AnyVar& w : layer.W) slope.gradient.push_back(w.grad());
    for (const AnyVar& b : layer.b) slope.gradient.push_back(b.grad());
  }
  return slope;
}

std::vector<Var<Matrix<double>>> variables(Tape& tape, const Network& theta) {
  std::vector<Var<Matrix<double>>> vars;
  for (const Matrix<double>& M : theta) vars.push_back(tape.variable(M));
  return vars;
}

Var<Matrix<double>> logits(Var<Matrix<double>> h, const std::vector<Var<Matrix<double>>>& theta) {
  for (std::size_t k = 0; k < theta.size(); k += 2) {
    if (k > 0) h = tanh(h);
    h = affine(h, theta[k], theta[k + 1]);
  }
  return h;
}

Slope with_matrices(Tape& tape, const Moons& moons, const Network& theta) {
  const std::vector<Var<Matrix<double>>> vars = variables(tape, theta);
  const Var<double> loss = moons_loss(moons, vars);
  tape.backward(loss);
  Slope slope{loss.value(), {}};
  for (const auto& var : vars)
    slope.gradient.insert(slope.gradient.end(), var.grad().data(), var.grad().data() + var.grad().size());
  return slope;
}

// The median time of one call, in milliseconds.
template <class F>
double milliseconds(const F& f) {
  std::vector<double> times;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    f();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(times, times.begin() + 2);
  return times[2];
}

void say_cost(lesson::Lesson& lesson, const char* name, std::int64_t records, double bytes, double time) {
  lesson.say(fmt::format("        {:<24} {:>9} records   {:>7} kB   {:>8.3f} ms", name, lesson::thousands(records),
                         lesson::thousands(bytes / 1000), time));
}

}  // namespace

Moons two_moons(int n, double noise, std::uint64_t seed) {
  const Random angle(seed, Purpose::data, 0), error(seed, Purpose::data, 1);
  Moons moons{Matrix<double>(n, 2), Matrix<double>(n, 1)};
  for (int i = 0; i < n; ++i) {
    const double t = std::numbers::pi * angle.uniform(i), cos = std::cos(t), sin = std::sin(t);
    const bool upper = i % 2 == 0;
    moons.x.row(i) << (upper ? cos : 1 - cos) + noise * error.normal(2 * i),
        (upper ? sin : 0.5 - sin) + noise * error.normal(2 * i + 1);
    moons.sign(i, 0) = upper ? 1 : -1;
  }
  return moons;
}

Network network(const std::vector<int>& sizes, std::uint64_t seed) {
  Network theta;
  for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {
    Matrix<double> W(sizes[layer], sizes[layer + 1]);
    Random(seed, Purpose::initialisation, layer).fill_normal(std::span(W.data(), W.size()));
    theta.push_back(W / std::sqrt(1.0 * sizes[layer]));
    theta.push_back(Matrix<double>::Zero(1, sizes[layer + 1]));
  }
  return theta;
}

Var<double> moons_loss(const Moons& moons, const std::vector<Var<Matrix<double>>>& theta) {
  Tape& tape = theta[0].tape();
  return -mean(log_sigmoid(moons.sign * logits(tape.constant(moons.x), theta)));
}

Slope by_matrices(const Moons& moons, const Network& theta) {
  Tape tape;
  return with_matrices(tape, moons, theta);
}
Slope by_scalars(const Moons& moons, const Network& theta) {
  Tape tape;
  return with_scalars(tape, moons, theta);
}
Slope by_tiny_tape(const Moons& moons, const Network& theta) {
  tiny::Tape tape;
  return with_scalars(tape, moons, theta);
}

std::int64_t records_of_scalars(const Moons& moons, const Network& theta) {
  Tape tape;
  const Counter counter(tape);
  with_scalars(tape, moons, theta);
  return counter.leaves + counter.operations;
}

std::vector<double> train(Network& theta, const Moons& moons, int steps, double rate) {
  Tape tape;
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    tape.rewind();
    const std::vector<Var<Matrix<double>>> vars = variables(tape, theta);
    const Var<double> loss = moons_loss(moons, vars);
    tape.backward(loss);
    for (std::size_t k = 0; k < theta.size(); ++k) theta[k] -= rate * vars[k].grad();
    losses.push_back(loss.value());
  }
  return losses;
}

double logit(const Network& theta, double x, double y) {
  Matrix<double> h{{x, y}};
  for (std::size_t k = 0; k < theta.size(); k += 2) {
    if (k > 0) h = h.array().tanh();
    h = (h * theta[k] + theta[k + 1]).eval();
  }
  return h(0, 0);
}

double accuracy(const Network& theta, const Moons& moons) {
  const Index n = moons.x.rows();
  double found = 0;
  for (Index i = 0; i < n; ++i) found += logit(theta, moons.x(i, 0), moons.x(i, 1)) * moons.sign(i, 0) > 0;
  return found / n;
}

Network moons(lesson::Lesson& lesson, const Moons& moons) {
  Network theta = network({2, 16, 16, 1}, lesson.seed());
  const Slope matrices = by_matrices(moons, theta), scalars = by_scalars(moons, theta);
  const Slope tiny_tape = by_tiny_tape(moons, theta);
  lesson.equation("-", "the slope of a network in its 337 parameters", "eq:chain")
      .exact("loss: scalars, matrices", scalars.loss, matrices.loss)
      .exact("gradient: scalars, matrices", scalars.gradient, matrices.gradient)
      .exact("          tiny, scalars", tiny_tape.gradient, scalars.gradient, 1e-14);

  tiny::Tape tiny;
  with_scalars(tiny, moons, theta);
  double tiny_bytes = 0;
  for (const auto& record : tiny.records) tiny_bytes += sizeof record + record.operands.size() * sizeof(tiny::Operand);
  const auto cost = [&](const char* name, auto gradient) {
    Tape tape;
    std::int64_t records = 0;
    {
      const Counter counter(tape);
      gradient(tape);
      records = counter.leaves + counter.operations;
    }
    const double bytes = tape.arena().used();
    const double time = milliseconds([&] { tape.rewind(), gradient(tape); });
    say_cost(lesson, name, records, bytes, time);
  };
  lesson.say(fmt::format("\n        one gradient of {} points costs", moons.x.rows()));
  say_cost(lesson, "tiny tape", tiny.records.size(), tiny_bytes, milliseconds([&] { by_tiny_tape(moons, theta); }));
  cost("the engine's scalars", [&](Tape& tape) { with_scalars(tape, moons, theta); });
  cost("the engine's matrices", [&](Tape& tape) { with_matrices(tape, moons, theta); });

  const int steps = lesson.quick() ? 100 : 2000;
  const std::vector<double> losses = train(theta, moons, steps, 0.5);
  lesson.say(fmt::format("        {} steps of gradient descent: loss {:.4f} to {:.4f} nats a point, {:.0f} % right\n",
                         lesson::thousands(steps), losses.front(), losses.back(), 100 * accuracy(theta, moons)));
  lesson.metric("moons loss", losses.back());
  lesson.metric("moons accuracy", accuracy(theta, moons));
  lesson.metric("first of the upper moon", moons.x(0, 1)).shown("00_moons", "sign +1", moons.x(0, 0));
  lesson.metric("first of the lower moon", moons.x(1, 1)).shown("00_moons", "sign -1", moons.x(1, 0));
  return theta;
}

}  // namespace ch00
