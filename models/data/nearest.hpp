#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace models {

// The least number of insertions, deletions, substitutions and swaps of neighbours that turns a into b (optimal string
// alignment distance; Damerau 1964). Bytes, case-sensitive.
int edit_distance(std::string_view a, std::string_view b);

// The candidate closest to a mistyped word, the first of equals; "" if none is close enough to be what was meant (more
// than a third of the word's letters, and more than two, would change).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// The same as the end of an error message: ": did you mean 'mnist'?", or ": known are mnist, digits" if none is
// close; "" without candidates.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace models
