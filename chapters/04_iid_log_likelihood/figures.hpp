#pragma once
// The chapter's figures.

#include "chapters/04_iid_log_likelihood/dependence.hpp"
#include "chapters/04_iid_log_likelihood/normal_data.hpp"
#include "chapters/04_iid_log_likelihood/rounding.hpp"
#include "plots/output.hpp"

namespace ch04 {

// Π p(x) and Σ log p(x) by the number of points: where the product becomes 0.
void plot_underflow(std::span<const double> x, const Normal& normal, const plots::Output& output);

// The relative error of a float sum by the number of terms.
void plot_rounding(const ErrorsByCount& errors, const plots::Output& output);

// What the i.i.d. formula misses, and how often its error bar is right, by ρ: exact curves and sampled points.
void plot_price(const Series& series, std::uint64_t seed, const plots::Output& output);
void plot_coverage(const Series& series, std::uint64_t seed, const plots::Output& output);

}  // namespace ch04
