// bench_reference FILE: what PyTorch must agree with before it is timed, as safetensors. For each training step the
// loss and gradient of one minibatch, with all that they are a function of (parameters, binarised images, noise); for
// each of the functions A to E its point, value and gradient.
#include <cstdio>
#include <deque>

#include "autograd/autograd.hpp"
#include "models/data/safetensors.hpp"
#include "models/statistics/random.hpp"
#include "tests/bench/functions/problem.hpp"
#include "tests/bench/vae_step/cases.hpp"

namespace {

using autograd::Buffer;
using autograd::Matrix;
using models::Watched;

// Tensors, and the numbers they point at.
struct Tensors {
  std::deque<Matrix<float>> kept;
  std::deque<std::vector<double>> kept_doubles;
  std::vector<models::TensorView> views;

  void add(const std::string& name, const std::vector<double>& values) {
    const std::vector<double>& v = kept_doubles.emplace_back(values);
    views.push_back(models::view(name, {static_cast<std::int64_t>(v.size())}, std::span<const double>(v)));
  }
  void add(const std::string& name, Matrix<float> values) {
    const Matrix<float>& m = kept.emplace_back(std::move(values));
    views.push_back(models::view(name, {m.rows(), m.cols()}, std::span(m.data(), m.size())));
  }
};

void add_case(const bench::Case& c, Tensors& tensors) {
  const models::Dataset& images = bench::training_images();
  models::VaeTrainer<float> trainer(images, c.shape(), bench::settings(c, 1));
  for (int i = 0; i < 20; ++i) trainer.step();  // away from biases that are 0

  models::Minibatches batches(images.count(), c.batch);
  Matrix<float> x(c.batch, images.dimensions()), epsilon(c.batch, c.latent);
  models::fill_batch(images, batches.batch(0, 0), {models::Binarisation::dynamic, 1, 0}, x);
  models::Random(1).fill_normal(std::span(epsilon.data(), epsilon.size()));

  const auto loss = [&](const Watched<float>& theta) {
    autograd::Tape& tape = theta.tape();
    return -autograd::mean(models::bound(trainer.vae(), theta, tape.constant(x), tape.constant(epsilon), {}).value);
  };
  autograd::Tape tape;
  const auto& parameters = trainer.parameters();
  Buffer<float> gradient = Buffer<float>::Zero(parameters.size());
  const float value = autograd::value_and_gradient(loss, parameters, gradient, tape);

  tensors.add(c.name() + "/x", x);
  tensors.add(c.name() + "/epsilon", epsilon);
  tensors.add(c.name() + "/loss", Matrix<float>::Constant(1, 1, value));
  for (std::size_t i = 0; i < parameters.entries().size(); ++i) {
    const std::string name = c.name() + "/" + parameters.entries()[i].name;
    tensors.add(name, parameters[autograd::Slot{i}]);
    tensors.add(name + "/gradient", parameters.view(gradient, autograd::Slot{i}));
  }
}

void add_function(char function, Tensors& tensors) {
  const bench::Problem& p = bench::problem(function);
  std::vector<double> gradient(p.x.size());
  const double value = bench::gradient_by_hand(function, p.x, gradient);
  const std::string name(1, function);
  tensors.add(name + "/x", p.x);
  tensors.add(name + "/data", p.data);
  tensors.add(name + "/target", p.target);
  tensors.add(name + "/value", std::vector<double>{value});
  tensors.add(name + "/gradient", gradient);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: bench_reference FILE\n"), 2;
  Tensors tensors;
  for (const bench::Case& c : bench::kCases) add_case(c, tensors);
  for (const char function : {'A', 'B', 'C', 'D', 'E'}) add_function(function, tensors);
  models::save_safetensors(argv[1], tensors.views);
}
