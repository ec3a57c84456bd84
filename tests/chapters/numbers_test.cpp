#include "chapters/lesson/numbers.hpp"

#include <doctest/doctest.h>

#include "tests/not_finite.hpp"

using namespace lesson;

TEST_SUITE("chapters/numbers") {
  TEST_CASE("numbers take about nine characters") {
    CHECK(number(20) == "20.000000");
    CHECK(number(-31.656) == "-31.656000");
    CHECK(number(0) == "0.000000");
    CHECK(number(0.5) == "0.500000");
    CHECK(number(-104.2131) == "-104.21310");
    CHECK(number(123456.789) == "123456.79");
    CHECK(number(1.5e7) == "1.500e+07");
    CHECK(number(2e-9) == "2.000e-09");
    CHECK(number(kNaN) == "nan");
    CHECK(number(-kInfinity) == "-inf");
  }

  TEST_CASE("an error has two digits, and its mean as many decimals") {
    CHECK(with_error(20.01312, 0.03471) == "20.013 ± 0.035");
    CHECK(with_error(-97.4162, 0.76) == "-97.42 ± 0.76");
    CHECK(with_error(1234.5, 23.4) == "1234 ± 23");
    CHECK(with_error(123456, 234) == "123456 ± 234");
    CHECK(with_error(1.5, 0) == "1.500000 ± 0");
    CHECK(with_error(1.5, kNaN) == "1.500000 (no standard error)");
    CHECK(with_error(kNaN, 0.1) == "nan ± 0.1");
    CHECK(with_error(1, 3e-12) == "1.000000 ± 3.0e-12");
    CHECK(with_error(20.0, 0.0996) == "20.00 ± 0.10");
  }

  TEST_CASE("thousands") {
    CHECK(thousands(0) == "0");
    CHECK(thousands(999) == "999");
    CHECK(thousands(100000) == "100,000");
    CHECK(thousands(-1234567.4) == "-1,234,567");
    CHECK(thousands(-0.2) == "0");
    CHECK(thousands(kNaN) == "nan");
    CHECK(thousands(1e30) == "1e+30");
  }

  TEST_CASE("fractions") {
    CHECK(fraction(0.4) == "2/5");
    CHECK(fraction(8.0 / 20.0) == "2/5");
    CHECK(fraction(-1.5) == "-3/2");
    CHECK(fraction(3) == "3");
    CHECK(fraction(0.40001) == "0.4");
    CHECK(fraction(kNaN) == "nan");
  }

  TEST_CASE("durations") {
    CHECK(duration(1.84) == "1.8 s");
    CHECK(duration(59.96) == "1:00");
    CHECK(duration(72) == "1:12");
    CHECK(duration(7500) == "2:05:00");
    CHECK(duration(kNaN) == "?");
    CHECK(duration(-1) == "?");
  }

  TEST_CASE("columns are counted as a terminal shows them") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("Σ_{j∈M} ∇log p_θ") == 16);
    CHECK(display_width("x̄") == 1);         // a combining macron takes no column
    CHECK(display_width("变分下界") == 8);  // a Chinese character takes two
    CHECK(display_width("█▌") == 2);
    CHECK(display_width("\xff") == 1);
    CHECK(pad_left("∇θ", 4) == "  ∇θ");
    CHECK(pad_right("∇θ", 4) == "∇θ  ");
    CHECK(pad_right("longer", 3) == "longer");
  }
}
