// Whether the z-scores of sampled checks are what they say: over seeds, with mean 0 and standard deviation 1. Standard
// errors that are too large make every check hold, and no single run shows it.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/chapters/room.hpp"

namespace lesson {

// z of every check of one sampled number, by its label, a run for each of the seeds 1 .. count. Of a vector the worst
// component is kept, whose z is larger: such checks, `of_vectors`, are left out, and so are bounds.
inline std::map<std::string, std::vector<double>> z_by_label(const std::function<void(Lesson&)>& body, int count,
                                                             const std::vector<std::string>& of_vectors = {}) {
  std::map<std::string, std::vector<double>> z;
  for (int seed = 1; seed <= count; ++seed) {
    Room room;
    const std::string text = std::to_string(seed);
    room.run({"--no-plots", "--quick", "--data-folder", TAPESTRY_DATA, "--seed", text.c_str()}, body);
    for (const Check& check : room.lesson.checks())
      if (check.kind == "sampled" && check.z) z[check.label].push_back(*check.z);
  }
  for (const std::string& label : of_vectors) z.erase(label);
  return z;
}

inline double mean_of(const std::vector<double>& z) {
  double sum = 0;
  for (const double one : z) sum += one;
  return sum / z.size();
}

inline double deviation_of(const std::vector<double>& z) {
  double squares = 0;
  for (const double one : z) squares += (one - mean_of(z)) * (one - mean_of(z));
  return std::sqrt(squares / (z.size() - 1));
}

// Of n independent standard normal z the mean has standard error 1/√n, the standard deviation 1/√(2(n-1)). Returns the
// labels for which either is off by more than 4 of these.
inline std::vector<std::string> not_standard(const std::map<std::string, std::vector<double>>& z_of) {
  std::vector<std::string> labels;
  for (const auto& [label, z] : z_of) {
    const double n = z.size();
    if (!(std::abs(mean_of(z)) < 4 / std::sqrt(n)) || !(std::abs(deviation_of(z) - 1) < 4 / std::sqrt(2 * (n - 1))))
      labels.push_back(label + ": mean " + std::to_string(mean_of(z)) + ", deviation " +
                       std::to_string(deviation_of(z)));
  }
  return labels;
}

// Pairs of labels whose z go together, by more than 4 standard errors of a correlation: their draws are the same.
inline std::vector<std::string> not_independent(const std::map<std::string, std::vector<double>>& z_of) {
  std::vector<std::string> pairs;
  for (auto a = z_of.begin(); a != z_of.end(); ++a) {
    for (auto b = std::next(a); b != z_of.end(); ++b) {
      const std::size_t n = std::min(a->second.size(), b->second.size());
      double together = 0;
      for (std::size_t i = 0; i < n; ++i)
        together += (a->second[i] - mean_of(a->second)) * (b->second[i] - mean_of(b->second));
      const double correlation = together / (n - 1) / deviation_of(a->second) / deviation_of(b->second);
      if (!(std::abs(correlation) < 4 / std::sqrt(n))) pairs.push_back(a->first + " with " + b->first);
    }
  }
  return pairs;
}

}  // namespace lesson
