// A VAE's training, stopped and resumed: the same bits as if it had never stopped, or an error that says why not.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "models/training/kernels.hpp"
#include "models/vae/checkpoint.hpp"
#include "models/vae/vae_trainer.hpp"
#include "tests/models/files.hpp"
#include "tests/models/matrices.hpp"
#include "tests/models/small_training.hpp"

using namespace models;

namespace {

const VaeTrainingSettings kSettings{.batch = 50, .epochs = 4};
constexpr Index kHistoryColumns = 3;

// One row an epoch.
template <class S>
Matrix<double> history_of(const VaeTrainer<S>& trainer) {
  return uniform_matrix(trainer.epoch(), kHistoryColumns, -1, 1, 1);
}

template <class S>
void steps(VaeTrainer<S>& trainer, int count) {
  for (int i = 0; i < count; ++i) trainer.step();
}

// Everything that a checkpoint of a trainer holds.
template <class S>
std::string bytes(const VaeTrainer<S>& trainer) {
  const TemporaryFolder folder;
  trainer.save(folder / "state", history_of(trainer));
  return content_of(folder / "state");
}

template <class S>
bool same(const VaeTrainer<S>& a, const VaeTrainer<S>& b) {
  return bytes(a) == bytes(b);
}

// What loading `file` into a trainer of these settings says; checks that the trainer stays as it was.
template <class S = float>
std::string resume_error(const std::string& file, const VaeShape& shape = kSmallVae,
                         const VaeTrainingSettings& settings = kSettings) {
  const TemporaryFolder folder;
  const std::string path = write_file(folder / "run.safetensors", file);
  VaeTrainer<S> trainer(few_digits(), shape, settings), untouched(few_digits(), shape, settings);
  steps(trainer, 3), steps(untouched, 3);
  const std::string error = error_of<std::runtime_error>([&] { trainer.load(path, kHistoryColumns); }, folder / "");
  if (error.empty()) return "";
  CHECK(same(trainer, untouched));
  steps(trainer, 3), steps(untouched, 3);
  CHECK(same(trainer, untouched));
  return error;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae checkpoint: a Gaussian VAE's holds what the encoder subtracts, the training mean") {
    const TemporaryFolder folder;
    VaeTrainer<double> trainer(few_digits(),
                               {.pixels = 64, .latent = 3, .hidden = {16}, .likelihood = Likelihood::gaussian},
                               {.batch = 50, .binarisation = Binarisation::none});
    trainer.save(folder / "run", history_of(trainer));
    Matrix<double> centre(1, 64);
    Safetensors(folder / "run").read("encoder.centre", {1, 64}, std::span(centre.data(), 64));
    CHECK((centre - as_matrix<double>(few_digits()).colwise().mean()).norm() < 1e-12);
  }

  TEST_CASE_TEMPLATE("vae checkpoint: training goes on to the same bits", S, float, double) {
    for (const Method method : {Method::adam, Method::momentum, Method::sgd, Method::soap}) {
      VaeTrainingSettings settings = kSettings;  // 5 steps an epoch
      settings.trainer.optimiser.method = method;
      settings.schedule = ScheduleKind::cosine;
      for (const int stop : {0, 7, 20}) {  // at the start, in the middle of an epoch, and at its end
        const TemporaryFolder folder;
        VaeTrainer<S> straight(few_digits(), kSmallVae, settings), before(few_digits(), kSmallVae, settings),
            after(few_digits(), kSmallVae, settings);
        steps(straight, 25);
        steps(before, stop);
        before.save(folder / "run.safetensors", history_of(before));
        steps(after, 2);  // whatever it had done is forgotten
        CHECK(after.load(folder / "run.safetensors", kHistoryColumns) == history_of(before));
        CHECK(same(after, before));
        CHECK(after.steps() == std::uint64_t(stop));
        CHECK(after.means().bound == before.means().bound);
        steps(after, 25 - stop);
        CHECK(same(after, straight));
        CHECK(after.means().bound == straight.means().bound);
        CHECK(after.parameters().values() == straight.parameters().values());
      }
    }
  }

  TEST_CASE("vae checkpoint: each part of it is needed") {
    // Without the optimiser's moments, or from another step, training goes elsewhere.
    VaeTrainer<float> straight(few_digits(), kSmallVae, kSettings),
        parameters_only(few_digits(), kSmallVae, kSettings);
    steps(straight, 7);
    parameters_only.parameters().values() = straight.parameters().values();
    steps(straight, 1), steps(parameters_only, 1);
    CHECK(straight.parameters().values() != parameters_only.parameters().values());
  }

  TEST_CASE("vae checkpoint: a history without rows") {
    const TemporaryFolder folder;
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    trainer.save(folder / "run", Matrix<double>(0, 4));
    const Matrix<double> history = trainer.load(folder / "run", 4);
    CHECK(history.rows() == 0);
    CHECK(history.cols() == 4);
  }

  TEST_CASE("vae checkpoint: a run of another kind is refused, by name") {
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    steps(trainer, 2);
    const std::string file = bytes(trainer), about = "checkpoint run.safetensors: its ";
    const auto with = [&](auto change) {
      VaeTrainingSettings settings = kSettings;
      change(settings);
      return resume_error(file, kSmallVae, settings);
    };
    CHECK(resume_error(file) == "");
    CHECK(resume_error(file, {.pixels = 64, .latent = 3, .hidden = {17}}) ==
          about + "model is 'vae 64-16-3 tanh bernoulli', this run's is 'vae 64-17-3 tanh bernoulli'");
    CHECK(resume_error(file, {.pixels = 64, .latent = 4, .hidden = {16}}) ==
          about + "model is 'vae 64-16-3 tanh bernoulli', this run's is 'vae 64-16-4 tanh bernoulli'");
    CHECK(resume_error(file, {.pixels = 64, .latent = 3, .hidden = {16}, .likelihood = Likelihood::gaussian}) ==
          about + "model is 'vae 64-16-3 tanh bernoulli', this run's is 'vae 64-16-3 tanh gaussian'");
    CHECK(with([](auto& s) { s.batch = 60; }) == about + "batch is '50', this run's is '60'");
    CHECK(with([](auto& s) { s.seed = 2; }) == about + "seed is '1', this run's is '2'");
    CHECK(with([](auto& s) { s.learning_rate = 0.01; }) == about + "learning rate is '0.001', this run's is '0.01'");
    CHECK(with([](auto& s) { s.schedule = ScheduleKind::cosine; }) ==
          about + "learning rate is '0.001', this run's is 'cosine 0.001 to 0 in 4 epochs'");
    CHECK(with([](auto& s) {
            s.bound = {Objective::iwae, 5};
          }) == about + "objective is 'elbo K=1 β=1 analytic KL', this run's is 'iwae K=5 β=1 analytic KL'");
    CHECK(with([](auto& s) { s.binarisation = Binarisation::fixed; }) ==
          about + "binarisation is 'dynamic', this run's is 'static'");
    CHECK(with([](auto& s) { s.trainer.optimiser.method = Method::momentum; }) ==
          about + "optimiser is 'adam β1=0.9 β2=0.999 ε=1e-08', this run's is 'momentum β1=0.9 β2=0.999 ε=1e-08'");
    CHECK(with([](auto& s) { s.trainer.shards = 3; }) == about + "shards is '2', this run's is '3'");
    // what may change: the number of threads, and how long to train at a constant rate
    CHECK(with([](auto& s) { s.epochs = 9, s.trainer.threads = 1; }) == "");
  }

  TEST_CASE("vae checkpoint: of another element type, or damaged") {
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    steps(trainer, 2);
    const std::string file = bytes(trainer), about = "checkpoint run.safetensors: ";
    CHECK(resume_error<double>(file) == about + "tensor 'encoder.0.W' is 64×16 F32, expected 64×16 F64");
    CHECK(resume_error(file.substr(0, file.size() - 5)) != "");
    CHECK(resume_error(file.substr(0, 100)) != "");
    CHECK(resume_error("") != "");
    CHECK(resume_error(replaced(file, "\"steps\":\"2\"", "\"steps\":\"x\"")) ==
          about + "steps is 'x', expected a whole number");
    CHECK(resume_error(replaced(file, "\"batch\":", "\"hatch\":")) == about + "no metadata 'batch'");
    CHECK(resume_error(replaced(file, "optimiser.v.encoder.mu.b", "optimiser.v.encoder.mu.c")) ==
          about + "no tensor 'optimiser.v.encoder.mu.b': did you mean 'optimiser.v.encoder.mu.W'?");
  }

  TEST_CASE("vae checkpoint: numbers that no training comes through") {
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    steps(trainer, 7);
    const std::string file = bytes(trainer), about = "checkpoint run.safetensors: ";
    CHECK(resume_error(file) == "");
    const auto in_file = [](auto number) {
      return std::string(reinterpret_cast<const char*>(&number), sizeof number);
    };
    const double images = trainer.images_in_epoch(), nan = std::nan(""), infinite = HUGE_VAL;
    const auto with_images = [&](double number) {
      return resume_error(replaced(file, in_file(images), in_file(number)));
    };
    for (const double number : {-1., 1e300, 0.5})
      CHECK(with_images(number) == about + fmt::format("expected a number of images, found {}", number));
    for (const double number : {nan, infinite})
      CHECK(with_images(number) ==
            about + fmt::format("expected finite numbers in tensor 'epoch.sums', found {}", number));
    CHECK(with_images(150) == about + "after 7 steps an epoch has seen 100 images, found 150");
    const TemporaryFolder folder;
    double epoch[4];
    Safetensors(write_file(folder / "run", file)).read("epoch.sums", {4}, epoch);
    CHECK(resume_error(replaced(file, in_file(epoch[1]), in_file(nan))) ==
          about + "expected finite numbers in tensor 'epoch.sums', found nan");
    const float weight = trainer.parameters().values()[5];
    CHECK(resume_error(replaced(file, in_file(weight), in_file(float(nan)))) ==
          about + "expected finite numbers in tensor 'encoder.0.W', found nan");
    CHECK(resume_error(replaced(file, "\"steps\":\"7\"", "\"steps\":\"8\"")) ==
          about + "after 8 steps an epoch has seen 150 images, found 100");
    // the step that an optimiser begins with, and one past the end
    CHECK(resume_error(replaced(file, "\"steps\":\"7\"", "\"steps\":\"-7\"")) != "");
    VaeTrainingSettings shorter = kSettings;
    shorter.epochs = 1;
    CHECK(resume_error(file, kSmallVae, shorter) ==
          about + "it has done 7 steps, this run has 5 in all (1 epochs of 5)");
  }

  TEST_CASE("vae checkpoint: a history of another shape") {
    const TemporaryFolder folder;
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    steps(trainer, 7);
    const auto error = [&](Index rows, Index columns) {
      trainer.save(folder / "run", Matrix<double>(Matrix<double>::Constant(rows, columns, std::nan(""))));
      return error_of<std::runtime_error>([&] { trainer.load(folder / "run", kHistoryColumns); }, folder / "");
    };
    CHECK(error(1, 3) == "");  // what cannot be measured is not a number there
    CHECK(error(0, 3) == "");
    const std::string expected = ", expected 3 columns and at most 1 rows";
    CHECK(error(2, 3) == "checkpoint run: its history is 2×3" + expected);
    CHECK(error(1, 4) == "checkpoint run: its history is 1×4" + expected);
    CHECK(error(0, 0) == "checkpoint run: its history is 0×0" + expected);
  }

  TEST_CASE("vae checkpoint: of other images, though as many and of the same name") {
    Dataset changed = few_digits();
    changed.pixels[12345] ^= 1;
    VaeTrainer<float> one(few_digits(), kSmallVae, kSettings), other(changed, kSmallVae, kSettings);
    const TemporaryFolder folder;
    one.save(folder / "run", history_of(one));
    CHECK(error_of<std::runtime_error>([&] { other.load(folder / "run", kHistoryColumns); }, folder / "")
              .starts_with("checkpoint run: its checksum of the data is '"));
    changed.pixels[12345] ^= 1;
    CHECK(checksum(changed) == checksum(few_digits()));
    changed.scale = 17;
    CHECK(checksum(changed) != checksum(few_digits()));
  }

  TEST_CASE("vae checkpoint: it names the kernels of the matrix products, and others may go on") {
    const TemporaryFolder folder;
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    trainer.save(folder / "run", history_of(trainer));
    CHECK(checkpoint_kernels(folder / "run") == product_kernels());
    CHECK(product_kernels().size() > 4);
    std::string other = product_kernels();
    other.back() ^= 1;
    const std::string file = replaced(content_of(folder / "run"), product_kernels(), other);
    CHECK(resume_error(file) == "");
    write_file(folder / "run", file);
    CHECK(checkpoint_kernels(folder / "run") == other);
  }

  TEST_CASE("vae checkpoint: a file that cannot be written, and one that is not there") {
    const TemporaryFolder folder;
    VaeTrainer<float> trainer(few_digits(), kSmallVae, kSettings);
    CHECK(error_of<std::runtime_error>([&] { trainer.save(folder / "none/run", history_of(trainer)); }, folder / "")
              .starts_with("none/run: "));
    CHECK(error_of<std::runtime_error>([&] { trainer.load(folder / "missing", kHistoryColumns); }, folder / "") ==
          "missing: no such file");
  }
}
