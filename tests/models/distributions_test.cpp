#include "models/statistics/distributions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "autograd/instruments/gradcheck.hpp"
#include "models/statistics/normal.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/statistics.hpp"

using namespace models;
using autograd::Index;
using autograd::Tape;

namespace {

using M = Matrix<double>;

// Element (r, j) of R×d of an operand whose rows serve several, and whose one number serves all columns.
double element(const M& x, Index r, Index j, Index R) { return x(r / (R / x.rows()), x.cols() == 1 ? 0 : j); }

// R×1: the sum over columns of f(r, j), in double.
template <class F>
M sum_over_columns(Index R, Index d, F f) {
  M y = M::Zero(R, 1);
  for (Index r = 0; r < R; ++r) {
    for (Index j = 0; j < d; ++j) y(r, 0) += f(r, j);
  }
  return y;
}

double log_normal(double x, double mu, double log_var) {
  const double s = std::exp(log_var / 2);
  return std::log(std::exp(-(x - mu) * (x - mu) / (2 * s * s)) / (s * std::sqrt(2 * std::numbers::pi)));
}

// |found - expected| <= tolerance (1 + |expected|) everywhere.
template <class S>
bool close(const Matrix<S>& found, const M& expected) {
  const double tolerance = std::is_same_v<S, float> ? 2e-6 : 1e-13;
  if (found.rows() != expected.rows() || found.cols() != expected.cols()) return false;
  return ((found.template cast<double>() - expected).array().abs() <= tolerance * (1 + expected.array().abs())).all();
}

template <class S, class F>
Matrix<S> value(F f) {
  Tape tape;
  return f(tape).value();
}

constexpr Index kD = 3;

}  // namespace

TEST_SUITE("models") {
  TEST_CASE_TEMPLATE("distributions: normal_log_prob is the formula, for every way that rows serve others", S, float,
                     double) {
    for (const Index x_rows : {6, 2, 1}) {
      for (const Index mu_rows : {6, 3, 1}) {
        for (const auto& [var_rows, var_cols] : {std::pair<Index, Index>{6, kD}, {2, kD}, {1, kD}, {1, 1}}) {
          const M x = uniform_matrix(x_rows, kD, -2, 2, 1), mu = uniform_matrix(mu_rows, kD, -2, 2, 2);
          const M log_var = uniform_matrix(var_rows, var_cols, -1, 1, 3);
          const Index R = std::max({x_rows, mu_rows, var_rows});
          if (R % mu_rows != 0 || R % x_rows != 0 || R % var_rows != 0) continue;
          const Matrix<S> found = value<S>([&](Tape& tape) {
            return normal_log_prob(tape.constant(x.cast<S>()), tape.constant(mu.cast<S>()),
                                   tape.constant(log_var.cast<S>()));
          });
          CHECK(close<S>(found, sum_over_columns(R, kD, [&](Index r, Index j) {
                           return log_normal(element(x, r, j, R), element(mu, r, j, R), element(log_var, r, j, R));
                         })));
          if (mu_rows != 3 || R != 6) continue;
          // the rows of μ in turn, r mod 3, instead of each for two neighbours
          CHECK_FALSE(close<S>(found, sum_over_columns(R, kD, [&](Index r, Index j) {
                                 return log_normal(element(x, r, j, R), mu(r % 3, j), element(log_var, r, j, R));
                               })));
          const auto result = autograd::gradcheck(normal_log_prob<double>, x, mu, log_var);
          CHECK_MESSAGE(result.passed, result.message());
        }
      }
    }
  }

  TEST_CASE("distributions: gradients by central differences") {
    const auto check = [](const autograd::GradcheckResult& result) { CHECK_MESSAGE(result.passed, result.message()); };
    const M mu = uniform_matrix(3, kD, -2, 2, 1), log_var = uniform_matrix(3, kD, -1, 1, 2);
    const M row = uniform_matrix(1, kD, -1, 1, 3), samples = normal_matrix(6, kD, 4), one = M::Constant(1, 1, 0.3);
    check(autograd::gradcheck(normal_log_prob<double>, samples, mu, log_var));
    check(autograd::gradcheck(normal_log_prob<double>, mu, samples, one));
    check(autograd::gradcheck(normal_log_prob<double>, mu, one, one));
    check(autograd::gradcheck(normal_log_prob<double>, samples, one, log_var));
    check(autograd::gradcheck(normal_log_prob<double>, row, samples, row));
    check(autograd::gradcheck(normal_log_prob<double>, M(mu.col(0)), M(samples.col(0)), one));
    // x that gets gradients from elsewhere too, before and after, or is another operand as well
    const auto beside = [](const auto& x, const auto& mu) {
      return normal_log_prob(square(x), mu, mu) + sum(square(x), autograd::By::row) + normal_log_prob(x, x * mu, x);
    };
    check(autograd::gradcheck(beside, mu, M(mu.array() + 0.5)));
    check(autograd::gradcheck(standard_normal_log_prob<double>, samples));
    check(autograd::gradcheck(kl_to_standard_normal<double>, mu, log_var));
    check(autograd::gradcheck(kl_to_standard_normal<double>, mu, row));
    check(autograd::gradcheck(kl_to_standard_normal<double>, row, mu));
    const auto sample = [](auto mu, auto log_var, auto epsilon) { return reparameterise(mu, log_var, epsilon); };
    check(autograd::gradcheck(sample, mu, log_var, samples));
    check(autograd::gradcheck(sample, row, log_var, samples));
    check(autograd::gradcheck(sample, mu, row, mu));
    for (const Index rows : {6, 2, 1}) {
      const M x = uniform_matrix(rows, kD, 0, 1, 5);
      const auto log_prob = [&](auto logits) { return bernoulli_log_prob(logits.tape().constant(x), logits); };
      check(autograd::gradcheck(log_prob, samples));
    }
  }

  TEST_CASE_TEMPLATE("distributions: Bernoulli from logits, grey or not, at any size", S, float, double) {
    const M logits = uniform_matrix(6, kD, -5, 5, 1);
    for (const Index rows : {6, 3, 2, 1}) {
      const M x = uniform_matrix(rows, kD, 0, 1, 2);
      const auto found = value<S>(
          [&](Tape& tape) { return bernoulli_log_prob(tape.constant(x.cast<S>()), tape.constant(logits.cast<S>())); });
      CHECK(close<S>(found, sum_over_columns(6, kD, [&](Index r, Index j) {
                       const double p = 1 / (1 + std::exp(-logits(r, j))), target = element(x, r, j, 6);
                       return target * std::log(p) + (1 - target) * std::log(1 - p);
                     })));
    }
    // x = 0, ½, 1 at logits ±800: -800 where the model is sure and wrong, 0 where it is right
    Tape tape;
    Matrix<S> x(6, 1), extreme(6, 1), expected(6, 1), gradient(6, 1);
    x << 0, 0, S(0.5), S(0.5), 1, 1;
    extreme << -800, 800, -800, 800, -800, 800;
    expected << 0, -800, -400, -400, -800, 0;
    gradient << 0, -1, S(0.5), S(-0.5), 1, 0;
    const auto l = tape.variable(extreme);
    const auto y = bernoulli_log_prob(tape.constant(x), l);
    tape.backward(sum(y));
    CHECK((y.value() - expected).cwiseAbs().maxCoeff() < S(1e-30));
    CHECK((l.grad() - gradient).cwiseAbs().maxCoeff() < S(1e-30));
  }

  TEST_CASE_TEMPLATE("distributions: Bernoulli at infinite logits is 0 on the right side and -∞ on the other", S,
                     float, double) {
    const S inf = std::numeric_limits<S>::infinity();
    Tape tape;
    Matrix<S> x(7, 1), logits(7, 1);
    x << 0, 1, 0, 1, S(0.5), S(0.5), 1;
    logits << -inf, inf, inf, -inf, inf, -inf, std::numeric_limits<S>::quiet_NaN();
    const auto l = tape.variable(logits);
    const auto y = bernoulli_log_prob(tape.constant(x), l);
    tape.backward(sum(y));
    const S values[] = {0, 0, -inf, -inf, -inf, -inf}, slopes[] = {0, 0, -1, 1, S(-0.5), S(0.5)};
    for (Index i = 0; i < 6; ++i) {
      CAPTURE(i);
      CHECK(y.value()(i, 0) == values[i]);
      CHECK(l.grad()(i, 0) == slopes[i]);
    }
    CHECK(std::isnan(y.value()(6, 0)));
    CHECK(std::isnan(l.grad()(6, 0)));
  }

  // log(1 + e⁻ˡ) is lost in 1 + 1e-9 without log1p: 8e-8 of it in double, all of it in float.
  TEST_CASE_TEMPLATE("distributions: Bernoulli of a sure model is -e⁻ˡ, to the last digits", S, float, double) {
    const S sure = -std::log(1e-9);
    const double expected = -std::log1p(std::exp(-double(sure)));
    const auto is_right = [&](S found) {
      return std::abs(found - expected) <= 20 * std::numeric_limits<S>::epsilon() * -expected;
    };
    const Matrix<S> l = Matrix<S>::Constant(40, 1, sure);
    for (const auto f : {bernoulli_log_prob<S>, formulas::bernoulli_log_prob<S>}) {
      const Matrix<S> found =
          value<S>([&](Tape& tape) { return f(tape.constant(Matrix<S>::Zero(40, 1)), tape.constant(-l)); });
      for (const S log_p : found.reshaped()) CHECK(is_right(log_p));
    }
    const Matrix<S> found = value<S>(
        [&](Tape& tape) { return bernoulli_log_prob<S>(tape.constant(Matrix<S>::Ones(40, 1)), tape.constant(l)); });
    for (const S log_p : found.reshaped()) CHECK(is_right(log_p));
    CHECK_FALSE(is_right(-std::log(1 + std::exp(-sure))));
  }

  TEST_CASE_TEMPLATE("distributions: the normal density with tiny variances, at its mean and beside it", S, float,
                     double) {
    // 1 / σ² of log σ² = -90 overflows in float, and that of -800 in double.
    const S log_var = std::is_same_v<S, float> ? -90 : -800;
    Tape tape;
    const Matrix<S> mean = Matrix<S>::Constant(2, 2, S(0.3)), variances = Matrix<S>::Constant(2, 2, log_var);
    for (const auto f : {normal_log_prob<S>, formulas::normal_log_prob<S>}) {
      const auto x = tape.variable(mean), l = tape.variable(variances);
      const auto y = f(x, tape.constant(mean), l);
      tape.backward(sum(y));
      CHECK(y.value()(1, 0) == doctest::Approx(-std::log(2 * std::numbers::pi) - log_var).epsilon(1e-6));
      CHECK(x.grad()(1, 1) == 0);
      CHECK(l.grad()(1, 1) == S(-0.5));
    }
  }

  // z - μ has lost σ ε in the rounding of z where σ is small beside μ.
  TEST_CASE_TEMPLATE("distributions: the slope of a reparameterised sample in log σ² is ½ σ ε, however small σ is", S,
                     float, double) {
    const double log_var = std::is_same_v<S, float> ? -30 : -72, epsilon = 0.7;
    Tape tape;
    const auto of = [](double x) { return Matrix<S>::Constant(2, 3, S(x)).eval(); };
    const auto mu = tape.variable(of(3)), l = tape.variable(of(log_var));
    tape.backward(sum(reparameterise(mu, l, tape.constant(of(epsilon)))));
    const double expected = 0.5 * std::exp(log_var / 2) * double(S(epsilon));
    CHECK(std::abs(l.grad()(1, 2) - expected) <= 8 * std::numeric_limits<S>::epsilon() * expected);
    CHECK(mu.grad()(1, 2) == 1);
    const double by_difference = 0.5 * double(S(S(3) + S(2 * expected)) - S(3));  // the slope from z - μ
    CHECK(std::abs(by_difference - expected) > 0.01 * expected);
  }

  TEST_CASE("distributions: a normal density integrates to 1") {
    const Index n = 4001;
    const double width = 16, step = width / (n - 1);
    M x(n, 1);
    for (Index i = 0; i < n; ++i) x(i, 0) = -width / 2 + i * step;
    const auto mass = [&](double mu, double log_var) {
      return step * value<double>([&](Tape& tape) {
                      return normal_log_prob(tape.constant(x), tape.constant(M::Constant(1, 1, mu)),
                                             tape.constant(M::Constant(1, 1, log_var)));
                    })
                        .array()
                        .exp()
                        .sum();
    };
    CHECK(mass(0.3, -1) == doctest::Approx(1).epsilon(1e-12));
    CHECK(mass(-1, 0) == doctest::Approx(1).epsilon(1e-9));
    const M z = normal_matrix(5, 2, 1);
    const M standard = value<double>([&](Tape& tape) { return standard_normal_log_prob(tape.constant(z)); });
    CHECK(close<double>(standard, value<double>([&](Tape& tape) {
                          const auto zero = tape.constant(M::Zero(1, 2));
                          return normal_log_prob(tape.constant(z), zero, zero);
                        })));
  }

  TEST_CASE("distributions: a normal density at its mean is finite, however small the variance") {
    // 1 / σ² = e⁹⁰ is infinite in float, and times 0 it would be NaN
    Tape tape;
    const auto x = tape.variable(Matrix<float>::Constant(1, 1, 3)),
               log_var = tape.variable(Matrix<float>::Constant(1, 1, -90));
    const auto y = normal_log_prob(x, x * 1.0f, log_var);
    CHECK(y.value()(0, 0) == doctest::Approx(0.5 * (90 - std::log(2 * std::numbers::pi))).epsilon(1e-6));  // 44.08
    tape.backward(sum(y));
    CHECK(x.grad()(0, 0) == 0);
    CHECK(log_var.grad()(0, 0) == -0.5f);
  }

  TEST_CASE("distributions: the slope of a sample in log σ² keeps its digits where σ is small beside μ") {
    // ½ σ ε: from z - μ, rounded to a multiple of 2⁻⁷, nothing would be left of it
    Tape tape;
    const auto of = [&](float x) { return tape.variable(Matrix<float>::Constant(1, 1, x)); };
    const auto mu = of(1e5f), log_var = of(-12);
    const auto z = reparameterise(mu, log_var, of(0.7f));
    CHECK(z.value()(0, 0) == mu.value()(0, 0));
    tape.backward(sum(z));
    CHECK(log_var.grad()(0, 0) == doctest::Approx(0.5 * std::exp(-6.0) * 0.7).epsilon(1e-6));
  }

  TEST_CASE("distributions: rows repeated, and their gradient summed") {
    const M x = uniform_matrix(3, 2, -1, 1, 1);
    Tape tape;
    const M y = repeat_rows(tape.constant(x), 2).value();
    for (Index r = 0; r < 6; ++r) CHECK(y.row(r) == x.row(r / 2));
    const auto result = autograd::gradcheck([](auto x) { return square(repeat_rows(x, 4)); }, x);
    CHECK_MESSAGE(result.passed, result.message());
  }

  TEST_CASE("distributions: shapes that do not fit are named") {
    Tape tape;
    const auto at = [&](Index rows, Index cols) { return tape.constant(M::Zero(rows, cols)); };
    const auto error = [](auto f) { return error_of<std::invalid_argument>(f); };
    CHECK(error([&] { normal_log_prob(at(3, 2), at(2, 2), at(1, 2)); }) ==
          "normal_log_prob: mu is 2×2, the result has 3 rows of 2 columns (need as many columns, and rows that divide "
          "3)");
    CHECK(error([&] { normal_log_prob(at(4, 2), at(4, 3), at(1, 1)); }) ==
          "normal_log_prob: x is 4×2, the result has 4 rows of 3 columns (need as many columns, and rows that divide "
          "4)");
    CHECK(error([&] { kl_to_standard_normal(at(4, 2), at(4, 1)); }) ==
          "kl_to_standard_normal: log_var is 4×1, the result has 4 rows of 2 columns (need as many columns, and rows "
          "that "
          "divide 4)");
    CHECK(error([&] { bernoulli_log_prob(at(4, 2), at(2, 2)); }) ==
          "bernoulli_log_prob: x has more rows than the logits");
    CHECK(error([&] { reparameterise(at(4, 2), at(4, 2), at(2, 2)); }) ==
          "reparameterise: epsilon has fewer rows than mu or log_var");
    // one number serves as mu and log_var of a normal and as nothing else
    CHECK(error([&] { normal_log_prob(at(1, 1), at(4, 2), at(1, 1)); }).starts_with("normal_log_prob: x is 1×1"));
    CHECK(error([&] {
            kl_to_standard_normal(at(4, 2), at(1, 1));
          }).starts_with("kl_to_standard_normal: log_var is 1×1"));
    CHECK(error([&] { bernoulli_log_prob(at(1, 1), at(4, 2)); }).starts_with("bernoulli_log_prob: x is 1×1"));
    CHECK(error([&] { reparameterise(at(1, 1), at(4, 2), at(4, 2)); }).starts_with("reparameterise: mu is 1×1"));
    CHECK(error([&] { standard_normal_log_prob(Var<M>()); }).starts_with("Var: this one is empty"));
  }

  TEST_CASE("normal: its distribution function, entropy and divergence, by tables and by the formula on the tape") {
    CHECK(normal_distribution(1 + 2 * 1.959963984540054, 1, 4) == doctest::Approx(0.975).epsilon(1e-12));
    CHECK(normal_distribution(-8, 0, 1) == doctest::Approx(6.220960574271786e-16).epsilon(1e-9));
    CHECK(normal_entropy(1) == doctest::Approx(1.4189385332046727).epsilon(1e-14));
    CHECK(normal_entropy(0.01) < 0);
    Tape tape;
    const auto mu = tape.constant(uniform_matrix(6, 1, -2, 2, 1)),
               log_var = tape.constant(uniform_matrix(6, 1, -2, 2, 2));
    const auto kl = kl_to_standard_normal(mu, log_var);
    for (Index i = 0; i < 6; ++i) {
      const double m = mu.value()(i, 0), v = std::exp(log_var.value()(i, 0));
      CHECK(normal_kl(m, v, 0, 1) == doctest::Approx(kl.value()(i, 0)).epsilon(1e-13));
      // another unit and another zero change nothing; the other direction is another number
      CHECK(normal_kl(3 * m + 5, 9 * v, 5, 9) == doctest::Approx(normal_kl(m, v, 0, 1)).epsilon(1e-12));
      CHECK(std::abs(normal_kl(0, 1, m, v) - normal_kl(m, v, 0, 1)) > 1e-3);
    }
  }
}
