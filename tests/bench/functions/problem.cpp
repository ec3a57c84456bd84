#include "tests/bench/functions/problem.hpp"

#include <cmath>
#include <map>

#include "models/statistics/random.hpp"

namespace bench {

namespace {

// n draws of N(mean, sd²)
std::vector<double> normal(std::size_t n, double mean, double sd, std::uint64_t stream) {
  std::vector<double> x(n);
  models::Random(1, stream).fill_normal(std::span(x));
  for (double& value : x) value = mean + sd * value;
  return x;
}

void append(std::vector<double>& x, const std::vector<double>& more) { x.insert(x.end(), more.begin(), more.end()); }

Problem make(char function) {
  Problem p;
  switch (function) {
    case 'A':
      p.x = normal(kNumbers, 0, 1, 1);
      break;
    case 'B':
      p.x = normal(kNumbers, 0.5, 2, 2);
      append(p.x, {0.3, 1.7});
      break;
    case 'C':
      p.x = normal(kNumbers, 0, 0.05, 3);
      for (double& x : p.x) x = std::exp(x);  // neither overflows nor underflows
      break;
    case 'D':
      p.x = normal(kInputs * kUnits + kUnits + kUnits * kUnits + kUnits + kUnits + 1, 0, 0.3, 4);
      p.data = normal(kPoints * kInputs, 0, 1, 5);
      p.target = normal(kPoints, 0, 1, 6);
      break;
    case 'E':
      p.x = normal(kComponents, 0, 1, 7);
      append(p.x, normal(kComponents * kDimensions, 0, 1, 8));
      append(p.x, normal(kComponents * kDimensions, 0, 0.3, 9));
      append(p.x, normal(kComponents * kBelow, 0, 0.3, 10));
      p.data = normal(kRows * kDimensions, 0, 1, 11);
      break;
  }
  return p;
}

}  // namespace

const Problem& problem(char function) {
  static std::map<char, Problem> made;
  if (!made.contains(function)) made[function] = make(function);
  return made[function];
}

}  // namespace bench
