// What ranks_test.py starts with mpirun, and without:
//   ranks_program train FOLDER SHARDS STEPS   by every optimiser, from the checkpoints in FOLDER if there are any;
//                                             saves them there and prints what the models are worth, to the last bit
//   ranks_program shard NUMBER                a shard throws
//   ranks_program not-finite                  a shard's loss is not finite
//   ranks_program unwritable                  the first rank cannot save
//   ranks_program alone RANK                  a rank throws outside of what all do together
//   ranks_program killed RANK FOLDER          a rank is killed after a checkpoint was written
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
#include "models/vae/evaluate.hpp"
#include "models/vae/vae_trainer.hpp"
#include "tests/models/small_training.hpp"

using namespace models;

namespace {

struct Recipe {
  const char* name;
  Method method;
  BoundSettings bound{};
};
const std::vector<Recipe> kRecipes{{"adam", Method::adam},
                                   {"momentum", Method::momentum},
                                   {"sgd", Method::sgd, {Objective::iwae, 3}},
                                   {"soap", Method::soap, {.kl = Kl::path}}};

// Some of its matrices are more than a block.
const VaeShape kShape{.pixels = 64, .latent = 3, .hidden = {300}};

VaeTrainingSettings settings(const Ranks& ranks, const Recipe& recipe, int shards) {
  return {.batch = 50,
          .epochs = 100,
          .learning_rate = 1e-3,
          .bound = recipe.bound,
          .trainer = {.shards = shards, .threads = 1, .optimiser = {.method = recipe.method}, .ranks = ranks}};
}

// Means over the images and how far they are spread, as the bits of a double.
void print_worth(const Ranks& ranks, const Recipe& recipe, const VaeTrainer<float>& trainer) {
  const Matrix<float> x = as_matrix<float>(load_all_digits(TAPESTRY_DATA), {Binarisation::fixed, 1});
  const Evaluation e = evaluate(trainer.vae(), trainer.parameters(), x, 1, {}, ranks);
  std::vector<int> done;
  const LogLikelihood l = importance_log_likelihood<float>(
      trainer.vae(), trainer.parameters(), x.topRows(205), 100, 1, [&](int count) { done.push_back(count); }, ranks);
  if (done.empty() || done.back() != 205) throw std::runtime_error("the last image was not reported");
  if (ranks.first())
    fmt::print("{} {:a} {:a} {:a} {:a} {:a} {:a} {:a}\n", recipe.name, e.elbo, e.se, e.rate, e.distortion, l.mean,
               l.se, l.monte_carlo_se);
}

void train(const Ranks& ranks, const std::string& folder, int shards, int steps) {
  for (const Recipe& recipe : kRecipes) {
    VaeTrainer<float> trainer(few_digits(), kShape, settings(ranks, recipe, shards));
    const std::string path = folder + "/" + recipe.name;
    if (std::filesystem::exists(path)) trainer.load(path, 1);
    ranks.together([] {});  // nobody writes what another one still reads
    for (int i = 0; i < steps; ++i) trainer.step();
    trainer.save(path, Matrix<double>::Zero(0, 1));
    print_worth(ranks, recipe, trainer);
  }
}

// A loss of one parameter, whose shards do what `f` makes of it. Throws unless a step that fails changes nothing.
void step_of(const Ranks& ranks, const std::function<Var<double>(const Var<double>&, const Shard&)>& f) {
  Parameters<double> parameters;
  const autograd::Slot p = parameters.add("p", 1, 1);
  parameters[p](0, 0) = -1;
  Trainer<double> trainer(parameters, {.shards = 5, .threads = 1, .ranks = ranks});
  try {
    trainer.step([&](const Watched<double>& theta, const Shard& shard) { return f(sum(theta[p]), shard); }, 10, 0.1);
  } catch (const std::exception&) {
    if (parameters[p](0, 0) != -1 || trainer.optimiser().steps != 0)
      throw std::logic_error("the step has changed something");
    throw;
  }
}

void train_until(const Ranks& ranks, const std::string& path, const std::function<void()>& accident) {
  VaeTrainer<float> trainer(few_digits(), kShape, settings(ranks, kRecipes[0], 4));
  for (int i = 0; i < 100; ++i) {
    trainer.step();
    if (i == 2 && !path.empty()) trainer.save(path, Matrix<double>::Zero(0, 1));
    if (i == 2) accident();
  }
}

void run(const Ranks& ranks, const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  if (what == "train") return train(ranks, words.at(1), std::stoi(words.at(2)), std::stoi(words.at(3)));
  if (what == "shard") {
    return step_of(ranks, [&](const auto& p, const Shard& shard) {
      if (shard.number >= std::stoi(words.at(1)))
        throw std::runtime_error(fmt::format("shard {} is broken", shard.number));
      return p;
    });
  }
  if (what == "not-finite")
    return step_of(ranks, [](const auto& p, const Shard& shard) { return shard.number == 3 ? log(p) : square(p); });
  if (what == "unwritable") {
    VaeTrainer<float> trainer(few_digits(), kShape, settings(ranks, kRecipes[0], 4));
    return trainer.save("/dev/null/x", Matrix<double>::Zero(0, 1));
  }
  const bool here = ranks.rank == std::stoi(words.at(1));
  if (what == "alone")
    return train_until(ranks, "", [&] {
      if (here) throw std::runtime_error("this rank has had enough");
    });
  if (what == "killed")
    return train_until(ranks, words.at(2) + "/adam", [&] {
      if (here) raise(SIGKILL);
    });
  throw std::invalid_argument("unknown: " + what);
}

}  // namespace

int main(int argc, char** argv) {
  const Ranks ranks = join_ranks();
  try {
    run(ranks, {argv + 1, argv + argc});
    return leave_ranks(ranks, 0, "");
  } catch (const std::exception& error) {
    if (ranks.first()) fmt::print(stderr, "ranks_program: {}\n", error.what());
    return leave_ranks(ranks, 1, error.what());
  }
}
