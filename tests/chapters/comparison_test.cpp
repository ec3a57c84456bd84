#include "chapters/lesson/exercise/comparison.hpp"

#include <doctest/doctest.h>

using namespace autograd;
using namespace lesson;

namespace {

// What a student reads whose answer to y = x², n×1, is this one.
std::string report(const Formula& yours, const Matrix<double>& x = Matrix<double>{{1.0}, {-2.0}}) {
  Attempt attempt(1, false);
  const auto cubed = [](const Vars& v) { return v[0] * v[0] * v[0]; };
  const auto half_cut = [](const Vars& v) { return v[0] * Matrix<double>(v[0].value()); };
  try {
    compare_extreme(attempt,
                    {.names = {"x"},
                     .inputs = {x},
                     .yours = yours,
                     .right = [](const Vars& v) { return square(v[0]); },
                     .wrong = {{"a cube.", cubed}},
                     .wrong_gradients = {{0, "one factor is a constant.", half_cut}}},
                    "here:", "think of a square.");
  } catch (const WrongAnswer& wrong) {
    return wrong.what();
  }
  return "right";
}

bool ends_with_guess(const std::string& text, const std::string& likely) {
  return text.ends_with("\nlikely: " + likely);
}

}  // namespace

TEST_SUITE("chapters/comparison") {
  TEST_CASE("right in value and gradient, whatever the way") {
    CHECK(report([](const Vars& v) { return v[0] * v[0]; }) == "right");
    CHECK(report([](const Vars& v) { return exp(2 * log(abs(v[0]))); }) == "right");
  }

  TEST_CASE("a wrong value, with the listed guess or the question's own") {
    const std::string cubed = report([](const Vars& v) { return pow(v[0], 3); });
    CHECK(cubed.starts_with("here:\nyour answer, 2×1:\nyour side  -8.000000    other side   4.000000"));
    CHECK(ends_with_guess(cubed, "a cube."));
    CHECK(ends_with_guess(report([](const Vars& v) { return v[0] + 7; }), "think of a square."));
  }

  TEST_CASE("a right value whose gradient is missing, is half, or is NaN") {
    const std::string cut =
        report([](const Vars& v) { return v[0].tape().constant(Matrix<double>(v[0].value().cwiseAbs2())); });
    CHECK(cut.find("your answer's value is right. Its gradient in x, 2×1") != std::string::npos);
    CHECK(ends_with_guess(cut, "no gradient reaches x. Is x.value(), or a constant, used in its place?"));
    CHECK(ends_with_guess(report([](const Vars& v) { return v[0] * Matrix<double>(v[0].value()); }),
                          "one factor is a constant."));
    CHECK(report([](const Vars& v) { return square(sqrt(v[0] * v[0])); }, Matrix<double>{{0.0}}).find("not finite") !=
          std::string::npos);
  }

  TEST_CASE("gradients whose errors cancel in a sum over the components") {
    // the value of x², but what flows back into the first row is what belongs to the second, and the other way round
    const auto swapped = [](const Vars& v) {
      const Matrix<double> slopes{{2 * v[0].value()(1, 0)}, {2 * v[0].value()(0, 0)}}, x = v[0].value();
      return slopes * v[0] + Matrix<double>(x.cwiseAbs2() - slopes.cwiseProduct(x));
    };
    // an error that is 1 in one row of the answer and -1 in the other
    const auto opposite = [](const Vars& v) {
      const Matrix<double> ones{{1.0}, {1.0}}, x = v[0].value();
      const auto all = sum(v[0]);
      return square(v[0]) + Matrix<double>{{1.0}, {-1.0}} * (all - all.value()) * ones;
    };
    for (const Formula& wrong : {Formula(swapped), Formula(opposite)})
      CHECK(report(wrong).find("your answer's value is right. Its gradient in x") != std::string::npos);
  }

  TEST_CASE("nearly right, another shape, another tape") {
    CHECK(ends_with_guess(report([](const Vars& v) { return square(v[0]) + 1e-8; }),
                          "right but for 1e-08. Is a small number added for safety, or float used?"));
    CHECK(report([](const Vars& v) { return transpose(square(v[0])); }).find("your answer is 1×2, expected is 2×1") !=
          std::string::npos);
    Tape other;
    CHECK(report([&](const Vars& v) { return square(other.variable(v[0].value())); }).find("tape of its own") !=
          std::string::npos);
  }
}
