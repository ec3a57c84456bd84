#include "models/data/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace models {

// d(i, j), the distance of a's first i letters and b's first j:
//   min of d(i-1, j) + 1, d(i, j-1) + 1, d(i-1, j-1) + [a_i ≠ b_j], and d(i-2, j-2) + 1 if the last two are swapped
int edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<int> d((a.size() + 1) * columns);
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      const auto at = [&](std::size_t up, std::size_t left) { return d[(i - up) * columns + j - left]; };
      int best = std::max(i, j);
      if (i > 0 && j > 0) {
        best = std::min({at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + (a[i - 1] != b[j - 1])});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = std::min(best, at(2, 2) + 1);
      }
      d[i * columns + j] = best;
    }
  }
  return d.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  int least = std::max(2, int(word.size()) / 3) + 1;
  for (const std::string& candidate : candidates) {
    const int distance = edit_distance(word, candidate);
    // a candidate that shares no character with the word was not meant
    if (distance < least && distance < int(candidate.size())) least = distance, best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "";
  const std::string best = nearest(word, candidates);
  if (!best.empty()) return fmt::format(": did you mean '{}'?", best);
  std::string known = ": known are " + candidates.front();
  for (std::size_t i = 1; i < candidates.size(); ++i) known += ", " + candidates[i];
  return known;
}

}  // namespace models
