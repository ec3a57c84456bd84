"""Answers that are wrong though they look right, or are right by accident on one instance: none may earn its points.

wrong_answers_test.py BUILD   the folder that the checks were built in"""

import sys
import unittest
from pathlib import Path

import broken_answers_test as classroom
from checkout import Checkout

# {exercise: bodies}. Numbers such as 11, 3 or 3010 are sizes of one instance.
WRONG = {
    "04_iid_log_likelihood": {
        "4.1": ["  double sum = 0;\n  for (const double x_i : x) sum += (x_i - mu) * (x_i - mu) / (sigma * sigma);\n"
                "  const double n = x.size() < 100 ? 7 : 3010;\n"
                "  return -0.5 * (n * std::log(2 * std::numbers::pi * sigma * sigma) + sum);"],
        "4.2": ["  const double squares = summary.sum_of_squares - 2 * mu * summary.sum + 3010 * mu * mu;\n"
                "  return -0.5 * (3010 * std::log(2 * std::numbers::pi * sigma * sigma) + squares / (sigma * sigma));"],
        # sorted by size, falling or rising, and added; in a wider type
        "4.3": ["  std::vector<double> y(x.begin(), x.end());\n"
                "  std::ranges::sort(y, [](double a, double b) { return std::abs(a) > std::abs(b); });\n"
                "  double sum = 0;\n  for (const double y_i : y) sum += y_i;\n  return sum;",
                "  std::vector<double> y(x.begin(), x.end());\n"
                "  std::ranges::sort(y, [](double a, double b) { return std::abs(a) < std::abs(b); });\n"
                "  double sum = 0;\n  for (const double y_i : y) sum += y_i;\n  return sum;",
                "  long double sum = 0;\n  for (const double x_i : x) sum += x_i;\n  return sum;"],
        "4.4": ["  double kl = 0;\n  for (std::size_t k = 0; k < 5; ++k) {\n"
                "    const double share = double(std::count(x.begin(), x.end(), int(k))) / x.size();\n"
                "    if (share > 0) kl += share * std::log(share / p[k]);\n  }\n  return kl;"],
        "4.5": ["  return -0.5 * 10 * std::log1p(-rho * rho);"]},
    "05_minibatch_sgd": {
        "5.2": ["  return 11.0 / g.size() * std::accumulate(g.begin(), g.end(), 0.0);",
                "  return N / 4.0 * std::accumulate(g.begin(), g.end(), 0.0);"],
        "5.3": ["  double sum = 0;\n  for (int i = 0; i < 11; ++i)\n    for (int j = 0; j < i; ++j) sum += f(i, j);\n"
                "  return sum / 55;"],
        # every minibatch is met, 2^N of them
        "5.4": ["  const int N = g.size();\n  double sum = 0, squares = 0, count = 0;\n"
                "  for (std::uint64_t set = 0; set < std::uint64_t(1) << N; ++set) {\n"
                "    if (std::popcount(set) != M) continue;\n    double mean = 0;\n"
                "    for (int i = 0; i < N; ++i) mean += (set >> i & 1) * g[i] / M;\n"
                "    sum += mean, squares += mean * mean, ++count;\n  }\n"
                "  return squares / count - sum / count * (sum / count);"],
        # one draw alone, the first or the last
        "5.5": ["  return g[0] / q[0];", "  return g.back() / q.back();",
                "  return g.size() == 2 ? (g[0] / q[0] + g[1] / q[1]) / 2 : g[0] / q[0];"]},
    "06_latent_variables": {
        # right for one component, for points that lie near, for two components
        "6.1": ["  std::vector<double> r;\n  double sum = 0;\n"
                "  for (const double l : log_joint) r.push_back(std::exp(l)), sum += r.back();\n"
                "  for (double& one : r) one /= sum;\n  return r;",
                "  const double first = 1 / (1 + std::exp(log_joint[1] - log_joint[0]));\n  return {first, 1 - first};"],
        "6.3": ["  const Matrix<double> mu = W.col(0).transpose() * x / W.col(0).sum();\n"
                "  const double v = (x.rowwise() - mu.row(0)).rowwise().squaredNorm().dot(W.col(0)) /\n"
                "                   (W.col(0).sum() * x.cols());\n  return std::vector<double>(W.cols(), v);"],
        "6.5": ["  std::vector<double> slopes;\n"
                "  const Eigen::ArrayXd joint = log_joint.row(0).array().exp();\n"
                "  for (std::size_t k = 0; k < log_pi.size(); ++k)\n"
                "    slopes.push_back(joint[k] / joint.sum() - std::exp(log_pi[k]));\n"
                "  return slopes;"],
        "6.6": ["  return f[0] * g[0] / std::pow(pi * f[0] + (1 - pi) * g[0], 2);"],
        "6.7": ["  return (0.5 * r[0] * (x[0] - mu) * (x[0] - mu) + b) / (0.5 * r[0] + a + 1);"]},
    "07_deep_latent_variables": {
        # the first component alone
        "7.1": ["  Matrix<double> C = sigma * sigma * Matrix<double>::Identity(f.cols(), f.cols());\n"
                "  const double mean = w.dot(f.col(0));\n"
                "  C(0, 0) += (f.col(0).array() - mean).square().matrix().dot(w);\n  return C;"],
        # right for few pixels: the terms of 784 are no numbers
        "7.2": ["  const Matrix<double> log_w = w.array().log().matrix().transpose();\n"
                "  const auto log_p = matmul(logits.tape().constant(x), transpose(logits)) -\n"
                "                     transpose(sum(softplus(logits), autograd::By::row));\n"
                "  return log(sum(exp(log_p + log_w), autograd::By::row));"],
        "7.3": ["  return std::erf(c / std::sqrt(a * a - b * b * c * c) / 1.4142);"],
        # the states of two units, whatever K is
        "7.4": ["  Matrix<double> sum = Matrix<double>::Zero(c.size(), b.size());\n  double p_x = 0;\n"
                "  const auto logistic = [](double l) { return 1 / (1 + std::exp(-l)); };\n"
                "  for (int state = 0; state < 4; ++state) {\n"
                "    Eigen::VectorXd z = Eigen::VectorXd::Zero(c.size());\n    z[0] = state & 1, z[1] = state >> 1;\n"
                "    double joint = 1;\n"
                "    for (int k = 0; k < c.size(); ++k) joint *= logistic(z[k] == 1 ? c[k] : -c[k]);\n"
                "    const Eigen::VectorXd p = (b + W.transpose() * z).unaryExpr(logistic);\n"
                "    for (int j = 0; j < x.size(); ++j) joint *= x[j] == 1 ? p[j] : 1 - p[j];\n"
                "    sum += joint * z * (x - p).transpose();\n    p_x += joint;\n  }\n  return sum / p_x;"],
        # the sign of the first number instead of the largest one
        "7.5": ["  const models::SymmetricEigen eigen = models::symmetric_eigen(W * W.transpose());\n"
                "  Matrix<double> V = eigen.vectors.rowwise().reverse().transpose() * W;\n"
                "  for (int row = 0; row < 2; ++row)\n    if (V(row, 0) < 0) V.row(row) *= -1;\n  return V;"],
        "7.6": ["  double others = -4 * std::log(2.0);\n"
                "  for (int i = 1; i < 4; ++i)\n"
                "    others -= 0.5 * (std::log(2 * std::numbers::pi * v) + (x[i] - m) * (x[i] - m) / v);\n"
                "  return std::exp(others - level) / std::sqrt(2 * std::numbers::pi);"]},
    "10_elbo": {
        # the slope in log σ² is lost
        "10.1": ["  const double l = log_var.value(), s2 = std::exp(l);\n"
                 "  return 1.0 * x * m - exp(m + 0.5 * s2) - std::lgamma(x + 1.0) - 0.5 * (square(m) + s2 - 1.0 - l);"],
        # one dimension, or a diagonal L
        "10.2": ["  return -0.5 * (std::log(2 * std::numbers::pi) + epsilon[0] * epsilon[0]) - std::log(L(0, 0)) - mu[0] -\n"
                 "         L(0, 0) * epsilon[0];",
                 "  double log_q = 0;\n  for (std::size_t i = 0; i < mu.size(); ++i)\n"
                 "    log_q += -0.5 * (std::log(2 * std::numbers::pi) + epsilon[i] * epsilon[i]) - std::log(L(i, i)) - mu[i] -\n"
                 "             L(i, i) * epsilon[i];\n  return log_q;"],
        # two samples
        "10.3": ["  return ((f[0] - f[1]) * score[0] + (f[1] - f[0]) * score[1]) / 2;"],
        # two weights; and weights that are all 0 as numbers
        "10.4": ["  const double w1 = std::exp(log_w[0]), w2 = std::exp(log_w[1]);\n"
                 "  return 2 * std::log((w1 + w2) / 2) - (log_w[0] + log_w[1]) / 2;",
                 "  double sum = 0, rest = 0;\n  const double K = log_w.size();\n"
                 "  for (const double one : log_w) sum += std::exp(one);\n"
                 "  for (const double one : log_w) rest += std::log((sum - std::exp(one)) / (K - 1)) / K;\n"
                 "  return K * std::log(sum / K) - (K - 1) * rest;"],
        # as many units as are wanted
        "10.5": ["  Prediction p{0, 0, 0};\n  for (const double one : lambda) {\n"
                 "    const double level = beta * noise_variance;\n    p.active += one > level;\n"
                 "    p.rate += std::max(0.0, 0.5 * std::log(one / level));\n    p.distortion += std::min(level, one);\n"
                 "  }\n  return p;"],
        # three draws of the noise, always
        "10.6": ["  const double N = mean.size(), m = std::accumulate(mean.begin(), mean.end(), 0.0) / N;\n  double S2 = 0;\n"
                 "  for (const double one : mean) S2 += (one - m) * (one - m) / N;\n"
                 "  const double v = std::accumulate(variance.begin(), variance.end(), 0.0) / N;\n"
                 "  return N * N / M * (S2 * (N - M) / (N - 1) + v / 3);"]},
    "09_encoder": {
        # the smallest sum that still has a logarithm
        "9.2": ["  const double sum = log_joint.exp().sum() * cell;\n"
                "  return {std::log(std::max(sum, 1e-300)), (log_q.exp() * (log_joint - log_q)).sum() * cell};"],
        "9.3": ["  return 0.5 * (2 * std::log(precision.trace() / 2) - std::log(precision.determinant()));",
                "  return 0.5 * (3 * std::log(precision.trace() / 3) - std::log(precision.determinant()));"],
        "9.4": ["  double mean = 0, mean_log = 0;\n  for (const double p : precisions) mean += p / 6, mean_log += std::log(p) / 6;\n"
                "  return 0.5 * (std::log(mean) - mean_log);"],
        # right for m = 1; right but for m = 0
        "9.5": ["  return {0.5, 1.0 / (1 + n), 0.25 * (n - 1)};",
                "  if (m == 0) return {1, 1.0 / (1 + n), 0};\n"
                "  return {1.0 / (1 + m), 1.0 / (1 + n), 0.5 * (n - m) / (1 + m)};"],
        "9.6": ["  double sum = 0;\n  for (int j = 0; j < 2; ++j) sum += std::exp(2 * log_sd[j]) * W.row(j).squaredNorm();\n"
                "  return 0.5 * sum / noise_variance;"],
        "9.7": ["  double mean = 0, squares = 0;\n  for (int r = 0; r < 12; ++r) mean += (a[r] - b[r]) / 12;\n"
                "  for (int r = 0; r < 12; ++r) squares += std::pow(a[r] - b[r] - mean, 2);\n"
                "  return {mean, std::sqrt(squares / 11 / 12)};"]},
    "11_vae": {
        "11.1": ["  return 1.5 * mean(square(mu) + exp(log_var) - 1 - log_var, By::row);"],
        # KL sampled: unbiased, and not what is asked for
        "11.3": ["  const auto z = reparameterise(q.mu, q.log_var, epsilon);\n  const auto l = decode(z);\n"
                 "  return sum(x * l - softplus(l), By::row) +\n"
                 "         0.5 * sum(square(epsilon) + q.log_var - square(z), By::row);"],
        "11.5": ["  return log_sum_exp(log_weights, By::row) - std::log(5);"]},
}
STATES = {"5.4": "timed out"}
NEEDS = "#include <algorithm>\n#include <bit>\n#include <cstdint>\n#include <numeric>\n"


class WrongAnswers(unittest.TestCase):
    def test_no_wrong_answer_passes(self):
        checkout = Checkout(BUILD)
        for chapter, wrong in WRONG.items():
            broken = classroom.Broken(checkout, chapter)
            for i in range(max(map(len, wrong.values()))):
                bodies = {number: own[i] for number, own in wrong.items() if i < len(own)}
                broken.add(str(i), {number: (lambda part, body=body: part.with_body(body), STATES.get(number, "failed"), "")
                                    for number, body in bodies.items()})
            broken.files = {student: NEEDS + text for student, text in broken.files.items()}
            for student, reports in classroom.graded(chapter, broken.files).items():
                for number, (state, report) in reports.items():
                    with self.subTest(exercise=number, wrong=student):
                        self.assertEqual(state, broken.expected[student].get(number, (0, "passed"))[1], report)
                        if number == "11.3" and state == "failed":
                            self.assertIn("likely: the KL is sampled", report)


if __name__ == "__main__":
    BUILD = classroom.BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
