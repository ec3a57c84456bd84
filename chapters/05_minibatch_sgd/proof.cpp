#include "chapters/05_minibatch_sgd/proof.hpp"

#include <fmt/format.h>

namespace ch05 {
namespace {

std::string every(const char* what, const Batches& all) {
  const std::string count = lesson::thousands(static_cast<double>(all.size()));
  return fmt::format("every {} ({} of {})", what, count, count);
}

}  // namespace

std::string every_subset(const Batches& all) { return every("subset", all); }
std::string every_choice(const Batches& all) {
  return every(all[0].size() == 2 ? "ordered pair" : "ordered list", all);
}

}  // namespace ch05
