#include "models/training/trainer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "autograd/autograd.hpp"
#include "models/training/parallel.hpp"
#include "models/training/ranks.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"

using namespace models;
using autograd::Matrix;
using autograd::Slot;

namespace {

constexpr int kRows = 23;

// Least squares with a network of one hidden layer, over more parameters than the trainer takes at a time.
template <class S>
struct Regression {
  static constexpr int kHidden = 450;  // 40 × 450 numbers are more than a block
  Matrix<S> x = uniform_matrix<S>(kRows, 40, -1, 1, 1), y = uniform_matrix<S>(kRows, 3, -1, 1, 2);
  Parameters<S> parameters;
  Slot W1 = parameters.add("W1", 40, kHidden), b1 = parameters.add("b1", 1, kHidden),
       W2 = parameters.add("W2", kHidden, 3);

  Regression() {
    parameters[W1] = uniform_matrix<S>(40, kHidden, -0.15, 0.15, 3);
    parameters[W2] = uniform_matrix<S>(kHidden, 3, -0.15, 0.15, 4);
  }
  typename Trainer<S>::ShardLoss loss() {
    return [this](const Watched<S>& theta, const Shard& shard) {
      const auto rows_of = [&](const Matrix<S>& whole) {
        return theta.tape().constant(Matrix<S>(whole.middleRows(shard.first, shard.count)));
      };
      const auto h = tanh(affine(rows_of(x), theta[W1], theta[b1]));
      return squared_norm(matmul(h, theta[W2]) - rows_of(y)) * (S(1) / S(kRows));
    };
  }
};

struct Outcome {
  Buffer<double> theta;
  std::vector<double> losses;
};

template <class S>
Outcome train(int shards, int threads, Method method = Method::sgd) {
  Regression<S> model;
  Trainer<S> trainer(model.parameters, {.shards = shards, .threads = threads, .optimiser = {.method = method}});
  Outcome outcome;
  for (int i = 0; i < 12; ++i) outcome.losses.push_back(trainer.step(model.loss(), kRows, 0.01).loss);
  outcome.theta = model.parameters.values().template cast<double>();
  return outcome;
}

double difference(const Outcome& a, const Outcome& b) { return (a.theta - b.theta).cwiseAbs().maxCoeff(); }

// A loss of one parameter, for what goes wrong.
struct Single {
  Parameters<double> parameters;
  Slot p = parameters.add("p", 1, 1);
  Trainer<double> trainer{parameters, {.shards = 3, .threads = 2}};
  explicit Single(double value) { parameters[p](0, 0) = value; }
  double value() const { return parameters[p](0, 0); }

  template <class F>
  std::string error_of_step(F f, int rows = 6) {
    return error_of<std::runtime_error>([&] {
      trainer.step([&](const Watched<double>& theta, const Shard& shard) { return f(at(theta[p], 0, 0), shard); },
                   rows, 0.1);
    });
  }
};

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("trainer: a step over shards is the step over the whole") {
    // A gradient is a sum of kRows rounded terms of size 1, in another order; 5 steps of 0.01 pass it on.
    const double rounding = kRows * 5 * 0.01 * std::numeric_limits<double>::epsilon();
    const Outcome whole = train<double>(1, 1);
    for (const int shards : {2, 3, 7, kRows, kRows + 5}) {
      const Outcome parts = train<double>(shards, 2);
      CHECK(difference(parts, whole) < 5 * rounding);
      for (std::size_t i = 0; i < 5; ++i) CHECK(parts.losses[i] == doctest::Approx(whole.losses[i]).epsilon(1e-14));
    }
    CHECK(train<float>(3, 2).losses.back() == doctest::Approx(whole.losses.back()).epsilon(1e-6));
    CHECK(whole.losses.back() < whole.losses.front());
  }

  TEST_CASE("trainer: one step is the gradient's") {
    Regression<double> model;
    Buffer<double> gradient = Buffer<double>::Zero(model.parameters.size());
    autograd::Tape tape;
    const auto loss = [&](const Watched<double>& theta) { return model.loss()(theta, {0, 0, kRows}).loss; };
    const double value = autograd::value_and_gradient(loss, model.parameters, gradient, tape);
    const Buffer<double> expected = model.parameters.values() - 0.5 * gradient;
    Trainer<double> trainer(model.parameters, {.shards = 4, .threads = 2, .optimiser = {.method = Method::sgd}});
    CHECK(trainer.step(model.loss(), kRows, 0.5).loss == doctest::Approx(value).epsilon(1e-14));
    CHECK((model.parameters.values() - expected).cwiseAbs().maxCoeff() < 1e-14);
  }

  TEST_CASE_TEMPLATE("trainer: the bits depend on the shards, not on the threads", S, float, double) {
    for (const Method method : {Method::sgd, Method::momentum, Method::adam, Method::soap}) {
      for (const int shards : {2, 3}) {
        const Outcome one = train<S>(shards, 1, method);
        for (const int threads : {2, 3, 0}) {
          const Outcome many = train<S>(shards, threads, method);
          CHECK(many.theta == one.theta);
          CHECK(many.losses == one.losses);
        }
      }
    }
    CHECK(train<S>(2, 1).theta != train<S>(3, 1).theta);
  }

  TEST_CASE("trainer: SOAP rotates the gradient of the whole minibatch") {
    Regression<double> model;
    Parameters<double>& parameters = model.parameters;
    Optimiser<double> optimiser({.method = Method::soap}, parameters.size());
    Eigenbasis<double> eigenbasis(parameters);
    Buffer<double> gradient = Buffer<double>::Zero(parameters.size());
    autograd::Tape tape;
    const auto loss = [&](const Watched<double>& theta) { return model.loss()(theta, {0, 0, kRows}).loss; };
    for (int i = 0; i < 12; ++i) {  // the basis turns in step 10
      autograd::value_and_gradient(loss, parameters, gradient, tape);
      optimiser.begin_step(0.01);
      eigenbasis.update(parameters, gradient, optimiser, 1);
    }
    const auto distance = [&](const Outcome& other) {
      return (other.theta - parameters.values()).cwiseAbs().maxCoeff();
    };
    CHECK(distance(train<double>(3, 2, Method::soap)) < 1e-9);
    CHECK(distance(train<double>(3, 2, Method::adam)) > 1e-4);
  }

  TEST_CASE("trainer: a parameter that a step does not depend on gets no gradient from the step before") {
    Parameters<double> parameters;
    const Slot p = parameters.add("p", 1, 1), q = parameters.add("q", 1, 1);
    Trainer<double> trainer(parameters, {.shards = 2, .threads = 2, .optimiser = {.method = Method::sgd}});
    trainer.step([&](auto& theta, auto&) { return sum(theta[p] + theta[q]); }, 2, 1);
    CHECK(parameters[q](0, 0) == -2);
    trainer.step([&](auto& theta, auto&) { return sum(theta[p]); }, 2, 1);
    CHECK(parameters[p](0, 0) == -4);
    CHECK(parameters[q](0, 0) == -2);
    trainer.step([&](auto& theta, auto& shard) { return sum(theta[shard.number == 0 ? p : q]); }, 1, 1);
    CHECK(parameters[p](0, 0) == -4);
    CHECK(parameters[q](0, 0) == -3);
  }

  TEST_CASE("trainer: what shards report is added up in their order, and nothing of shards without rows") {
    Parameters<double> parameters;
    const Slot p = parameters.add("p", 1, 1);
    Trainer<double> trainer(parameters, {.shards = 3, .threads = 2});
    const auto loss = [&](const Watched<double>& theta, const Shard& shard) {
      return Trainer<double>::ShardPart(sum(theta[p]), {1e16, 1.0 + shard.number, double(shard.count)});
    };
    for (int i = 0; i < 2; ++i) {  // nothing is left over from a step before
      const Tally tally = trainer.step(std::ref(loss), 2, 0.1).tally;
      CHECK(tally[0] == 2e16);
      CHECK(tally[1] == 2 + 3);
      CHECK(tally[2] == 2);
    }
  }

  TEST_CASE("trainer: settings") {
    Parameters<double> parameters;
    parameters.add("p", 1, 1);
    const auto threads = [&](int shards, int threads) {
      return Trainer<double>(parameters, {.shards = shards, .threads = threads}).threads();
    };
    CHECK(TrainerSettings().shards == 2);  // not the number of cores, which must not change a result
    CHECK(threads(3, 2) == 2);
    CHECK(threads(3, 8) == 3);
    CHECK(threads(1, 0) == 1);
    CHECK(threads(100, 0) == std::min(100, core_count()));
    CHECK(error_of<std::invalid_argument>([&] { threads(0, 1); }) == "Trainer: need at least 1 shard");
    CHECK(error_of<std::invalid_argument>([&] { threads(1, -1); }) ==
          "Trainer: need at least 1 thread, or 0 for all cores");
    Trainer<double> trainer(parameters, {});
    const auto loss = [](const Watched<double>& theta, const Shard&) { return sum(theta[Slot{0}]); };
    for (const int rows : {0, -1}) {
      CHECK(error_of<std::invalid_argument>([&] { trainer.step(loss, rows, 0.1); }) ==
            fmt::format("Trainer::step: expected at least 1 row, found {}", rows));
    }
    CHECK(trainer.optimiser().steps == 0);
  }

  TEST_CASE("trainer: rows go to shards in order, each once") {
    for (const int rows : {1, 2, 3, 6, 7}) {
      Single model(0);
      std::array<std::atomic<int>, 7> seen{};
      model.error_of_step(
          [&](auto p, const Shard& shard) {
            CHECK(shard.count > 0);
            CHECK(shard.first == rows * shard.number / 3);
            for (int i = 0; i < shard.count; ++i) ++seen[shard.first + i];
            return p;
          },
          rows);
      for (int i = 0; i < 7; ++i) CHECK(seen[i] == (i < rows));
    }
  }

  TEST_CASE("trainer: what a shard throws comes out after all shards have ended") {
    Single model(1);
    std::atomic<int> ended = 0;
    const auto broken = [&](auto p, const Shard& shard) {
      if (shard.number > 0) throw std::runtime_error("row " + std::to_string(shard.first) + " is broken");
      ++ended;
      return p;
    };
    CHECK(model.error_of_step(broken) == "row 2 is broken");
    CHECK(ended == 1);
    CHECK(model.value() == 1);
    CHECK(model.trainer.optimiser().steps == 0);
    // and the trainer goes on
    CHECK(model.error_of_step([](auto p, auto&) { return square(p); }) == "");
    CHECK(model.value() == doctest::Approx(0.9));
  }

  TEST_CASE("trainer: a loss that is not finite is named, and changes nothing") {
    Single model(-1);
    const auto log_of_negative = [](auto p, const Shard& shard) { return shard.number == 1 ? log(p) : square(p); };
    CHECK(model.error_of_step(log_of_negative).starts_with("the loss is no longer finite: first at log: value "));
    CHECK(model.value() == -1);
    CHECK(model.trainer.optimiser().steps == 0);
    CHECK(model.trainer.optimiser().m.isZero());
    CHECK_THROWS_AS(model.trainer.step([](auto& theta, auto&) { return log(sum(theta[Slot{0}])); }, 6, 0.1),
                    NotFinite);
  }

  TEST_CASE("trainer: a gradient that is not finite, in one parameter of many") {
    // √0 = 0 has an infinite slope; other blocks of the parameters have a good gradient, and must not move.
    Parameters<double> parameters;
    const Slot many = parameters.add("many", 1, 10000), one = parameters.add("one", 1, 1);
    Trainer<double> trainer(parameters, {.shards = 2, .threads = 2});
    const auto loss = [&](const Watched<double>& theta, const Shard&) {
      return sum(theta[many]) + sum(sqrt(theta[one]));
    };
    const std::string error = error_of<NotFinite>([&] { trainer.step(loss, 2, 0.1); });
    CHECK(error.find("sqrt: the adjoint of its operand 1 (variable 1×1) is not finite") != std::string::npos);
    CHECK(parameters.values().isZero());
    CHECK(trainer.optimiser().steps == 0);
  }

  TEST_CASE("trainer: a large gradient is finite, a sum of losses that overflows is not") {
    Parameters<float> parameters;
    const Slot p = parameters.add("p", 1, 1);
    Trainer<float> trainer(parameters, {.shards = 2, .threads = 1, .optimiser = {.method = Method::sgd}});
    const auto step = [&](float factor) {
      return trainer.step([&](auto& theta, auto&) { return sum(theta[p]) * factor; }, 2, 1e-30).loss;
    };
    CHECK(step(1e30f) == 0);
    CHECK(parameters[p](0, 0) == doctest::Approx(-2));
    parameters[p](0, 0) = 0;
    CHECK(step(1.5e38f) == 0);  // the sum over shards is 3e38, and the largest float 3.4e38
    CHECK(parameters[p](0, 0) == doctest::Approx(-3e8));
    parameters[p](0, 0) = 0;
    CHECK(error_of<NotFinite>([&] { step(2e38f); }) != "");
    CHECK(parameters[p](0, 0) == 0);
    parameters[p](0, 0) = -2;
    const auto large = [&](auto& theta, auto&) { return sum(theta[p]) * -1e38f; };
    CHECK(error_of<NotFinite>([&] { trainer.step(large, 2, 1); }) ==
          "the loss or its gradient is not finite (the sum over shards overflows); use a smaller learning rate");
  }

  TEST_CASE("trainer: a product that overflows is found before anything moves, one that does not is no error") {
    Parameters<float> parameters;
    const Slot W = parameters.add("W", 30, 30);
    Trainer<float> trainer(parameters, {.shards = 2, .threads = 2, .optimiser = {.method = Method::sgd}});
    const auto step = [&](float factor) {
      const auto loss = [&](const Watched<float>& theta, const Shard& shard) {
        Matrix<float> x = Matrix<float>::Constant(shard.count, 30, 1e25f);
        if (shard.number == 1) x.rightCols(29) *= 1e-10f;
        return sum(matmul(theta.tape().constant(x) * 1.0f, theta[W])) * factor;
      };
      return trainer.step(loss, 2, 1e-35).loss;
    };
    CHECK(error_of<NotFinite>([&] { step(1e20f); }).find("matmul: the adjoint of its operand 2") != std::string::npos);
    CHECK(parameters.values().isZero(0));
    CHECK(trainer.optimiser().steps == 0);
    CHECK(step(2e10f) == 0);  // Σ |x| Σ |ȳ| = 1.8e38 in a shard, and the gradient 4e35
    CHECK(parameters[W](0, 0) == doctest::Approx(-4));
    CHECK(parameters[W](1, 29) == doctest::Approx(-2));
  }

  TEST_CASE("ranks: things are shared out in order, each to one, and evenly") {
    for (const Index n : {0, 1, 4, 7, 1000}) {
      for (const int count : {1, 2, 3, 8}) {
        Index next = 0;
        for (int rank = 0; rank < count; ++rank) {
          const Ranks ranks{rank, count};
          CHECK(ranks.begin(n) == next);
          CHECK(ranks.end(n) - next >= n / count);
          CHECK(ranks.end(n) - next <= (n + count - 1) / count);
          next = ranks.end(n);
        }
        CHECK(next == n);
      }
    }
  }

  TEST_CASE("ranks: a process alone keeps what it has, and its errors") {
    const Ranks ranks = join_ranks();
    CHECK(ranks.count == 1);
    CHECK(ranks.first());
    CHECK(ranks.sum(7) == 7);
    CHECK(ranks.largest(-3) == -3);
    CHECK_FALSE(ranks.any(false));
    CHECK(ranks.any(true));
    int calls = 0;
    ranks.together([&] { ++calls; });
    CHECK(calls == 1);
    CHECK(error_of<std::out_of_range>([&] { ranks.together([] { throw std::out_of_range("far"); }); }) == "far");
    CHECK(leave_ranks(ranks, 3, "") == 3);
  }

  TEST_CASE("parallel_for: the first exception by number") {
    for (const int threads : {1, 2, 4}) {
      std::atomic<int> calls = 0;
      const auto body = [&](int i) {
        ++calls;
        if (i % 3 == 2) throw std::runtime_error(std::to_string(i));
      };
      CHECK(error_of<std::runtime_error>([&] { parallel_for(10, threads, body); }) == "2");
      CHECK(calls == 10);
      parallel_for(0, threads, body);
      CHECK(calls == 10);
    }
  }
}
