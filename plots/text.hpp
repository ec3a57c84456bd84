// Numbers and words as a .csv file and a gnuplot script need them.
#pragma once

#include <string>
#include <string_view>

namespace plots {

// The shortest digits that read back as the same double; NaN, Inf and -Inf as gnuplot, pandas and R all read them.
std::string number(double value);

// A field of a .csv file, quoted if it must be (RFC 4180). Control characters become spaces.
std::string csv_field(std::string_view words);

// A string of a gnuplot script, in single quotes: gnuplot then looks for neither escapes nor `commands` in it.
// Control characters become spaces.
std::string literal(std::string_view words);

}  // namespace plots
