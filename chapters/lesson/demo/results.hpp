// What --json FILE writes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "chapters/lesson/checks.hpp"
#include "chapters/lesson/options.hpp"

namespace lesson {

// One rung of the book's ladder of likelihoods (chapters/ladder.csv): what a model gives to the test images of MNIST,
// in nats an image.
struct Rung {
  std::string model;  // "fully visible belief net"
  std::string kind;   // "exact", "lower bound", "estimate, K = 500"
  Estimate nats;      // the mean of log p(x) over the images, with its standard error
  std::int64_t images = 0;
  std::string data;  // how the images were treated: "binarised once, seed 1"
};

struct Results {
  std::string chapter;  // "05_minibatch_sgd"
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, OptionValue>> options;
  std::vector<Check> checks;
  std::vector<std::pair<std::string, double>> metrics;
  std::vector<Rung> rungs{};
  double seconds = 0;
  bool interrupted = false;
  std::string error;  // the sentence it ended with, or what is wrong with its figures; "" when all is well with both
};

// One JSON object with the members above ("interrupted" and "error" only when they say something). A rung has
// "model", "kind", "mean", "se", "images" and "data". A check has "slug",
// "section", "statement", "label", "kind", "relation", "expected", "lhs", "rhs", "passed", "file", "line", and, where
// its kind has one, "tolerance", "se" and "z". JSON knows no NaN and no infinity: they become the strings
// "nan", "inf" and "-inf".
std::string to_json(const Results& results);

}  // namespace lesson
