#pragma once
// The engine's errors: sentences of words, numbers and shapes. They need the standard library alone, so that the
// engine needs no library besides Eigen.

#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

namespace autograd {

// text_of("A is ", 3, "×", 4) is "A is 3×4". Numbers have 6 significant digits; std::setprecision changes that for
// those after it.
template <class... Parts>
[[gnu::cold]] std::string text_of(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return out.str();
}

// The shape of a matrix as a text: "3×4".
template <class X>
std::string shape_text(const X& x) {
  return text_of(x.rows(), "×", x.cols());
}

// Throws std::invalid_argument, with the parts as its sentence.
template <class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void throw_invalid(const Parts&... parts) {
  throw std::invalid_argument(text_of(parts...));
}

}  // namespace autograd
