#include "plots/points.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "plots/text.hpp"

namespace plots {

void check_same_length(std::string_view figure, std::string_view label, std::span<const double> x,
                       std::string_view other_name, std::span<const double> other) {
  if (x.empty())
    throw std::invalid_argument(fmt::format("{} \"{}\": x has no values (need at least one)", figure, label));
  if (x.size() != other.size())
    throw std::invalid_argument(fmt::format("{} \"{}\": x has {} values, {} has {} (need the same number)", figure,
                                            label, x.size(), other_name, other.size()));
}

std::string csv_row(std::size_t series, std::string_view label, double x, double y, std::string_view rest) {
  return fmt::format("{},{},{},{}{}\n", series, csv_field(label), number(x), number(y), rest);
}

std::string rows_of(std::size_t series, std::string_view columns) {
  std::string picked;
  for (const char c : columns) picked += fmt::format("{}(of({},{}))", picked.empty() ? "" : ":", series, c);
  return "data skip 1 using " + picked;
}

}  // namespace plots
