#include "models/data/csv.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

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

  TEST_CASE("csv: a byte order mark is passed over") {
    CHECK(read("\xef\xbb\xbf"
               "1,2\n3,4\n") == Matrix<double>{{1, 2}, {3, 4}});
    CHECK(read("\xef\xbb\xbf"
               "a,b\n3,4\n",
               Header::skip) == Matrix<double>{{3, 4}});
    CHECK(csv_error("\xef\xbb\xbf") == "t.csv: expected rows of numbers, found none");
  }

  TEST_CASE("csv: a number too small for a double is 0 with its sign, one too large is an error") {
    const std::string zeros(400, '0');
    for (const std::string& tiny :
         std::vector<std::string>{"1e-400", "0.1e-399", "123E-500", "1e-99999999999999999999", "0." + zeros + "1",
                                  "." + zeros + "1e+50", "1" + zeros + "e-800"}) {
      CAPTURE(tiny);
      CHECK_FALSE(std::signbit(read(tiny)(0, 0)));
      CHECK(std::signbit(read("-" + tiny)(0, 0)));
      CHECK(read(tiny + ",+" + tiny + ",-" + tiny).isZero(0));
    }
    CHECK(read("4e-320")(0, 0) == 4e-320);
    CHECK(read("0e-999,0e999").isZero(0));
    for (const std::string& huge :
         std::vector<std::string>{"1e400", "0.001e+400", "1e99999999999999999999", "1" + zeros, "1" + zeros + "e-50",
                                  "0." + zeros + "1e999"}) {
      CHECK(csv_error(huge) == "t.csv: line 1, column 1: expected a finite number, found '" + huge + "'");
    }
  }

  TEST_CASE("csv: nan and inf are no numbers here") {
    for (const std::string cell : {"nan", "NaN", "-nan", "inf", "-inf", "+inf", "Infinity", "nan(1)"})
      CHECK(csv_error("1,2\n3," + cell) == "t.csv: line 2, column 2: expected a finite number, found '" + cell + "'");
  }

  TEST_CASE("csv: errors name line and column") {
    CHECK(csv_error("1,2\n3\n") == "t.csv: line 2 has 1 columns, expected 2 as in the first row");
    CHECK(csv_error("1,2\n3,4,5\n") == "t.csv: line 2 has 3 columns, expected 2 as in the first row");
    CHECK(csv_error("1,2\n\n3,4\n") == "t.csv: line 2 has 1 columns, expected 2 as in the first row");
    CHECK(csv_error("a,b\n1,2\n") == "t.csv: line 1, column 1: expected a finite number, found 'a'");
    CHECK(csv_error("1,2\n3,4x\n") == "t.csv: line 2, column 2: expected a finite number, found '4x'");
    CHECK(csv_error("a,b\n1,\n", Header::skip) == "t.csv: line 2, column 2: expected a finite number, found ''");
    CHECK(csv_error("1e999\n") == "t.csv: line 1, column 1: expected a finite number, found '1e999'");
    CHECK(csv_error("+-1\n") == "t.csv: line 1, column 1: expected a finite number, found '+-1'");
    CHECK(csv_error("") == "t.csv: expected rows of numbers, found none");
    CHECK(csv_error("\n \n") == "t.csv: expected rows of numbers, found none");
    CHECK(csv_error("x,y\n", Header::skip) == "t.csv: expected rows of numbers, found none");
  }

  TEST_CASE("csv: damaged or missing files") {
    const TemporaryFolder folder;
    CHECK(error_of<std::runtime_error>([&] { read_csv(folder / "t.csv"); }, folder / "") == "t.csv: no such file");
    CHECK(error_of<std::runtime_error>([&] { read_csv(write_file(folder / "t.csv.gz", "1,2\n")); }, folder / "") ==
          "t.csv.gz: its name ends in .gz, but it is not a gzip file");
    const std::string packed = content_of(write_gz(folder / "u.gz", "1,2\n"));
    CHECK(csv_error(packed) == "t.csv: its content is compressed with gzip: give it a name that ends in .gz");
    CHECK(error_of<std::runtime_error>([&] { read_csv(write_gz(folder / "v.gz", packed)); }, folder / "") ==
          "v.gz: its content is compressed with gzip: unpack it first");
    CHECK(csv_error(std::string("PK\x03\x04")) == "t.csv: its content is compressed with zip: unpack it first");
    CHECK(csv_error(std::string("\xfd\x37zXZ\0", 6)) == "t.csv: its content is compressed with xz: unpack it first");
  }
}
