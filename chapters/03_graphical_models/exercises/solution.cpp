// The reference answers.
#include <algorithm>
#include <cmath>

#include "chapters/03_graphical_models/exercises/exercise.hpp"

namespace ch03 {

// 3.1   eq:graph
// A row for every choice of the parents' values; in it one number fewer than there are values.
int numbers_needed(const Parents& parents, std::span<const int> states) {
  int sum = 0;
  for (std::size_t j = 0; j < parents.size(); ++j) {
    int rows = 1;
    for (const int parent : parents[j]) rows *= states[parent];
    sum += rows * (states[j] - 1);
  }
  return sum;
}

// 3.2   eq:graph
// Again and again, whoever is still to be drawn and has all parents drawn.
std::vector<int> ancestral_sample(const Parents& parents,
                                  const std::function<double(int j, std::span<const int> x)>& p_one,
                                  std::span<const double> u) {
  const int M = parents.size();
  std::vector<int> x(M, -1);
  for (int round = 0; round < M; ++round)
    for (int j = 0; j < M; ++j)
      if (x[j] == -1 && std::ranges::all_of(parents[j], [&](int parent) { return x[parent] != -1; }))
        x[j] = u[j] < p_one(j, x) ? 1 : 0;
  return x;
}

// 3.3   claim:explaining-away
// The symptom is absent if no disease present causes it: p(c = 0 | a, b) = (1 - l_a)^a (1 - l_b)^b. Then, over b,
//   p(c = 1 | a = 1) = 1 - (1 - l_a)(1 - p_b l_b)        p(c = 1 | a = 0) = p_b l_b
std::vector<double> diagnosis(double p_a, double p_b, double l_a, double l_b) {
  const auto bayes = [&](double c_if_a, double c_if_not) {
    return p_a * c_if_a / (p_a * c_if_a + (1 - p_a) * c_if_not);
  };
  return {bayes(1 - (1 - l_a) * (1 - p_b * l_b), p_b * l_b), bayes(1 - (1 - l_a) * (1 - l_b), l_b)};
}

// 3.4   test:d-separation
bool separated(const Parents& parents, int a, int b, std::span<const int> given) {
  const int M = parents.size();
  std::vector<bool> kept(M), reached(M), removed(M);
  kept[a] = kept[b] = true;
  for (const int node : given) kept[node] = removed[node] = true;
  for (int round = 0; round < M; ++round)
    for (int j = 0; j < M; ++j)
      if (kept[j])
        for (const int parent : parents[j]) kept[parent] = true;

  std::vector<std::pair<int, int>> edges;
  for (int j = 0; j < M; ++j)
    if (kept[j])
      for (const int p : parents[j]) {
        edges.emplace_back(p, j);
        for (const int q : parents[j]) edges.emplace_back(p, q);
      }

  reached[a] = true;
  for (int round = 0; round < M; ++round)
    for (const auto& [p, q] : edges)
      if (!removed[p] && !removed[q] && (reached[p] || reached[q])) reached[p] = reached[q] = true;
  return !reached[b];
}

// 3.5   test:ladder
autograd::Matrix<double> mask_of_order(std::span<const int> order) {
  const int d = order.size();
  autograd::Matrix<double> M = autograd::Matrix<double>::Zero(d, d);
  for (int later = 0; later < d; ++later)
    for (int earlier = 0; earlier < later; ++earlier) M(order[earlier], order[later]) = 1;
  return M;
}

// 3.6   eq:graph
// p(x_i | others) is proportional to p(x): the factors of the earlier pixels do not know x_i and cancel, its own one
// gives its logit, and each later one what it gains or loses by x_i = 1.
double logit_given_all_others(const autograd::Matrix<double>& W, const autograd::Matrix<double>& b,
                              const autograd::Matrix<double>& x, int i) {
  const auto log_p = [](double x, double logit) { return x * logit - std::log1p(std::exp(logit)); };
  double own = b(0, i);
  for (int j = 0; j < i; ++j) own += x(0, j) * W(j, i);
  double sum = own;
  for (int k = i + 1; k < x.cols(); ++k) {
    double logit = b(0, k);  // with x_i = 0
    for (int j = 0; j < k; ++j)
      if (j != i) logit += x(0, j) * W(j, k);
    sum += log_p(x(0, k), logit + W(i, k)) - log_p(x(0, k), logit);
  }
  return sum;
}

}  // namespace ch03
