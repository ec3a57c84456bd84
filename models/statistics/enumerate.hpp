#pragma once
// Everything that can happen, written out: for proofs that leave no room for sampling error. Lists grow fast, so they
// are for small n and m.

#include <vector>

namespace models {

// All C(n, m) subsets of m of 0 .. n-1, each ascending, in lexicographic order. None but the empty one for m = 0; an
// empty list for m > n. Throws std::invalid_argument for a negative n or m.
std::vector<std::vector<int>> subsets(int n, int m);

// All n^m ordered m-tuples of 0 .. n-1, repetitions included, in lexicographic order. The same errors.
std::vector<std::vector<int>> tuples(int n, int m);

}  // namespace models
