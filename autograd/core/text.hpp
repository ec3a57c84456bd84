#pragma once
// Words and numbers as one text. It needs the standard library alone, so that the engine needs no library besides Eigen.

#include <locale>
#include <sstream>
#include <string>

namespace autograd {

// text_of("A is ", 3, "×", 4) is "A is 3×4". Numbers have 6 significant digits; std::setprecision changes that for those
// after it.
template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return out.str();
}

}  // namespace autograd
