#pragma once
// What the parts of chapter 03 are called, in the order of its text. What stands under the name of a part is defined
// in that file.

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/bayesian_network.hpp"
#include "models/data/binarise.hpp"
#include "models/data/dataset.hpp"
#include "models/fully_visible_belief_net.hpp"
#include "models/statistics/estimate.hpp"
#include "models/training/layers.hpp"
#include "plots/output.hpp"

namespace ch03 {

using autograd::Buffer;
using autograd::Index;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Slot;
using autograd::Tape;
using autograd::Var;
using autograd::Watched;
using models::BayesianNetwork;
using models::DirectedGraph;
using models::Joint;

inline double sigmoid(double logit) { return 1 / (1 + std::exp(-logit)); }

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  // p(x) = Π_j p(x_j | Pa(x_j))
  double (*product)(const BayesianNetwork& network, std::span<const int> x);
  // A draw from the network: every variable after its parents.
  void (*sample)(const BayesianNetwork& network, const models::Random& random, std::uint64_t draw, std::span<int> x);
  // P(A | B) = P(A, B) / P(B)
  double (*conditional)(const Joint& joint, const models::Assignment& event, const models::Assignment& given);
  // Whether the graph separates a from b, given some nodes.
  bool (*separated)(const DirectedGraph& graph, int a, int b, std::span<const int> given);
  // What the network of a node is shown of the others: 1 for its parents, 0 for all other nodes. 1×M.
  Matrix<double> (*shown)(const DirectedGraph& graph, int node);
  // M_ji = 1 where pixel i may look at pixel j: the earlier ones.
  Matrix<float> (*mask)(Index pixels);
  // The probability of two bits, of which each is a fair coin and agrees with the other with probability 0.99.
  double (*two_bits)(std::span<const int> x);
};

// The right ones.
Ingredients right();

// The wrong two_bits: the logit of each is the mean of what it is when that bit comes first and when it comes second.
double orderings_averaged(std::span<const int> x);

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// sprinkler.cpp: a network of four tables, the factorisation of any joint distribution, and what is no factorisation.

// Cloudy, sprinkler, rain, wet grass.
enum Sprinkler { kCloudy, kSprinkler, kRain, kWet };
BayesianNetwork sprinkler();

// claim:explaining-away: what the four tables say of causes, once an effect has been seen.
void explaining_away(lesson::Lesson& lesson, const Ingredients& use);

// Five nodes, with a chain, a fork and two colliders; the tables are drawn by the seed.
DirectedGraph five_nodes();
BayesianNetwork random_network(const DirectedGraph& graph, std::uint64_t seed, std::uint64_t number = 0);

// eq:graph: the product of the conditionals is a distribution, ancestral sampling draws from it.
void factorisation(lesson::Lesson& lesson, int draws, const Ingredients& use);

// eq:graph, where it does not hold: with the index that the notes print, and around a cycle.
void what_is_no_factorisation(lesson::Lesson& lesson);

// Adds to `equation` that the means of `draws` draws of x_1 .. x_M, and of every product of two of them, are those of
// the joint distribution.
void compare_with_draws(lesson::Equation& equation, const std::string& label, const BayesianNetwork& network,
                        const Ingredients& use, int draws, const models::Random& random);

// ---
// separation.cpp: test:d-separation: the graph says which variables are independent, whatever the tables are.

// Every graph of n nodes, up to the nodes' names: arrows lead from smaller numbers to larger ones.
std::vector<DirectedGraph> all_graphs(int n);

void separation(lesson::Lesson& lesson, int nodes, const Ingredients& use);

// ---
// networks.cpp: conditionals that are small networks, trained on samples.

// For each node j a network with one hidden layer of tanh units, which gives the logit of p(x_j = 1 | Pa(x_j)).
class NeuralConditionals {
 public:
  using Shown = Matrix<double> (*)(const DirectedGraph& graph, int node);
  NeuralConditionals(Parameters<double>& parameters, const DirectedGraph& graph, Index hidden, std::uint64_t seed,
                     Shown shown);

  // Σ_j log p(x_j | Pa(x_j)) in nats.     x: n×M, zeros and ones   returns: n×1
  Var<Matrix<double>> log_prob(const Watched<double>& theta, const Var<Matrix<double>>& x) const;

  // The same conditionals, at fixed parameters, as a network that can be enumerated and drawn from.
  BayesianNetwork network(const Parameters<double>& parameters) const;

 private:
  struct Node {
    models::Mlp hidden;
    models::Affine output;
  };
  // x_j's logit.     x: n×M   returns: n×1
  Var<Matrix<double>> logit(const Watched<double>& theta, const Var<Matrix<double>>& x, int j) const;

  DirectedGraph graph_;
  std::vector<Node> nodes_;
  std::vector<Matrix<double>> shown_;
};

// eq:graph, with networks for tables: trained on `samples` draws of a network of random tables.
void neural_conditionals(lesson::Lesson& lesson, int samples, const Ingredients& use);

// A child of k parents, learned from so many samples as a table, by logistic regression, and by a small network: the
// mean of KL( p(y|x) ‖ q(y|x) ) over the parents' values, in nats, for each of `repeats` data sets.
struct ManyParents {
  int k;
  models::Estimate table, logistic, network;
  models::Estimate table_minus_network;  // paired, data set by data set
};
ManyParents many_parents(int k, int samples, int repeats, std::uint64_t seed);

// eq:graph: with ten parents a network needs far fewer samples than a table.
std::vector<ManyParents> tables_and_networks(lesson::Lesson& lesson, const std::vector<int>& parents, int samples,
                                             int repeats);

// ---
// belief_net.cpp: a graph of 784 nodes. test:ladder.

struct BeliefNetSettings {
  int epochs = 20, batch = 200;
  double learning_rate = 0.01;  // at the start; it falls to a hundredth of it along a cosine
  std::string binarisation = "dynamic";
};

struct TrainedBeliefNet {
  Parameters<float> parameters{};
  std::unique_ptr<models::FullyVisibleBeliefNet<float>> net{};

  // log p(x) of every row, in nats.
  Eigen::VectorXd log_prob(const Matrix<float>& x) const;
};

// Pixel i is 1 with probability p_i = (N m_i + 1) / (N + 2), where m_i is its mean grey value: never 0 or 1. 1×d.
Matrix<float> pixel_means(const models::Dataset& images);

// The net without an arrow: independent pixels.
TrainedBeliefNet untrained(const models::Dataset& images, const Ingredients& use);

// Called after each epoch with the mean log p(x) of its images, in nats, each as it was met.
using AfterEpoch = std::function<void(const TrainedBeliefNet& trained, double train)>;

// From there on, Adam on minibatches.
TrainedBeliefNet train_belief_net(
    const models::Dataset& images, const BeliefNetSettings& settings, std::uint64_t seed, const Ingredients& use,
    const AfterEpoch& after_epoch = [](const TrainedBeliefNet&, double) {});

// The part of every image with the given corner and size.
models::Dataset crop(const models::Dataset& images, int top, int left, int height, int width);

// test:ladder: on twelve pixels everything can be written out.
void belief_net_of_twelve_pixels(lesson::Lesson& lesson, const models::Dataset& images, int draws,
                                 const Ingredients& use);

// The trained net, and the mean log p(x) by epoch.
struct Climb {
  TrainedBeliefNet top{};
  std::vector<double> train{}, test{};
};

// test:ladder: the whole image. `test` is black and white. Adds the ladder's first rungs. `progress`, if given, is
// shown each epoch.
Climb ladder(lesson::Lesson& lesson, const models::TrainTest& data, const Matrix<float>& test,
             const BeliefNetSettings& settings, const Ingredients& use, lesson::Progress* progress = nullptr);

// ---
// drawing.cpp: graphs as pictures.

// A node's place, in steps of a grid, x to the right and y down; what stands in it and under it.
struct Place {
  double x, y;
  std::string name, caption = "";
};

// SVG text. Arrows are straight, or bend upwards the more the farther they lead.
std::string svg(const DirectedGraph& graph, const std::vector<Place>& places, double bend = 0);

// ---
// figures.cpp: the chapter's figures.

// 03_sprinkler, 03_paths, 03_five_nodes, 03_belief_net: graphs, as SVG whatever the format of the others.
void draw_graphs(const plots::Output& output);
// 03_parents: what a child of k parents costs as a table and as a network.
void plot_parents(const std::vector<ManyParents>& results, int samples, const plots::Output& output);
// 03_training: the log-likelihood of the belief net by epoch.
void plot_training(const Climb& climb, const plots::Output& output);
// 03_samples: test images, draws of independent pixels, draws of the belief net.
void plot_samples(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                  std::uint64_t seed, const plots::Output& output);
// 03_completions: the upper halves of test images, completed.
void plot_completions(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                      std::uint64_t seed, const plots::Output& output);
// 03_costs: where in the image the nats are spent.
void plot_costs(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                const plots::Output& output);

}  // namespace ch03
