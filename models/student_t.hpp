#pragma once
// Student's t-distribution as a compound: a normal distribution whose precision is itself drawn,
//   λ ~ Gamma(½ν, ½ν),  x | λ ~ N(μ, σ²/λ)      =>      x ~ t_ν(μ, σ²)      (Bishop 2006, section 2.3.7)
// In nats. All throw std::invalid_argument unless ν > 0 and the scale is above 0.

#include "models/statistics/random.hpp"

namespace models {

// log Gamma(λ; a, b) = a log b - log Γ(a) + (a - 1) log λ - b λ, for λ > 0: the mean is a/b, the variance a/b².
double gamma_log_density(double lambda, double a, double b);

// log t_ν(x; μ, σ²) = log Γ(½(ν+1)) - log Γ(½ν) - ½ log πνσ² - ½(ν + 1) log(1 + (x - μ)²/νσ²)
double student_t_log_density(double x, double mu, double variance, double nu);

// Draw number i of λ ~ Gamma(½ν, ½ν) for a whole number ν: (n_1² + ... + n_ν²) / ν of ν standard normals.
double sample_precision(int nu, const Random& random, std::uint64_t i);

}  // namespace models
