#include "chapters/lesson/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "chapters/lesson/numbers.hpp"

namespace lesson {
namespace {

// How far two numbers are apart in units of what is allowed; NaN and infinity are infinitely far.
double excess(double lhs, double rhs) {
  if (!std::isfinite(lhs) || !std::isfinite(rhs)) return std::numeric_limits<double>::infinity();
  return std::abs(lhs - rhs) / std::max({1.0, std::abs(lhs), std::abs(rhs)});
}

Check verdict(Check check, bool holds, std::string reason) {
  check.holds = check.passed = holds;
  if (!holds) check.reason = std::move(reason);
  return check;
}

void require_equal_sizes(std::size_t lhs, std::size_t rhs) {
  if (lhs != rhs) throw std::invalid_argument(fmt::format("check: the sides have {} and {} components", lhs, rhs));
  if (lhs == 0) throw std::invalid_argument("check: the sides have no components");
}

std::string in_component(std::size_t index, std::size_t size, const std::string& reason) {
  return fmt::format("component {} of {}: {}", index + 1, size, reason);
}

// Shared by at_most and at_least: the estimate may lie beyond the bound, in the direction `sign`, by chance only.
Check judge_bound(Estimate lhs, double rhs, double sign, double largest_z) {
  Check check{.kind = "bound", .relation = sign > 0 ? "<=" : ">=", .lhs = lhs.mean, .rhs = rhs, .se = lhs.se};
  const bool usable = std::isfinite(lhs.mean) && std::isfinite(rhs) && std::isfinite(lhs.se) && lhs.se > 0;
  if (!usable) return verdict(check, false, "an estimate needs finite numbers and a standard error above 0");
  check.z = (lhs.mean - rhs) / lhs.se;
  return verdict(check, sign * *check.z <= largest_z, fmt::format("beyond the bound by more than {:g} SE", largest_z));
}

}  // namespace

Check judge_exact(double lhs, double rhs, double tolerance) {
  const Check check{.kind = "exact", .lhs = lhs, .rhs = rhs, .tolerance = tolerance};
  const double apart = excess(lhs, rhs);
  return verdict(check, apart <= tolerance,
                 std::isinf(apart) ? "a side is not finite" : fmt::format("tolerance {:.0e}", tolerance));
}

Check judge_exact(std::span<const double> lhs, std::span<const double> rhs, double tolerance) {
  require_equal_sizes(lhs.size(), rhs.size());
  std::size_t worst = 0;
  for (std::size_t i = 1; i < lhs.size(); ++i)
    if (excess(lhs[i], rhs[i]) > excess(lhs[worst], rhs[worst])) worst = i;
  Check check = judge_exact(lhs[worst], rhs[worst], tolerance);
  if (!check.holds && lhs.size() > 1) check.reason = in_component(worst, lhs.size(), check.reason);
  return check;
}

Check judge_sampled(Estimate estimate, double exact, double largest_z) {
  Check check{.kind = "sampled", .lhs = estimate.mean, .rhs = exact, .se = estimate.se};
  if (!std::isfinite(estimate.mean) || !std::isfinite(exact) || !std::isfinite(estimate.se))
    return verdict(check, false, "a number is not finite");
  if (!(estimate.se > 0)) return verdict(check, false, "no spread: an estimate needs a standard error above 0");
  check.z = (estimate.mean - exact) / estimate.se;
  return verdict(check, std::abs(*check.z) <= largest_z, fmt::format("|z| is above {:.1f}", largest_z));
}

Check judge_sampled(std::span<const double> means, std::span<const double> ses, std::span<const double> exact) {
  require_equal_sizes(means.size(), exact.size());
  require_equal_sizes(ses.size(), exact.size());
  // what is constant has no z; it counts as agreeing only when it agrees to rounding
  const auto is_constant = [&](std::size_t i) { return ses[i] == 0 && excess(means[i], exact[i]) <= 1e-12; };
  const auto badness = [&](std::size_t i) {
    const double z = std::abs(means[i] - exact[i]) / ses[i];
    return std::isfinite(z) && ses[i] > 0 ? z : std::numeric_limits<double>::infinity();
  };
  std::size_t worst = means.size(), varying = 0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (is_constant(i)) continue;
    ++varying;
    if (worst == means.size() || badness(i) > badness(worst)) worst = i;
  }
  if (varying == 0) return judge_sampled(Estimate{means[0], ses[0]}, exact[0]);  // fails, and says why
  Check check = judge_sampled(Estimate{means[worst], ses[worst]}, exact[worst], bonferroni(varying));
  if (!check.holds && means.size() > 1) check.reason = in_component(worst, means.size(), check.reason);
  return check;
}

Check judge_at_most(double lhs, double rhs, double tolerance) {
  const Check check{.kind = "bound", .relation = "<=", .lhs = lhs, .rhs = rhs, .tolerance = tolerance};
  const bool finite = std::isfinite(lhs) && std::isfinite(rhs);
  return verdict(check, finite && lhs <= rhs + tolerance, finite ? "the bound is exceeded" : "a side is not finite");
}

Check judge_at_least(double lhs, double rhs, double tolerance) {
  const Check check{.kind = "bound", .relation = ">=", .lhs = lhs, .rhs = rhs, .tolerance = tolerance};
  const bool finite = std::isfinite(lhs) && std::isfinite(rhs);
  return verdict(check, finite && lhs >= rhs - tolerance,
                 finite ? "the bound is not reached" : "a side is not finite");
}

Check judge_at_most(Estimate lhs, double rhs, double largest_z) { return judge_bound(lhs, rhs, +1, largest_z); }
Check judge_at_least(Estimate lhs, double rhs, double largest_z) { return judge_bound(lhs, rhs, -1, largest_z); }

Check judge_increasing(std::span<const double> values, double tolerance) {
  if (values.size() < 2) throw std::invalid_argument("check: an order needs two values or more");
  const auto drop = [&](std::size_t i) {
    const double by = values[i] - values[i + 1];
    return std::isnan(by) ? std::numeric_limits<double>::infinity() : by;
  };
  std::size_t worst = 0;
  for (std::size_t i = 1; i + 1 < values.size(); ++i)
    if (drop(i) > drop(worst)) worst = i;
  Check check{
      .kind = "order", .relation = "<=", .lhs = values[worst], .rhs = values[worst + 1], .tolerance = tolerance};
  const bool finite = std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  return verdict(check, finite && drop(worst) <= tolerance,
                 finite ? fmt::format("value {} is below value {}", worst + 2, worst + 1) : "a value is not finite");
}

Check judge_p_value(double p) {
  const Check check{.kind = "p-value", .relation = ">=", .lhs = p, .rhs = kSmallestP};
  const bool possible = p >= 0 && p <= 1;
  return verdict(check, possible && p >= kSmallestP, possible ? "p is too small" : "not a probability");
}

Check expect_failure(Check check, std::string_view reason) {
  check.expected = "fails";
  const bool measured = std::isfinite(check.lhs) && std::isfinite(check.rhs) && (!check.se || check.z);
  check.passed = measured && !check.holds;
  if (check.passed) check.reason = reason;
  return check;
}

double bonferroni(std::size_t components) {
  const auto two_sided = [](double z) { return std::erfc(z / std::sqrt(2.0)); };
  const double level = two_sided(kLargestZ) / std::max<std::size_t>(components, 1);
  double low = kLargestZ, high = 40;
  for (int i = 0; i < 60; ++i) (two_sided((low + high) / 2) > level ? low : high) = (low + high) / 2;
  return low;
}

std::string project_path(std::string_view file) {
  auto at = file.rfind("chapters/");
  if (at == std::string_view::npos) return std::string(file);
  if (file.substr(0, at).ends_with("/tests/")) at -= std::string_view("tests/").size();
  return std::string(file.substr(at));
}

}  // namespace lesson
