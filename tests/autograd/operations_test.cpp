// Every operation in every form: its gradient against central differences, its value against an independent reference.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

// The names on a traced tape after f(inputs).
std::set<std::string> names_on_tape(const OperationRecord& record) {
  Tape tape;
  const Trace trace(tape);
  Vars vars;
  for (const M& input : record.inputs) vars.push_back(tape.variable(input));
  record.f(vars);
  std::set<std::string> names;
  for (const Trace::Traced& traced : trace.records()) names.insert(traced.record->operation->name);
  return names;
}

// The names of all operations: every Named<"...">, record<"..."> and the like in the sources of the operations.
std::set<std::string> names_in_engine() {
  std::set<std::string> names;
  const std::string before = "<\"";
  for (const auto& file : std::filesystem::directory_iterator(TAPESTRY_DATA "/../../autograd/operations")) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      const std::size_t found = line.find(before), first = found + before.size();
      if (found < line.find("//")) names.insert(line.substr(first, line.find('"', first) - first));
    }
  }
  return names;
}

double largest_difference(const M& a, const M& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return ((a - b).array() / b.array().abs().max(1)).abs().maxCoeff();
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("operations: every gradient agrees with central differences") {
    for (const OperationRecord& record : all_records()) CHECK(disagreement(record) == "");
  }

  TEST_CASE("operations: every value agrees with its reference, with and without gradient") {
    for (const OperationRecord& record : all_records()) {
      CAPTURE(record.name);
      CAPTURE(record.form);
      const M expected = record.reference(record.inputs);
      Tape tape;
      Vars vars, constants;
      for (const M& input : record.inputs) vars.push_back(tape.variable(input));
      for (const M& input : record.inputs) constants.push_back(tape.constant(input));
      const Var<M> y = record.f(vars), constant = record.f(constants);
      CHECK(largest_difference(y.value(), expected) < 2e-14);
      CHECK(y.needs_gradient());
      CHECK(M(constant.value()) == M(y.value()));
      CHECK_FALSE(constant.needs_gradient());
    }
  }

  TEST_CASE("operations: gradients add to an adjoint that is there already, and no memory is assumed to be zero") {
    Tape tape;
    for (int i = 0; i < 100; ++i) tape.variable(M::Constant(30, 30, std::nan("")));
    for (const OperationRecord& record : all_records()) {
      CAPTURE(record.name);
      CAPTURE(record.form);
      tape.rewind();
      Vars vars;
      for (const M& input : record.inputs) vars.push_back(tape.variable(input));
      const Var<double> alone = contract(record.f(vars));
      tape.backward(alone);
      std::vector<M> gradients;
      for (const Var<M>& x : vars) gradients.push_back(x.grad());
      // The dot products are later on the tape. So the sweep reaches them first, and the operation finds an adjoint to
      // which it must add.
      Var<double> both = alone;
      for (const Var<M>& x : vars) both += dot(x, tape.constant(sample(x.rows(), x.cols(), 1, 2, 9)));
      tape.backward(both);
      for (std::size_t k = 0; k < vars.size(); ++k) {
        const M expected = gradients[k] + sample(vars[k].rows(), vars[k].cols(), 1, 2, 9);
        CHECK(largest_difference(vars[k].grad(), expected) < 1e-13);
      }
    }
  }

  TEST_CASE("operations: every operation of the engine has a record") {
    std::set<std::string> seen, named;
    for (const OperationRecord& record : all_records()) {
      const auto names = names_on_tape(record);
      CAPTURE(record.name);
      CHECK(names.count(record.name) == 1);
      seen.insert(names.begin(), names.end());
      named.insert(record.name);
    }
    const auto engine = names_in_engine();
    CHECK(engine.size() >= 41);  // 14 + 5 rules, and the others. Fewer would mean that the sources were not found.
    for (const std::string& name : engine) {
      CAPTURE(name);
      CHECK(named.count(name) == 1);
    }
    // And every name on a tape is one that the sources name.
    for (const std::string& name : seen) {
      CAPTURE(name);
      CHECK((name == "variable" || name == "constant" || engine.count(name) == 1));
    }
  }

  TEST_CASE("operations: a derivative off by 0.1 % is rejected") {
    for (OperationRecord record : unary_records()) {
      if (record.inputs[0].size() == 1) continue;  // relu of one negative number has no gradient to lose
      const auto f = record.f;
      // The value stays, but a thousandth of the gradient is lost.
      record.f = [f](const Vars& x) {
        const Var<M> y = f(x);
        return autograd::record<"leak">([](auto& y) { return y.value(); },
                                        [](auto& out, auto& y) { y.accumulate(0.999 * out.grad()); }, y);
      };
      CAPTURE(record.name);
      CHECK(disagreement(record) != "");
    }
  }

  TEST_CASE_TEMPLATE("operations: float gives double's values and gradients up to rounding", S, float) {
    const M x = sample(6, 5, 0.2, 2, 1), w = sample(5, 4, -1, 1, 2), bias = sample(1, 4, -1, 1, 3);
    const auto run = [&]<class T>(T) {
      Tape tape;
      using Mat = autograd::Matrix<T>;
      const auto input = tape.variable(x.cast<T>());
      const auto weights = tape.variable(w.cast<T>()), b = tape.variable(bias.cast<T>());
      const Var<Mat> h = tanh(affine(log(input) + sqrt(input) * T(2), weights, b));
      const Var<T> y = mean(log_softmax(h) * softplus(h)) + sum(log_sum_exp(h, By::column)) + prod(rows(h, 0, 1));
      tape.backward(y);
      return std::tuple(M(number(y.value())), M(input.grad().template cast<double>()),
                        M(weights.grad().template cast<double>()), M(b.grad().template cast<double>()));
    };
    const auto [y, gx, gw, gb] = run(S());
    const auto [y64, gx64, gw64, gb64] = run(double());
    CHECK(largest_difference(y, y64) < 2e-6);
    CHECK(largest_difference(gx, gx64) < 2e-6);
    CHECK(largest_difference(gw, gw64) < 2e-6);
    CHECK(largest_difference(gb, gb64) < 2e-6);
  }
}
