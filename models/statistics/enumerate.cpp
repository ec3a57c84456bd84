#include "models/statistics/enumerate.hpp"

#include <fmt/format.h>

#include <numeric>
#include <stdexcept>

namespace models {
namespace {

void require_sizes(const char* function, int n, int m) {
  if (n < 0 || m < 0)
    throw std::invalid_argument(fmt::format("{}: n and m must not be negative, they are {} and {}", function, n, m));
}

}  // namespace

std::vector<std::vector<int>> subsets(int n, int m) {
  require_sizes("subsets", n, m);
  std::vector<std::vector<int>> all;
  if (m > n) return all;
  std::vector<int> subset(m);
  std::iota(subset.begin(), subset.end(), 0);
  while (true) {
    all.push_back(subset);
    int last = m - 1;  // the last place that can still move up
    while (last >= 0 && subset[last] == n - m + last) --last;
    if (last < 0) return all;
    std::iota(subset.begin() + last, subset.end(), subset[last] + 1);
  }
}

std::vector<std::vector<int>> tuples(int n, int m) {
  require_sizes("tuples", n, m);
  std::vector<std::vector<int>> all;
  if (n == 0 && m > 0) return all;
  std::vector<int> tuple(m, 0);
  while (true) {
    all.push_back(tuple);
    int place = m - 1;  // counts up in base n
    while (place >= 0 && ++tuple[place] == n) tuple[place--] = 0;
    if (place < 0) return all;
  }
}

}  // namespace models
