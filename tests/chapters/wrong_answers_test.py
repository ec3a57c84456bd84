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
