#pragma once
// The name of an operation, as a template argument: it costs a record no memory.

#include <algorithm>
#include <cstddef>

namespace autograd {

template <std::size_t n>
struct Name {
  char text[n];
  constexpr Name(const char (&string)[n]) { std::copy_n(string, n, text); }
};

}  // namespace autograd
