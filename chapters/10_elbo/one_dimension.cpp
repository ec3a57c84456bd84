#include "chapters/10_elbo/one_dimension.hpp"

#include <cmath>

#include "models/statistics/distributions.hpp"
#include "models/statistics/normal.hpp"

namespace ch10 {

double evidence(double x) { return models::normal_log_density(x, 0, 2); }

Normal posterior(double x) { return {x / 2, 0.5}; }

double elbo(double x, Normal q) {
  const double expected_log_likelihood = -0.5 * (models::kLog2Pi + (x - q.m) * (x - q.m) + q.s2);
  return expected_log_likelihood - models::normal_kl(q.m, q.s2, 0, 1);
}

Var<Matrix<double>> log_joint(double x, const Var<Matrix<double>>& z, const Var<Matrix<double>>& shift) {
  const auto zero = number(z.tape(), 0);
  return models::standard_normal_log_prob(z) + models::normal_log_prob(number(z.tape(), x), z + shift, zero);
}

Var<Matrix<double>> log_joint(double x, const Var<Matrix<double>>& z) { return log_joint(x, z, number(z.tape(), 0)); }

Var<Matrix<double>> log_weight(double x, const Var<Matrix<double>>& z, const Var<Matrix<double>>& m,
                               const Var<Matrix<double>>& log_var) {
  return log_joint(x, z) - models::normal_log_prob(z, m, log_var);
}

Var<Matrix<double>> held(const Var<Matrix<double>>& x) { return x.tape().constant(x.value()); }

Var<Matrix<double>> number(autograd::Tape& tape, double value) {
  return tape.constant(Matrix<double>(Matrix<double>::Constant(1, 1, value)));
}

}  // namespace ch10
