// Numbers and words as a .csv file and a gnuplot script need them.
#pragma once

#include <string>
#include <string_view>

namespace plots {

// The shortest digits that read back as the same double; NaN, Inf and -Inf as gnuplot, pandas and R all read them.
std::string number(double value);

// A field of a .csv file, in double quotes if it has a comma (RFC 4180). Gnuplot does not read doubled quotes: a
// double quote in the words becomes a single one. Control characters become spaces.
std::string csv_field(std::string_view words);

// An expression of a gnuplot script whose value is `words`: in single quotes, where gnuplot looks for neither
// escapes nor `commands`. A doubled quote stands for one there, but not at the start: those are joined on as "'" .
// 'words'. Control characters become spaces.
std::string literal(std::string_view words);

}  // namespace plots
