#include "chapters/04_iid_log_likelihood/chapter.hpp"

#include <cmath>

#include "models/statistics/normal.hpp"
#include "models/statistics/summation.hpp"
#include "plots/figure.hpp"

namespace ch04 {

using models::Autoregression;

namespace {

// ρ from -0.9 to 0.95, steps of 0.01 for curves; a few of them for samples.
Numbers fine_rhos() {
  Numbers rhos;
  for (int k = -90; k <= 95; ++k) rhos.push_back(k / 100.0);
  return rhos;
}
const Numbers kSampledRhos{-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95};

template <class F>
Numbers map(const Numbers& x, F f) {
  Numbers y;
  for (const double x_i : x) y.push_back(f(x_i));
  return y;
}

// Estimates as points with bars of ± 2 standard errors.
template <class F>
void add_estimates(plots::Curves& figure, const std::string& label, F estimate) {
  Numbers means, bars;
  for (const double rho : kSampledRhos) {
    const lesson::Estimate e = estimate(rho);
    means.push_back(e.mean);
    bars.push_back(2 * e.se);
  }
  figure.band(label, kSampledRhos, means, bars, plots::Style::points);
}

}  // namespace

void plot_underflow(std::span<const double> x, const Normal& normal, const plots::Output& output) {
  Numbers n, sums, products_double, products_float;
  double sum = 0, product = 1;
  float product_float = 1;
  for (const double x_i : x) {
    const double log_p = models::normal_log_density(x_i, normal.mu, std::exp(normal.log_var));
    sum += log_p;
    product *= std::exp(log_p);
    product_float *= static_cast<float>(std::exp(log_p));
    n.push_back(n.size() + 1);
    sums.push_back(sum);
    products_double.push_back(product > 0 ? std::log(product) : NAN);
    products_float.push_back(product_float > 0 ? std::log(product_float) : NAN);
  }
  plots::Curves figure{.title = "The product of densities ends where its number type ends",
                       .x_label = "N, number of points",
                       .y_label = "log p(D) (nats)"};
  figure.line("Σ log p(x)", n, sums, plots::Style::dashed);
  figure.line("log of Π p(x) in double", n, products_double);
  figure.line("log of Π p(x) in float", n, products_float);
  figure.horizontal("smallest double", log_smallest<double>());
  figure.horizontal("smallest float", log_smallest<float>());
  plots::save(figure, output, "04_underflow");
}

void plot_rounding(const ErrorsByCount& errors, const plots::Output& output) {
  const double u = models::kUnitRoundoff<float>;
  plots::Curves figure{.title = "A sum of n log densities in float",
                       .x_label = "n, number of terms",
                       .y_label = "relative error (root mean square)",
                       .log_x = true,
                       .log_y = true};
  figure.line("one by one", errors.n, errors.naive, plots::Style::line_points);
  figure.line("pairwise", errors.n, errors.pairwise, plots::Style::line_points);
  figure.line("compensated", errors.n, errors.compensated, plots::Style::line_points);
  figure.line("one by one, all terms equal", errors.n, errors.naive_of_equal, plots::Style::line_points);
  figure.power_law("u n, the bound", u, 1);
  figure.power_law("u √n", u, 0.5);
  figure.power_law("u", u, 0);
  plots::save(figure, output, "04_rounding");
}

void plot_price(const Series& series, std::uint64_t seed, const plots::Output& output) {
  const double pairs = series.length - 1;
  plots::Curves figure{.title = "The price of treating AR(1) data as independent",
                       .x_label = "ρ, correlation of neighbours",
                       .y_label = "nats for each point"};
  figure.line("-½ log(1 - ρ²), the information between neighbours", fine_rhos(),
              map(fine_rhos(), [](double rho) { return Autoregression(0, 1, rho).neighbour_information(); }));
  add_estimates(figure, "log p(D) - Σ log p(x), sampled ± 2 standard errors", [&](double rho) {
    const lesson::Estimate e = sampled_price(Autoregression(0, 1, rho), series, seed);
    return lesson::Estimate{e.mean / pairs, e.se / pairs};
  });
  plots::save(figure, output, "04_price");
}

void plot_coverage(const Series& series, std::uint64_t seed, const plots::Output& output) {
  const int n = series.length;
  const double iid_error = 1 / std::sqrt(n);
  plots::Curves figure{.title = "How often an error bar of 95 % holds the true mean",
                       .x_label = "ρ, correlation of neighbours",
                       .y_label = "coverage",
                       .y_range = plots::Range{0, 1.05}};
  const auto exact = [&](double rho) { return coverage(Autoregression(0, 1, rho).inflation(n)); };
  figure.line("x̄ ± 1.96 σ/√n, exact", fine_rhos(), map(fine_rhos(), exact));
  add_estimates(figure, "sampled ± 2 standard errors", [&](double rho) {
    return sampled_coverage(Autoregression(0, 1, rho), series, iid_error, exact(rho), seed);
  });
  add_estimates(figure, "with the right standard error", [&](double rho) {
    const Autoregression model(0, 1, rho);
    return sampled_coverage(model, series, iid_error * std::sqrt(model.inflation(n)), 0.95, seed);
  });
  figure.horizontal("95 %", 0.95);
  plots::save(figure, output, "04_coverage");
}

}  // namespace ch04
