// The gradients as one would write them by hand, number by number. They are what every
// other gradient is compared with.
#include <algorithm>
#include <array>

#include "tests/bench/functions/formulas.hpp"

namespace bench {

namespace {

using formulas::kLog2Pi;

// exp(xᵢ - log Σ exp x) written to p; returns log Σ exp x.
double softmax(const double* x, double* p, int n) {
  const double m = *std::max_element(x, x + n);
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += p[i] = std::exp(x[i] - m);
  const double inverse = 1 / sum;
  for (int i = 0; i < n; ++i) p[i] *= inverse;
  return m + std::log(sum);
}

double gradient_of_B(const double* x, double* g) {
  const double mu = x[kNumbers], sigma = x[kNumbers + 1], inverse = 1 / sigma;
  double sum_u = 0, sum_squares = 0;
  for (int i = 0; i < kNumbers; ++i) {
    const double u = (x[i] - mu) * inverse;
    g[i] = -u * inverse;
    sum_u += u;
    sum_squares += u * u;
  }
  g[kNumbers] = sum_u * inverse;
  g[kNumbers + 1] = (sum_squares - kNumbers) * inverse;
  return -0.5 * sum_squares - kNumbers * (std::log(sigma) + 0.5 * kLog2Pi);
}

double gradient_of_C(const double* x, double* g) {
  double before = 1, behind = 1;
  for (int i = 0; i < kNumbers; ++i) g[i] = before, before *= x[i];
  for (int i = kNumbers; i-- > 0;) g[i] *= behind, behind *= x[i];
  return before;
}

// What layer() sends back: W̄ += xᵀ s̄, b̄ += s̄, x̄ = s̄ Wᵀ for s̄ = ȳ (1 - y²).
void layer_back(const double* x, const double* W, const double* y, const double* y_grad, double* W_grad,
                double* b_grad, double* x_grad, int in, int out) {
  std::array<double, kUnits> s;
  for (int j = 0; j < out; ++j) b_grad[j] += s.data()[j] = y_grad[j] * (1 - y[j] * y[j]);
  for (int i = 0; i < in; ++i) {
    double sum = 0;
    for (int j = 0; j < out; ++j) {
      W_grad[i * out + j] += x[i] * s.data()[j];
      sum += s.data()[j] * W[i * out + j];
    }
    if (x_grad) x_grad[i] = sum;
  }
}

double gradient_of_D(const double* x, double* g) {
  const Problem& p = problem('D');
  constexpr int kW1 = 0, kB1 = kInputs * kUnits, kW2 = kB1 + kUnits, kB2 = kW2 + kUnits * kUnits, kW3 = kB2 + kUnits,
                kB3 = kW3 + kUnits;
  std::fill_n(g, kB3 + 1, 0.0);
  double loss = 0;
  std::array<double, kUnits> h1, h2, h1_grad, h2_grad;
  for (int n = 0; n < kPoints; ++n) {
    const double* input = p.data.data() + n * kInputs;
    formulas::layer(input, x + kW1, x + kB1, h1.data(), kInputs, kUnits);
    formulas::layer(h1.data(), x + kW2, x + kB2, h2.data(), kUnits, kUnits);
    double f = x[kB3];
    for (int j = 0; j < kUnits; ++j) f += h2.data()[j] * x[kW3 + j];
    const double error = f - p.target.data()[n];
    loss += 0.5 * error * error;
    g[kB3] += error;
    for (int j = 0; j < kUnits; ++j) {
      g[kW3 + j] += error * h2.data()[j];
      h2_grad.data()[j] = error * x[kW3 + j];
    }
    layer_back(h1.data(), x + kW2, h2.data(), h2_grad.data(), g + kW2, g + kB2, h1_grad.data(), kUnits, kUnits);
    layer_back(input, x + kW1, h1.data(), h1_grad.data(), g + kW1, g + kB1, nullptr, kInputs, kUnits);
  }
  return loss;
}

// One component at one data point: difference = x - μ and u = Q (x - μ), which the gradient needs again.
struct Distance {
  std::array<double, kDimensions> difference, u;

  double squared(const double* x, const double* mu, const double* diagonal, const double* below) {
    double squared = 0;
    for (int i = 0; i < kDimensions; ++i) difference.data()[i] = x[i] - mu[i];
    for (int i = 0; i < kDimensions; ++i) {
      double sum = diagonal[i] * difference.data()[i];
      for (int j = 0; j < i; ++j) sum += *below++ * difference.data()[j];
      u.data()[i] = sum;
      squared += sum * sum;
    }
    return squared;
  }

  // Adds r times the gradient of -½ ‖u‖².
  void add(double r, const double* diagonal, const double* below, double* mu_grad, double* diagonal_grad,
           double* below_grad) const {
    for (int i = 0; i < kDimensions; ++i) {
      const double s = -r * u.data()[i];
      diagonal_grad[i] += s * difference.data()[i];
      mu_grad[i] -= s * diagonal[i];
      for (int j = 0; j < i; ++j) {
        below_grad[j] += s * difference.data()[j];
        mu_grad[j] -= s * below[j];
      }
      below += i;
      below_grad += i;
    }
  }
};

double gradient_of_E(const double* x, double* g) {
  constexpr int d = kDimensions, K = kComponents, kMu = K, kLogDiagonal = kMu + K * d, kBelowAt = kLogDiagonal + K * d;
  const double* data = problem('E').data.data();
  std::fill_n(g, kBelowAt + K * kBelow, 0.0);
  std::array<double, K * d> diagonal, diagonal_grad{};
  std::array<double, K> log_scale, log_joint, r;
  double sum_log_diagonals = 0, squared_norms = 0;
  for (int k = 0; k < K; ++k) {
    double sum = 0;
    for (int i = k * d; i < (k + 1) * d; ++i) {
      sum += x[kLogDiagonal + i];
      diagonal.data()[i] = std::exp(x[kLogDiagonal + i]);
      squared_norms += diagonal.data()[i] * diagonal.data()[i];
    }
    log_scale.data()[k] = x[k] + sum;
    sum_log_diagonals += sum;
  }
  std::array<Distance, K> distances;
  double log_likelihood = 0;
  for (int n = 0; n < kRows; ++n) {
    for (int k = 0; k < K; ++k) {
      log_joint.data()[k] =
          log_scale.data()[k] - 0.5 * distances.data()[k].squared(data + n * d, x + kMu + k * d,
                                                                  diagonal.data() + k * d, x + kBelowAt + k * kBelow);
    }
    log_likelihood += softmax(log_joint.data(), r.data(), K);
    for (int k = 0; k < K; ++k) {
      g[k] += r.data()[k];
      distances.data()[k].add(r.data()[k], diagonal.data() + k * d, x + kBelowAt + k * kBelow, g + kMu + k * d,
                              diagonal_grad.data() + k * d, g + kBelowAt + k * kBelow);
    }
  }
  for (int i = 0; i < K * d; ++i) {
    const double q = diagonal.data()[i];
    g[kLogDiagonal + i] = g[i / d] + diagonal_grad.data()[i] * q + kWishartM - kGamma * kGamma * q * q;
  }
  for (int i = kBelowAt; i < kBelowAt + K * kBelow; ++i) {
    g[i] -= kGamma * kGamma * x[i];
    squared_norms += x[i] * x[i];
  }
  const double normaliser = kRows * softmax(x, r.data(), K);
  for (int k = 0; k < K; ++k) g[k] -= kRows * r.data()[k];
  return log_likelihood - normaliser - 0.5 * kRows * d * kLog2Pi + kWishartM * sum_log_diagonals -
         0.5 * kGamma * kGamma * squared_norms + formulas::wishart_constant();
}

}  // namespace

double gradient_by_hand(char function, std::span<const double> x, std::span<double> gradient) {
  switch (function) {
    case 'A':
      return softmax(x.data(), gradient.data(), kNumbers);
    case 'B':
      return gradient_of_B(x.data(), gradient.data());
    case 'C':
      return gradient_of_C(x.data(), gradient.data());
    case 'D':
      return gradient_of_D(x.data(), gradient.data());
    default:
      return gradient_of_E(x.data(), gradient.data());
  }
}

}  // namespace bench
