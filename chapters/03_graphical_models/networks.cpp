// Conditionals that are small networks: trained on samples, they come to the tables that counting gives; with many
// parents they need far fewer samples.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "autograd/autograd.hpp"
#include "chapters/03_graphical_models/chapter.hpp"
#include "models/statistics/distributions.hpp"
#include "models/statistics/enumerate.hpp"
#include "models/training/minimise.hpp"

namespace ch03 {

using models::Activation;
using models::Affine;
using models::minimise;
using models::Mlp;
using models::Random;

namespace {

// States as rows of a matrix.
Matrix<double> as_rows(const std::vector<std::vector<int>>& states) {
  Matrix<double> x(states.size(), states[0].size());
  for (Index r = 0; r < x.rows(); ++r)
    for (Index j = 0; j < x.cols(); ++j) x(r, j) = states[r][j];
  return x;
}

}  // namespace

NeuralConditionals::NeuralConditionals(Parameters<double>& parameters, const DirectedGraph& graph, Index hidden,
                                       std::uint64_t seed, Shown shown)
    : graph_(graph) {
  for (int j = 0; j < graph.nodes(); ++j) {
    const std::string name = fmt::format("node{}", j);
    nodes_.push_back({Mlp(parameters, name, {graph.nodes(), hidden}, Activation::tanh, seed),
                      Affine(parameters, name + ".output", hidden, 1, seed)});
    shown_.push_back(shown(graph, j));
  }
}

Var<Matrix<double>> NeuralConditionals::logit(const Watched<double>& theta, const Var<Matrix<double>>& x,
                                              int j) const {
  return nodes_[j].output(theta, nodes_[j].hidden(theta, x * shown_[j]));
}

Var<Matrix<double>> NeuralConditionals::log_prob(const Watched<double>& theta, const Var<Matrix<double>>& x) const {
  Var<Matrix<double>> logits = logit(theta, x, 0);
  for (int j = 1; j < graph_.nodes(); ++j) logits = hstack(logits, logit(theta, x, j));
  return models::bernoulli_log_prob(x, logits);
}

BayesianNetwork NeuralConditionals::network(const Parameters<double>& parameters) const {
  std::vector<models::Conditional> conditionals;
  for (int j = 0; j < graph_.nodes(); ++j)
    conditionals.push_back([this, &parameters, j](std::span<const int> parents) {
      Matrix<double> x = Matrix<double>::Zero(1, graph_.nodes());
      for (std::size_t k = 0; k < parents.size(); ++k) x(0, graph_.parents[j][k]) = parents[k];
      Tape tape;
      const Watched<double> theta(tape, parameters);
      return sigmoid(logit(theta, tape.constant(x), j).value()(0, 0));
    });
  return {graph_, conditionals};
}

namespace {

// How often each state was drawn, in the order of Joint::states.
Eigen::VectorXd counts(const BayesianNetwork& network, int samples, std::uint64_t seed) {
  Eigen::VectorXd count = Eigen::VectorXd::Zero(Index{1} << network.variables());
  const Random random(seed, models::Purpose::data);
  std::vector<int> x(network.variables());
  for (int draw = 0; draw < samples; ++draw) {
    network.sample(random, draw, x);
    Index state = 0;
    for (const int value : x) state = 2 * state + value;
    ++count[state];
  }
  return count;
}

// Σ over the samples of log p(x).
double log_likelihood(const Joint& joint, const Eigen::VectorXd& count) {
  double sum = 0;
  for (Index s = 0; s < count.size(); ++s) sum += count[s] > 0 ? count[s] * std::log(joint.p[s]) : 0;
  return sum;
}

// The tables that make the samples likeliest: p(x_j = 1 | Pa(x_j)) is how often x_j was 1 with these parents.
BayesianNetwork counted(const DirectedGraph& graph, const Eigen::VectorXd& count) {
  const Joint seen(graph.nodes(), [&, s = Index{0}](auto) mutable { return count[s++]; });
  std::vector<models::Conditional> conditionals;
  for (int j = 0; j < graph.nodes(); ++j) {
    std::vector<double> p_one;
    for (const auto& values : models::tuples(2, graph.parents[j].size())) {
      models::Assignment given;
      for (std::size_t k = 0; k < values.size(); ++k) given.emplace_back(graph.parents[j][k], values[k]);
      p_one.push_back(seen.conditional({{j, 1}}, given));
    }
    conditionals.push_back(models::table(p_one));
  }
  return {graph, conditionals};
}

// P(χ² with 2m degrees of freedom > x) = e^{-x/2} Σ_{k<m} (x/2)^k / k!
double chi_square_tail(double x, int m) {
  double term = 1, sum = 0;
  for (int k = 0; k < m; ++k) sum += term, term *= x / 2 / (k + 1);
  return std::exp(-x / 2) * sum;
}

}  // namespace

void neural_conditionals(lesson::Lesson& lesson, int samples, const Ingredients& use) {
  const DirectedGraph graph = five_nodes();
  const BayesianNetwork truth = random_network(graph, lesson.seed());
  const Eigen::VectorXd count = counts(truth, samples, lesson.seed());

  Parameters<double> parameters;
  const NeuralConditionals networks(parameters, graph, 4, lesson.seed(), use.shown);
  const double untrained_sum = networks.network(parameters).joint().total();
  const Matrix<double> states = as_rows(truth.joint().states), share = count / samples;
  minimise(
      parameters,
      [&](const Watched<double>& theta) {
        Tape& tape = theta.tape();
        return -dot(tape.constant(share), networks.log_prob(theta, tape.constant(states)));
      },
      3000, 0.03);

  const BayesianNetwork trained = networks.network(parameters);
  const Joint joint = trained.joint();
  const double reached = log_likelihood(joint, count), best = log_likelihood(counted(graph, count).joint(), count);
  const double ratio = 2 * (reached - log_likelihood(truth.joint(), count));
  auto equation = lesson.equation("1.4", "Π_j p_θ(x_j | Pa(x_j)), every conditional a network", "eq:graph");
  equation.exact("untrained: 32 states sum to 1", untrained_sum, 1)
      .exact("trained: they still do", joint.total(), 1)
      .exact("  nats a sample, best tables'", reached / samples, best / samples, 1e-6)
      .p_value("  2 (log p_θ - log p*): χ²_12", chi_square_tail(ratio, 6));
  compare_with_draws(equation, "  20,000 draws", trained, use, 20'000,
                     Random(lesson.seed(), models::Purpose::sampling, 1));
}

namespace {

// The true p(y = 1 | x) of a child of k fair coins: every parent pulls, and the first two together.
double truth(const Eigen::RowVectorXd& x, const Random& random) {
  double logit = 0;
  for (Index j = 0; j < x.size(); ++j) logit += (2 * x[j] - 1) * random.normal(j);
  return sigmoid(x.size() < 2 ? logit : logit + (2 * x[0] - 1) * (2 * x[1] - 1));
}

double kl(double p, double q) { return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q)); }

// A child of k parents: what is true, and samples of it.
struct Family {
  Matrix<double> all, x, y;  // all 2^k values of the parents; those that were drawn, and the child's
  std::vector<int> row;      // of the drawn values, in `all`
  Eigen::VectorXd p_one;     // p(y = 1 | x), for all values

  Family(int k, int samples, const Random& random, const Random& weights)
      : all(as_rows(models::tuples(2, k))), x(samples, k), y(samples, 1), p_one(all.rows()) {
    for (Index r = 0; r < all.rows(); ++r) p_one[r] = truth(all.row(r), weights);
    for (int i = 0; i < samples; ++i) {
      row.push_back(std::min<Index>(all.rows() * random.uniform(2 * i), all.rows() - 1));
      x.row(i) = all.row(row[i]);
      y(i, 0) = random.uniform(2 * i + 1) < p_one[row[i]];
    }
  }
  // The mean over all values of the parents, which are equally likely.
  double divergence(const Eigen::VectorXd& q) const { return p_one.binaryExpr(q, &kl).mean(); }
};

// A table, whose rows start at one success and one failure, so that no probability becomes 0 (Laplace).
Eigen::VectorXd by_table(const Family& family) {
  Eigen::VectorXd ones = Eigen::VectorXd::Ones(family.all.rows()), all = 2 * ones;
  for (Index i = 0; i < family.x.rows(); ++i) ones[family.row[i]] += family.y(i, 0), ++all[family.row[i]];
  return ones.cwiseQuotient(all);
}

// A network with so many tanh units; with none it is logistic regression.
Eigen::VectorXd by_network(const Family& family, int hidden, std::uint64_t seed) {
  const Index k = family.x.cols();
  Parameters<double> parameters;
  const Mlp layer(parameters, "hidden", hidden > 0 ? std::vector<Index>{k, hidden} : std::vector<Index>{k},
                  Activation::tanh, seed);
  const Affine output(parameters, "output", hidden > 0 ? hidden : k, 1, seed);
  const auto logits = [&](const Watched<double>& theta, const Matrix<double>& x) {
    return output(theta, layer(theta, theta.tape().constant(x)));
  };
  minimise(
      parameters,
      [&](const Watched<double>& theta) {
        return -mean(models::bernoulli_log_prob(theta.tape().constant(family.y), logits(theta, family.x)));
      },
      300, 0.05);
  Tape tape;
  return logits(Watched<double>(tape, parameters), family.all).value().col(0).unaryExpr(&sigmoid);
}

}  // namespace

ManyParents many_parents(int k, int samples, int repeats, std::uint64_t seed) {
  models::RunningMean table, logistic, network, difference;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const std::uint64_t number = 2 * (1000 * k + repeat);
    const Family family(k, samples, Random(seed, models::Purpose::data, number),
                        Random(seed, models::Purpose::data, number + 1));
    const double of_table = family.divergence(by_table(family));
    const double of_network = family.divergence(by_network(family, 8, seed + repeat));
    table.add(of_table), network.add(of_network), difference.add(of_table - of_network);
    logistic.add(family.divergence(by_network(family, 0, seed + repeat)));
  }
  return {k, table.estimate(), logistic.estimate(), network.estimate(), difference.estimate()};
}

std::vector<ManyParents> tables_and_networks(lesson::Lesson& lesson, const std::vector<int>& parents, int samples,
                                             int repeats) {
  std::vector<ManyParents> results;
  for (const int k : parents) results.push_back(many_parents(k, samples, repeats, lesson.seed()));
  const ManyParents& few = results.front();
  const ManyParents& many = results.back();
  lesson.equation("1.4", "KL( p* ‖ p_θ ): a table of 2^k rows, a network of 10 k + 9 weights", "eq:graph")
      .at_most(fmt::format("{} parents: table - net", few.k), few.table_minus_network, 0)
      .at_least(fmt::format("{} parents: table - net", many.k), many.table_minus_network, 0.02);
  lesson.metric("table_kl", many.table.mean).shown("03_parents", "table, 2^k rows", many.k);
  lesson.metric("logistic_kl", many.logistic.mean).shown("03_parents", "logistic regression, k + 1 weights", many.k);
  lesson.metric("network_kl", many.network.mean).shown("03_parents", "network, 10 k + 9 weights", many.k);
  return results;
}

}  // namespace ch03
