// Numbers and text as a reader wants them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lesson {

// About nine characters: "20.000000", "1234.5000", "1.234e-09", "nan".
std::string number(double value);

// Mean and standard error, the error with two digits and the mean cut to match: "20.013 ± 0.035".
// An error that is 0 or not finite is printed as it is.
std::string with_error(double mean, double standard_error);

// "100,000"; a fraction is rounded away.
std::string thousands(double value);

// The simplest fraction that equals the value to 1e-9, with a denominator up to 20: "2/5"; otherwise "0.4012".
std::string fraction(double value);

// "1.8 s" below a minute, then "1:12" and "2:05:00".
std::string duration(double seconds);

// "bernoulli, gaussian"
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");

// Columns on a terminal: code points, of which combining marks take none and Chinese characters two.
int display_width(std::string_view utf8);

// Spaces up to the width; a longer text stays whole.
std::string pad_left(std::string_view text, int width);
std::string pad_right(std::string_view text, int width);

}  // namespace lesson
