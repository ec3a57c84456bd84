#include "models/student_t.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace models {
namespace {

void require_above_0(const char* function, const char* name, double value) {
  if (!(value > 0)) throw std::invalid_argument(fmt::format("{}: expected {} > 0, found {}", function, name, value));
}

}  // namespace

double gamma_log_density(double lambda, double a, double b) {
  require_above_0("gamma_log_density", "lambda", lambda);
  require_above_0("gamma_log_density", "a", a);
  require_above_0("gamma_log_density", "b", b);
  return a * std::log(b) - std::lgamma(a) + (a - 1) * std::log(lambda) - b * lambda;
}

double student_t_log_density(double x, double mu, double variance, double nu) {
  require_above_0("student_t_log_density", "variance", variance);
  require_above_0("student_t_log_density", "nu", nu);
  const double squared = (x - mu) * (x - mu) / variance;
  return std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2) - 0.5 * std::log(std::numbers::pi * nu * variance) -
         0.5 * (nu + 1) * std::log1p(squared / nu);
}

double sample_precision(int nu, const Random& random, std::uint64_t i) {
  require_above_0("sample_precision", "nu", nu);
  double sum = 0;
  for (int j = 0; j < nu; ++j) {
    const double n = random.normal(i * nu + j);
    sum += n * n;
  }
  return sum / nu;
}

}  // namespace models
