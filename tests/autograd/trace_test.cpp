// A traced tape prints its graph as text and as a picture, and names the operation that made a value infinite or NaN.
#include "autograd/instruments/trace.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;
using autograd::graph_dot;
using autograd::print_graph;

TEST_SUITE("autograd") {
  TEST_CASE("trace: the text of a small expression") {
    Tape tape;
    const Trace trace(tape);
    const auto x = tape.variable(2.0), unused = tape.variable(7.0);
    M row(1, 2);
    row << 1, 3;
    const auto w = tape.variable(row);
    const auto c = tape.constant(0.5);
    const auto total = sum(w * w);
    const auto y = total * (x + c);
    CHECK(print_graph(y) ==
          "   v1 = variable()                         1×1  value 2                         \n"
          "   v2 = variable()                         1×2  value [1 3]                     \n"
          "   v3 = constant()                         1×1  value 0.5                       \n"
          "   v4 = multiply(v2, v2)                   1×2  value [1 9]                     \n"
          "   v5 = sum(v4)                            1×1  value 10                        \n"
          "   v6 = add(v1, v3)                        1×1  value 2.5                       \n"
          "   v7 = multiply(v5, v6)                   1×1  value 25                        \n");
    tape.backward(y);
    CHECK(print_graph(y) ==
          "   v1 = variable()                         1×1  value 2                           adjoint 10\n"
          "   v2 = variable()                         1×2  value [1 3]                       adjoint [5 15]\n"
          "   v3 = constant()                         1×1  value 0.5                       \n"
          "   v4 = multiply(v2, v2)                   1×2  value [1 9]                       adjoint [2.5 2.5]\n"
          "   v5 = sum(v4)                            1×1  value 10                          adjoint 2.5\n"
          "   v6 = add(v1, v3)                        1×1  value 2.5                         adjoint 10\n"
          "   v7 = multiply(v5, v6)                   1×1  value 25                          adjoint 1\n");
    CHECK(unused.grad() == 0);
  }

  TEST_CASE("trace: rows are separated by semicolons, and long matrices are cut") {
    Tape tape;
    const Trace trace(tape);
    const auto x = tape.variable(M::Constant(2, 2, 0.25)), long_one = tape.variable(M::Ones(3, 3).eval());
    CHECK(print_graph(x).find("[0.25 0.25; 0.25 0.25]") != std::string::npos);
    CHECK(print_graph(long_one).find("[1 1 1; 1 …]") != std::string::npos);
  }

  TEST_CASE("trace: the graph of an untraced tape is refused") {
    Tape tape;
    const auto x = tape.variable(2.0);
    CHECK_THROWS_WITH_AS(print_graph(x), "graph: the tape kept no operands; make a Trace trace(tape) before recording",
                         std::invalid_argument);
    CHECK_THROWS_AS(graph_dot(x), std::invalid_argument);
    CHECK_THROWS_WITH_AS(Trace trace(tape),
                         "Trace: this tape holds records already; make the Trace before anything is recorded",
                         std::invalid_argument);
    tape.rewind();
    const Trace trace(tape);
    CHECK_THROWS_WITH_AS(Trace second(tape), "Trace: this tape has an observer already", std::invalid_argument);
    CHECK(print_graph(tape.variable(2.0)).starts_with("   v1 = variable()"));
  }

  TEST_CASE("trace: a tape records on after its Trace is destroyed") {
    Tape tape;
    tape.variable(2.0);
    tape.rewind();
    {
      const Trace trace(tape);
      CHECK(trace.records().empty());
    }
    const auto y = square(tape.variable(3.0));
    tape.backward(y);
    CHECK(y.value() == 9);
    CHECK_THROWS_AS(print_graph(y), std::invalid_argument);
  }

  TEST_CASE("trace: Graphviz reads the picture") {
    Tape tape;
    const Trace trace(tape);
    const auto x = tape.variable(sample(3, 4, -1, 1, 1));
    const auto c = tape.constant(2.0);
    const auto y = sum(exp(x) * c);
    tape.backward(y);
    const std::string dot = graph_dot(y);
    for (const char* part :
         {"digraph tape {", "v1 [label=\"variable (v1)\\n3×4\\n[", "style=dashed", "v1 -> v3;", "adjoint "}) {
      CAPTURE(part);
      CHECK(dot.find(part) != std::string::npos);
    }
    if (std::system("command -v dot > /dev/null 2>&1") != 0) return;  // not installed
    const auto file = std::filesystem::temp_directory_path() / "tapestry_graph_test.dot";
    std::ofstream(file) << dot;
    CHECK(std::system(("dot -Tsvg " + file.string() + " > /dev/null").c_str()) == 0);
    std::ofstream(file) << dot.substr(0, dot.size() / 2);
    CHECK(std::system(("dot -Tsvg " + file.string() + " > /dev/null 2>&1").c_str()) != 0);
    std::filesystem::remove(file);
  }

  TEST_CASE("trace: the first value that is not finite is named") {
    Tape tape;
    const Trace trace(tape);
    M values(2, 3);
    values << 1, 2, 3, 4, 0, 6;
    const auto x = tape.variable(values);
    CHECK_FALSE(trace.first_not_finite());
    const auto first = sum(exp(log(x)) * 2);
    const auto y = first * sqrt(tape.variable(-1.0));  // not finite either, but later
    CHECK(trace.first_not_finite().value() == "log: value -inf at row 1, column 1 of 2×3 (record 2 of the tape)");
    tape.backward(y);
    CHECK(trace.first_not_finite().value().starts_with("log: "));
    tape.rewind();
    CHECK_FALSE(trace.first_not_finite());
  }

  TEST_CASE("trace: row and column of the first value that is not finite are those of the matrix") {
    for (const auto& [i, j] : {std::pair<Index, Index>{0, 2}, {2, 0}, {2, 3}, {1, 2}}) {
      Tape tape;
      const Trace trace(tape);
      M values = M::Ones(3, 4);
      values(i, j) = 0;
      log(tape.variable(values));
      CHECK(trace.first_not_finite().value() == "log: value -inf at row " + std::to_string(i) + ", column " +
                                                    std::to_string(j) + " of 3×4 (record 2 of the tape)");
    }
  }

  TEST_CASE("trace: an operation on a span lists all its operands, and needs a gradient if any of them does") {
    for (const std::size_t moving : {0, 1, 2}) {
      Tape tape;
      const Trace trace(tape);
      std::vector<Var<double>> x;
      for (std::size_t k = 0; k < 3; ++k) x.push_back(k == moving ? tape.variable(2.0) : tape.constant(k + 3.0));
      const auto y = prod(x);
      CHECK(print_graph(y).find("stack(v1, v2, v3)") != std::string::npos);
      CHECK(y.needs_gradient());
      tape.backward(y);
      CHECK(x[moving].grad() == y.value() / 2);
    }
    Tape tape;
    const std::vector<Var<double>> constants = {tape.constant(1.0), tape.constant(2.0)};
    CHECK_FALSE(sum(constants).needs_gradient());
  }

  TEST_CASE("trace: where every value is finite, the operation that makes an adjoint infinite is named") {
    Tape tape;
    const Trace trace(tape);
    const auto x = tape.variable(0.0);
    const auto y = exp(sqrt(square(x)) * 3);  // d√u/du is infinite at u = 0
    CHECK_FALSE(trace.first_not_finite());
    tape.backward(y);
    CHECK(trace.first_not_finite().value() ==
          "sqrt: the adjoint of its operand 1 (square 1×1) is not finite, though every value is");

    tape.rewind();
    const auto A = tape.variable(M::Zero(2, 2).eval());
    tape.backward(sum(M::Ones(2, 2) + sqrt(A)));
    CHECK(trace.first_not_finite().value() ==
          "sqrt: the adjoint of its operand 1 (variable 2×2) is not finite, though every value is");

    tape.rewind();
    const auto fine = tape.variable(1.0);
    tape.backward(exp(sqrt(square(fine)) * 3));
    CHECK_FALSE(trace.first_not_finite());
  }

  TEST_CASE("trace: tracing changes no value and no gradient") {
    const auto run = [](bool traced) {
      Tape tape;
      std::optional<Trace> trace;
      if (traced) trace.emplace(tape);
      const auto x = tape.variable(sample(3, 4, 0.5, 2, 1));
      tape.backward(sum(log(x) * x));
      tape.backward(sum(x * x / 2) * mean(x));
      return M(x.grad());
    };
    CHECK(run(true) == run(false));
  }
}
