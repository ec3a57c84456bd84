#include "models/data/csv.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "tests/models/files.hpp"

using autograd::Matrix;
using models::Header;
using models::read_csv;

namespace {

Matrix<double> read(const std::string& text, Header header = Header::none) {
  const TemporaryFolder folder;
  return read_csv(write_file(folder / "t.csv", text), header);
}

std::string csv_error(const std::string& text, Header header = Header::none) {
  const TemporaryFolder folder;
  return error_of<std::runtime_error>([&] { read_csv(write_file(folder / "t.csv", text), header); }, folder / "");
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("csv: a table row by row") {
    const Matrix<double> expected{{1, -2.5, 3e-2}, {4, 5, 6}};
    CHECK(read("1,-2.5,3e-2\n4,5,6\n") == expected);
    CHECK(read("1,-2.5,3e-2\n4,5,6") == expected);
    CHECK(read(" 1 ,\t-2.5, 3e-2\r\n4,+5,6\r\n\r\n\n") == expected);
    CHECK(read("x,y,z\n1,-2.5,0.03\n4,5,6\n", Header::skip) == expected);
    CHECK(read("7") == Matrix<double>{{7}});
    const TemporaryFolder folder;
    CHECK(read_csv(write_gz(folder / "t.csv.gz", "1,-2.5,3e-2\n4,5,6\n")) == expected);
  }

  TEST_CASE("csv: errors name line and column") {
    CHECK(csv_error("1,2\n3\n") == "t.csv: line 2 has 1 columns, expected 2 as in the first row");
    CHECK(csv_error("1,2\n3,4,5\n") == "t.csv: line 2 has 3 columns, expected 2 as in the first row");
    CHECK(csv_error("1,2\n\n3,4\n") == "t.csv: line 2 has 1 columns, expected 2 as in the first row");
    CHECK(csv_error("a,b\n1,2\n") == "t.csv: line 1, column 1: expected a number, found 'a'");
    CHECK(csv_error("1,2\n3,4x\n") == "t.csv: line 2, column 2: expected a number, found '4x'");
    CHECK(csv_error("a,b\n1,\n", Header::skip) == "t.csv: line 2, column 2: expected a number, found ''");
    CHECK(csv_error("1e999\n") == "t.csv: line 1, column 1: expected a number, found '1e999'");
    CHECK(csv_error("+-1\n") == "t.csv: line 1, column 1: expected a number, found '+-1'");
    CHECK(csv_error("") == "t.csv: expected rows of numbers, found none");
    CHECK(csv_error("\n \n") == "t.csv: expected rows of numbers, found none");
    CHECK(csv_error("x,y\n", Header::skip) == "t.csv: expected rows of numbers, found none");
  }

  TEST_CASE("csv: damaged or missing files") {
    const TemporaryFolder folder;
    CHECK(error_of<std::runtime_error>([&] { read_csv(folder / "t.csv"); }, folder / "") == "t.csv: no such file");
    CHECK(error_of<std::runtime_error>([&] { read_csv(write_file(folder / "t.csv.gz", "1,2\n")); }, folder / "") ==
          "t.csv.gz: its name ends in .gz, but it is not a gzip file");
  }
}
