// The exercises of chapter 03: points, minutes and hints, and how each answer is checked. The instances are drawn by
// the attempt's seed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "chapters/03_graphical_models/exercises/exercise.hpp"
#include "chapters/lesson/exercise/comparison.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/directed_graph.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/statistics/random.hpp"

namespace ch03 {
namespace {

using autograd::Matrix;
using lesson::Exercise;
using models::DirectedGraph;
using models::Random;
using Numbers = std::vector<double>;

Random random_of(const lesson::Attempt& attempt, std::uint64_t number = 0) {
  return {attempt.seed(), models::Purpose::data, number};
}

// M nodes, whose numbers tell nothing of their order; each pair joined by an arrow with probability `dense`.
Parents random_graph(const Random& random, int M, double dense) {
  const std::vector<int> name = Random(random.seed(), random.stream() + 1).permutation(M);
  Parents parents(M);
  std::uint64_t drawn = 0;
  for (int later = 0; later < M; ++later)
    for (int earlier = 0; earlier < later; ++earlier)
      if (random.uniform(drawn++) < dense) parents[name[later]].push_back(name[earlier]);
  return parents;
}

// 3.1

// Six nodes or more; three arrows always lead to the last of them, and its parents have 2, 3 and 4 values.
void check_numbers_needed(lesson::Attempt& attempt) {
  const int M = 6 + attempt.seed() % 3;
  Parents parents(M);
  std::vector<int> states(M);
  const Random random = random_of(attempt);
  for (int j = 0; j < M; ++j) states[j] = 2 + (j < 3 ? j : random.below(4, j));
  for (int j = 1; j < M - 1; ++j) parents[j].push_back(random.below(j, M + j));
  parents[M - 1] = {0, 1, 2};

  const auto sum = [&](auto&& rows_of, auto&& in_row) {
    double total = 0;
    for (int j = 0; j < M; ++j) {
      double rows = rows_of(j);
      total += rows * in_row(j);
    }
    return total;
  };
  const auto product = [&](int j) {
    double rows = 1;
    for (const int parent : parents[j]) rows *= states[parent];
    return rows;
  };
  const auto added = [&](int j) {
    double rows = 0;
    for (const int parent : parents[j]) rows += states[parent];
    return std::max(rows, 1.0);
  };
  const auto free = [&](int j) { return states[j] - 1.0; };
  double joint = 1;
  for (const int one : states) joint *= one;
  attempt.equal(
      numbers_needed(parents, states), sum(product, free), 1e-12,
      {{sum(product, [&](int j) { return states[j]; }), "",
        "every number of a row is counted. Which one follows from the others?"},
       {sum([&](int j) { return std::exp2(parents[j].size()); }, [](int) { return 1; }), "",
        "this is right for two values a node: 2^k rows of one number. How many rows do parents with 3 values give?"},
       {sum([&](int j) { return std::exp2(parents[j].size()); }, free), "",
        "the rows are counted as if every parent had two values."},
       {sum(product, [](int) { return 1; }), "",
        "a row is counted as one number. How many does a node of 4 values need?"},
       {sum(added, free), "", "the parents' values are added up. How many combinations of them are there?"},
       {joint - 1, "", "this is one table of all variables together. What does the graph save?"},
       {sum([&](int j) { return parents[j].empty() ? 0 : product(j); }, free), "",
        "nodes without parents are left out. Have they no probabilities?"}});
}

const Exercise kNumbers{
    .number = "3.1",
    .slug = "eq:graph",
    .task = "how many numbers the tables of a graph hold, for nodes of any number of values",
    .statement = "Π_j p(x_j | Pa(x_j)) with tables: free probabilities",
    .points = 1,
    .minutes = 10,
    .hints =
        {"A node's table has a row for every combination of its parents' values. How many is that for two parents "
         "of 3 and 4 values? For none?",
         "A row is a distribution over the node's own values, and sums to 1. So one of its numbers is not free.",
         "Σ_j (states[j] - 1) Π_{k ∈ Pa(j)} states[k]; the empty product is 1."},
    .check = check_numbers_needed};

// 3.2

void check_ancestral_sample(lesson::Attempt& attempt) {
  const int M = 7 + attempt.seed() % 3;
  const Parents parents = random_graph(random_of(attempt, 10), M, 0.5);
  const Random weights = random_of(attempt, 20);
  // a logistic conditional; NaN at a parent that is not drawn yet
  const auto p_one = [&](int j, std::span<const int> x) {
    double logit = weights.normal(M * M + j) / 2;
    for (const int parent : parents[j]) {
      if (x[parent] == -1) return std::nan("");
      logit += (2 * x[parent] - 1) * 2 * weights.normal(j * M + parent);
    }
    return 1 / (1 + std::exp(-logit));
  };
  const std::vector<int> order = models::topological_order(DirectedGraph{parents});
  const auto draw = [&](const std::vector<int>& order, const Numbers& u, bool reversed) {
    std::vector<int> x(M, -1);
    for (const int j : order) x[j] = reversed ? u[j] > p_one(j, x) : u[j] < p_one(j, x);
    return x;
  };
  std::vector<int> by_number(M), by_parents(M);
  std::iota(by_number.begin(), by_number.end(), 0);
  by_parents = by_number;
  std::ranges::stable_sort(by_parents, {}, [&](int j) { return parents[j].size(); });
  const std::vector<int> backwards(order.rbegin(), order.rend());

  Numbers yours, right, numbered, sorted, against, larger, placed;
  const auto append = [](Numbers& all, const std::vector<int>& x) { all.insert(all.end(), x.begin(), x.end()); };
  for (int sample = 0; sample < 40; ++sample) {
    Numbers u(M), in_turn(M);
    random_of(attempt, 30 + sample).fill_uniform(u);
    for (int k = 0; k < M; ++k) in_turn[order[k]] = u[k];
    append(yours, ancestral_sample(parents, p_one, u));
    append(right, draw(order, u, false));
    append(numbered, draw(by_number, u, false));
    append(sorted, draw(by_parents, u, false));
    append(against, draw(backwards, u, false));
    append(larger, draw(order, u, true));
    append(placed, draw(order, in_turn, false));
  }
  attempt.require(yours.size() == right.size(),
                  fmt::format("your answer has {} values for 40 draws of {} nodes", yours.size(), M));
  std::vector<lesson::Mistake> mistakes;
  const auto list = [&](const Numbers& found, const char* likely) {  // two mistakes may be one on a small graph
    const bool known = std::ranges::any_of(mistakes, [&](const auto& one) { return one.found.values == found; });
    if (found != right && !known) mistakes.push_back({found, "", likely});
  };
  list(numbered, "drawn in the order of their numbers: a parent with a larger number is not there yet.");
  list(against, "the children come before their parents. Which end of the order is the beginning?");
  list(larger, "x_j is 1 where u_j is larger than p: then it is 1 with probability 1 - p.");
  list(placed, "u[k] is used for the k-th node that is drawn. It belongs to node number k.");
  list(sorted, "drawn by the number of their parents: a node with one parent may be that of many.");
  attempt.equal(yours, right, 1e-12, mistakes);
}

const Exercise kSample{
    .number = "3.2",
    .slug = "eq:graph",
    .task = "ancestral sampling in a graph whose numbers are in no order",
    .statement = "x_j ~ p(x_j | Pa(x_j)), every variable after its parents",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Begin with all x at -1, \"not drawn yet\". Which nodes can be drawn at once? And when they are?",
         "Go through the nodes again and again, and draw each that is not drawn and whose parents all are. A graph "
         "without a cycle always has one.",
         "M rounds over j = 0 .. M-1: if x[j] is -1 and no parent's x is -1, x[j] = u[j] < p_one(j, x)"},
    .check = check_ancestral_sample};

// 3.3

void check_diagnosis(lesson::Attempt& attempt) {
  Numbers u(4);
  random_of(attempt).fill_uniform(u);
  const double p_a = 0.05 + 0.2 * u[0], p_b = 0.3 + 0.2 * u[1], l_a = 0.5 + 0.15 * u[2], l_b = 0.7 + 0.25 * u[3];
  using Symptom = std::function<double(int a, int b)>;  // p(c = 1 | a, b)
  const Symptom noisy_or = [&](int a, int b) { return 1 - (a ? 1 - l_a : 1) * (b ? 1 - l_b : 1); };
  // by enumeration: {p(a = 1 | c = 1), p(a = 1 | c = 1, b = 1)}
  const auto posterior = [&](const Symptom& symptom) -> Numbers {
    double seen[2] = {0, 0}, with_b[2];
    for (int a = 0; a < 2; ++a)
      for (int b = 0; b < 2; ++b) {
        const double p = (a ? p_a : 1 - p_a) * (b ? p_b : 1 - p_b) * symptom(a, b);
        seen[a] += p;
        if (b == 1) with_b[a] = p;
      }
    return {seen[1] / (seen[0] + seen[1]), with_b[1] / (with_b[0] + with_b[1])};
  };
  const Numbers right = posterior(noisy_or);
  const auto product = [&](int a, int b) { return (a ? l_a : 1) * (b ? l_b : 1) * (a || b); };
  const auto largest = [&](int a, int b) { return std::max(a ? l_a : 0, b ? l_b : 0); };
  const double p_c = p_a * (1 - (1 - l_a) * (1 - p_b * l_b)) + (1 - p_a) * p_b * l_b;
  lesson::equal(
      attempt, "p(a | c), p(a | c, b)", diagnosis(p_a, p_b, l_a, l_b), right,
      {{{right[0], right[0]}, "", "once b is known to be there, is a still as likely?"},
       {{right[1], right[0]}, "", "the two are exchanged: which of them knows b?"},
       {{right[0], p_a}, "", "b explains a symptom, but not wholly: a keeps more than its prior probability."},
       {{right[0] * p_c, right[1] * p_b * (noisy_or(0, 1) * (1 - p_a) + noisy_or(1, 1) * p_a)},
        "",
        "these are p(a, c) and p(a, b, c). By what must a conditional probability be divided?"},
       {posterior([&](int a, int b) { return 1 - noisy_or(a, b); }), "", "this is for c = 0: the symptom is absent."},
       {posterior(product), "",
        "with both diseases the symptom is likelier than with one. Multiply what does not cause it."},
       {posterior(largest), "", "with both diseases the symptom is likelier than with the stronger one alone."}});
}

const Exercise kDiagnosis{
    .number = "3.3",
    .slug = "claim:explaining-away",
    .task = "two diseases and a symptom: what is left of the first one when the second is found",
    .statement = "p(a | c) and p(a | c, b) of a noisy or",
    .points = 2,
    .minutes = 20,
    .hints =
        {"When is the symptom absent? Each disease that is there must have failed to cause it: write "
         "p(c = 0 | a, b) for the four cases.",
         "Bayes' rule: p(a=1 | c=1) = p_a p(c=1 | a=1) / p(c=1). For p(c=1 | a=1) sum over b. Given b = 1 there is "
         "no sum.",
         "p(c=1|a=1) = 1 - (1 - l_a)(1 - p_b l_b), p(c=1|a=0) = p_b l_b; with b = 1: 1 - (1 - l_a)(1 - l_b) and "
         "l_b."},
    .check = check_diagnosis};

// 3.4

// Exercise 3.4 with one of its steps left out or done wrongly.
struct Steps {
  bool forget_others = true, marry = true, remove = true;
};
bool by_steps(const Parents& parents, int a, int b, std::span<const int> given, Steps steps) {
  const int M = parents.size();
  std::vector<bool> kept(M, !steps.forget_others), reached(M), removed(M);
  kept[a] = kept[b] = reached[a] = true;
  for (const int node : given) kept[node] = true, removed[node] = steps.remove;
  for (int round = 0; round < M; ++round)
    for (int j = 0; j < M; ++j)
      if (kept[j])
        for (const int parent : parents[j]) kept[parent] = true;
  const auto join = [&](int p, int q) {
    if (!removed[p] && !removed[q] && (reached[p] || reached[q])) reached[p] = reached[q] = true;
  };
  for (int round = 0; round < M; ++round)
    for (int j = 0; j < M; ++j)
      if (kept[j])
        for (const int p : parents[j]) {
          join(p, j);
          if (steps.marry)
            for (const int q : parents[j]) join(p, q);
        }
  return !reached[b];
}

void check_separated(lesson::Attempt& attempt) {
  Numbers yours, right, all_kept, unmarried, unremoved, negated;
  for (int graph = 0; graph < 12; ++graph) {
    const int M = 4 + (graph + attempt.seed()) % 4;
    const Parents parents = random_graph(random_of(attempt, 10 + 2 * graph), M, 0.45);
    const Random random = random_of(attempt, 100 + graph);
    for (const auto& pair : models::subsets(M, 2)) {
      std::vector<int> given;
      for (int node = 0; node < M; ++node)
        if (node != pair[0] && node != pair[1] && random.uniform(yours.size() * M + node) < 0.35)
          given.push_back(node);
      const int a = pair[0], b = pair[1];
      yours.push_back(separated(parents, a, b, given));
      right.push_back(models::d_separated(DirectedGraph{parents}, a, b, given));
      negated.push_back(1 - right.back());
      all_kept.push_back(by_steps(parents, a, b, given, {.forget_others = false}));
      unmarried.push_back(by_steps(parents, a, b, given, {.marry = false}));
      unremoved.push_back(by_steps(parents, a, b, given, {.remove = false}));
    }
  }
  lesson::equal(
      attempt, "1 for separated, 0 for connected; many pairs of 12 graphs", yours, right,
      {{negated, "", "the answer is turned round: true means that no path is left."},
       {all_kept, "", "nodes that are no ancestors are still there: a collider that nobody looks at connects."},
       {unmarried, "", "parents of a common child are not joined: a collider that is given must connect."},
       {unremoved, "", "the given nodes are still there: a chain must break where it is given."}});
}

const Exercise kSeparated{
    .number = "3.4",
    .slug = "test:d-separation",
    .task = "d-separation by way of an undirected graph",
    .statement = "a, b separated by Z in the moral graph of the ancestors",
    .points = 3,
    .minutes = 35,
    .hints =
        {"Three vectors of bool are enough: kept, removed and reached. Sets that grow can be found by M rounds over "
         "all nodes.",
         "For every kept j: each parent p of j gives an edge p - j, and each two parents p, q of j an edge p - q. "
         "Parents of kept nodes are kept as well, so that no edge leads out.",
         "reached[a] = true; M rounds over the edges: if neither end is removed and one is reached, both are. "
         "Return !reached[b]."},
    .check = check_separated};

// 3.5

void check_mask(lesson::Attempt& attempt) {
  const int d = 5 + attempt.seed() % 3;
  std::vector<int> order = random_of(attempt).permutation(d), place(d);
  std::iota(place.begin(), place.end(), 0);
  // an order that is its own inverse would hide a mistake
  for (int shift = 0; shift < d; ++shift) {
    bool own_inverse = true;
    for (int k = 0; k < d; ++k) own_inverse = own_inverse && order[order[k]] == k;
    if (!own_inverse) break;
    std::rotate(order.begin(), order.begin() + 1, order.end());
  }
  for (int k = 0; k < d; ++k) place[order[k]] = k;
  const auto mask = [&](auto&& one) {
    Numbers all;
    for (int j = 0; j < d; ++j)
      for (int i = 0; i < d; ++i) all.push_back(one(j, i));
    return all;
  };
  const Matrix<double> yours = mask_of_order(order);
  attempt.require(yours.rows() == d && yours.cols() == d,
                  fmt::format("your mask is {}×{} for {} pixels", yours.rows(), yours.cols(), d));
  lesson::equal(
      attempt, "M, row by row", Numbers(yours.data(), yours.data() + yours.size()),
      mask([&](int j, int i) { return place[j] < place[i]; }),
      {{mask([&](int j, int i) { return place[j] > place[i]; }), "", "transposed: is row j the parent, or the child?"},
       {mask([&](int j, int i) { return place[j] <= place[i]; }), "",
        "a pixel sees itself. What would the loss become?"},
       {mask([&](int j, int i) { return order[j] < order[i]; }), "",
        "order[k] is the pixel that comes k-th, not the place of pixel k. Which of the two must be compared?"},
       {mask([](int j, int i) { return j < i; }), "", "this is the order 0, 1, 2, ... What does `order` say?"},
       {mask([&](int j, int i) { return place[j] + 1 == place[i]; }), "",
        "only the pixel just before is a parent. All earlier ones are."}});
}

const Exercise kMask{.number = "3.5",
                     .slug = "test:ladder",
                     .task = "the mask of a belief net that meets its pixels in another order",
                     .statement = "p(x) = Π_k p(x_order[k] | x_order[0] .. x_order[k-1])",
                     .points = 1,
                     .minutes = 15,
                     .hints = {"Write the mask of order = {2, 0, 1} by hand: who is the parent of whom?",
                               "Let two loops run over places, earlier < later, and not over pixels.",
                               "M(order[earlier], order[later]) = 1"},
                     .check = check_mask};

// 3.6

void check_logit(lesson::Attempt& attempt) {
  const int d = 6 + attempt.seed() % 3;
  const Matrix<double> W = lesson::normal_matrix(attempt.seed(), 0, d, d),
                       b = lesson::normal_matrix(attempt.seed(), 1, 1, d);
  Matrix<double> x(1, d);
  for (int j = 0; j < d; ++j) x(0, j) = random_of(attempt, 2).uniform(j) < 0.6;

  const auto log_factor = [&](const Matrix<double>& x, int k) {
    double logit = b(0, k);
    for (int j = 0; j < k; ++j) logit += x(0, j) * W(j, k);
    return x(0, k) * logit - std::log1p(std::exp(logit));
  };
  // what each factor k of first .. last - 1 gains by x_i = 1
  const auto gain = [&](int i, int first, int last) {
    Matrix<double> on = x, off = x;
    on(0, i) = 1, off(0, i) = 0;
    double sum = 0;
    for (int k = first; k < last; ++k) sum += log_factor(on, k) - log_factor(off, k);
    return sum;
  };
  Numbers yours, right, own, later, joint, everything, probability;
  for (int i = 0; i < d; ++i) {
    Matrix<double> other = x;
    other(0, i) = 1 - x(0, i);  // x_i must not matter
    yours.push_back(logit_given_all_others(W, b, i % 2 ? x : other, i));
    right.push_back(gain(i, 0, d));
    own.push_back(gain(i, i, i + 1));
    later.push_back(gain(i, i + 1, d));
    double logit = b(0, i), linear = b(0, i);
    for (int j = 0; j < d; ++j) logit += j == i ? 0 : x(0, j) * W(j, i);
    for (int j = 0; j < d; ++j) linear += x(0, j) * (j < i ? W(j, i) : j > i ? W(i, j) : 0);
    everything.push_back(logit), joint.push_back(linear);
    probability.push_back(1 / (1 + std::exp(-right.back())));
  }
  lesson::equal(
      attempt, "for i = 0 .. d-1", yours, right,
      {{own, "", "this is the logit given the pixels before it. The later ones are given too, and tell something."},
       {later, "", "the later pixels are there. Where is its own conditional?"},
       {everything, "", "all of W's column is used. Only W(j, i) with j < i counts: what do later pixels say of x_i?"},
       {joint, "", "the later weights are added up, but not what they change in log(1 + exp(logit)) of those pixels."},
       {probability, "", "this is the probability. The logit is asked for: log p / (1 - p)."}});
}

const Exercise kLogit{
    .number = "3.6",
    .slug = "eq:graph",
    .task = "one pixel of a belief net, given all others",
    .statement = "log p(x_i = 1 | x_-i) - log p(x_i = 0 | x_-i)",
    .points = 3,
    .minutes = 30,
    .hints =
        {"p(x_i | all others) = p(x) / p(all others). What is left in the difference of two logarithms?",
         "log p(x with x_i = 1) - log p(x with x_i = 0), as sums of the logarithms of the factors. Which factors know "
         "x_i?",
         "its own logit, plus for each k > i: log p(x_k | ..., x_i = 1) - log p(x_k | ..., x_i = 0), with "
         "log p(x_k | ...) = x_k l - log(1 + exp l)"},
    .check = check_logit};

}  // namespace
}  // namespace ch03

int main(int argc, char** argv) {
  using namespace ch03;
  return lesson::check_exercises(argc, argv, "03_graphical_models",
                                 {kNumbers, kSample, kDiagnosis, kSeparated, kMask, kLogit});
}
