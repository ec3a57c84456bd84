// Section 1.4 on networks small enough to be written out: four tables, five nodes with random tables, and two products
// that look like a factorisation and are none.
#include <fmt/format.h>

#include <cmath>

#include "chapters/03_graphical_models/chapter.hpp"
#include "models/statistics/enumerate.hpp"

namespace ch03 {

using models::Assignment;
using models::Random;
using models::table;

// The tables of Russell & Norvig, "Artificial Intelligence: A Modern Approach", 2nd edition, figure 14.11.
BayesianNetwork sprinkler() {
  return {DirectedGraph{{{}, {kCloudy}, {kCloudy}, {kSprinkler, kRain}}},
          {table({0.5}), table({0.5, 0.1}), table({0.2, 0.8}), table({0, 0.9, 0.9, 0.99})}};
}

void explaining_away(lesson::Lesson& lesson, const Ingredients& use) {
  const BayesianNetwork network = sprinkler();
  const Joint joint(4, [&](auto x) { return use.product(network, x); });
  const Assignment cloudy{{kCloudy, 1}}, on{{kSprinkler, 1}}, rain{{kRain, 1}}, wet{{kWet, 1}};
  const Assignment wet_and_rain{{kWet, 1}, {kRain, 1}};

  // by hand: P(S) = ½ (0.5 + 0.1), P(R) = ½ (0.2 + 0.8), P(W) = 0.9 P(S, ¬R) + 0.9 P(¬S, R) + 0.99 P(S, R),
  // with P(S, R) = ½ (0.5 · 0.2 + 0.1 · 0.8) = 0.09
  const double both = 0.09, only_s = 0.3 - both, only_r = 0.5 - both;
  const double p_wet = 0.9 * only_s + 0.9 * only_r + 0.99 * both;
  const double wet_and_s = 0.9 * only_s + 0.99 * both, wet_and_r = 0.9 * only_r + 0.99 * both;
  lesson.equation("1.4", "P(S|W) > P(S|W,R): an effect seen, one cause explains it away", "claim:explaining-away")
      .exact("P(W)", joint.probability(wet), p_wet)
      .exact("P(S|W)", use.conditional(joint, on, wet), wet_and_s / p_wet)
      .exact("P(R|W)", use.conditional(joint, rain, wet), wet_and_r / p_wet)
      .exact("P(S|W,R)", use.conditional(joint, on, wet_and_rain), 0.99 * both / wet_and_r)
      .at_least("P(S|W) - P(S|W,R)", use.conditional(joint, on, wet) - use.conditional(joint, on, wet_and_rain), 0.2)
      .exact("corr(S, R)", joint.correlation(kSprinkler, kRain), (both - 0.15) / std::sqrt(0.3 * 0.7 * 0.25))
      .at_most("corr(S, R | W)", joint.correlation(kSprinkler, kRain, wet), -0.7)
      .exact("corr(S, R | C)", joint.correlation(kSprinkler, kRain, cloudy), 0);
}

// a → c ← b, c → d, b → e ← d
DirectedGraph five_nodes() { return {{{}, {}, {0, 1}, {2}, {1, 3}}}; }

// Every probability is uniform on 0.1 .. 0.9, so that no state is nearly impossible.
BayesianNetwork random_network(const DirectedGraph& graph, std::uint64_t seed, std::uint64_t number) {
  const Random random(seed, models::Purpose::data, number);
  std::vector<models::Conditional> conditionals;
  std::uint64_t drawn = 0;
  for (const auto& parents : graph.parents) {
    std::vector<double> p_one(std::size_t{1} << parents.size());
    for (double& p : p_one) p = 0.1 + 0.8 * random.uniform(drawn++);
    conditionals.push_back(table(p_one));
  }
  return {graph, conditionals};
}

void compare_with_draws(lesson::Equation& equation, const std::string& label, const BayesianNetwork& network,
                        const Ingredients& use, int draws, const models::Random& random) {
  const int M = network.variables();
  const auto pairs = models::subsets(M, 2);
  const auto features = [&](std::span<const int> x) {
    Eigen::VectorXd out(M + pairs.size());
    for (int j = 0; j < M; ++j) out[j] = x[j];
    for (std::size_t k = 0; k < pairs.size(); ++k) out[M + k] = x[pairs[k][0]] * x[pairs[k][1]];
    return out;
  };
  const Joint joint = network.joint();
  Eigen::VectorXd exact = Eigen::VectorXd::Zero(M + pairs.size());
  for (std::size_t s = 0; s < joint.p.size(); ++s) exact += joint.p[s] * features(joint.states[s]);

  models::RunningMeans drawn(exact.size());
  std::vector<int> x(M);
  for (int draw = 0; draw < draws; ++draw) {
    use.sample(network, random, draw, x);
    drawn.add(features(x));
  }
  const Eigen::VectorXd mean = drawn.mean(), se = drawn.standard_error();
  const auto numbers = [](const Eigen::VectorXd& v) { return std::span<const double>(v.data(), v.size()); };
  equation.sampled(label, numbers(mean), numbers(se), numbers(exact));
}

void factorisation(lesson::Lesson& lesson, int draws, const Ingredients& use) {
  const BayesianNetwork network = random_network(five_nodes(), lesson.seed());
  const Joint joint(5, [&](auto x) { return use.product(network, x); });

  // every row of every table must come back out of the joint distribution
  std::vector<double> from_joint, from_table;
  for (int j = 0; j < 5; ++j)
    for (const auto& values : models::tuples(2, network.graph().parents[j].size())) {
      Assignment parents;
      std::vector<int> x(5);
      for (std::size_t k = 0; k < values.size(); ++k) {
        parents.emplace_back(network.graph().parents[j][k], values[k]);
        x[parents[k].first] = values[k];
      }
      x[j] = 1;
      from_joint.push_back(joint.conditional({{j, 1}}, parents));
      from_table.push_back(network.factor(j, x));
    }

  auto equation = lesson.equation("1.4", "p(x_1, ..., x_M) = Π_j p(x_j | Pa(x_j))", "eq:graph");
  equation.exact("5 nodes: 32 states sum to 1", joint.total(), 1)
      .exact("  the 12 p(x_j=1|Pa) of them", from_joint, from_table);
  compare_with_draws(equation, fmt::format("  {} draws", lesson::thousands(draws)), network, use, draws,
                     Random(lesson.seed(), models::Purpose::sampling));
}

void what_is_no_factorisation(lesson::Lesson& lesson) {
  // "P_n(x_i)", the parents of another node: Π_j p(x_j | Pa(x_i)), with i
  // fixed and all conditionals those of the joint
  const BayesianNetwork network = sprinkler();
  const Joint joint = network.joint();
  const auto printed = [&](int i) {
    return Joint(4, [&](std::span<const int> x) {
      Assignment given;
      for (const int parent : network.graph().parents[i]) given.emplace_back(parent, x[parent]);
      double product = 1;
      for (int j = 0; j < 4; ++j) product *= joint.conditional({{j, x[j]}}, given);
      return product;
    });
  };
  lesson.equation("1.4", "Π_j p(x_j | Pa(x_i)), the index as printed", "eq:graph")
      .fails("i = wet: sum over 16 states", printed(kWet).total(), 1, "4 values of its parents")
      .fails("i = rain: sum over 16 states", printed(kRain).total(), 1, "2 values of its parent")
      .fails("i = cloudy: p(no wet, S, R)", printed(kCloudy).probability({{kSprinkler, 1}, {kRain, 1}, {kWet, 0}}),
             joint.probability({{kSprinkler, 1}, {kRain, 1}, {kWet, 0}}), "all independent");

  // two arrows between a and b: each agrees with the other with probability 0.9
  const auto agrees = [](std::span<const int> x) { return x[0] == x[1] ? 0.9 : 0.1; };
  const Joint cycle(2, [&](auto x) { return agrees(x) * agrees(x); });
  const Joint chain(2, [&](auto x) { return 0.5 * agrees(x); });
  lesson.equation("1.4", "around a cycle a → b → a the product does not sum to 1", "eq:graph")
      .exact("p(a) p(b|a): sum of 4", chain.total(), 1)
      .exact("p(a|b) p(b|a): sum of 4", cycle.total(), 2 * 0.9 * 0.9 + 2 * 0.1 * 0.1);
}

}  // namespace ch03
