#pragma once
// What the parts of chapter 11 are called, in the order of its text. What stands under the name of a part is
// defined in that file.

#include <string>
#include <vector>

#include "chapters/lesson/demo/breaks.hpp"
#include "chapters/lesson/demo/lesson.hpp"
#include "models/coding/bits_back.hpp"
#include "models/data/dataset.hpp"
#include "models/vae/bounds.hpp"
#include "models/vae/vae.hpp"
#include "models/vae/vae_trainer.hpp"
#include "plots/output.hpp"

namespace ch11 {

using autograd::Matrix;
using autograd::Parameters;

// ---
// breaks.cpp: the ingredients of the chapter's equations, each of which can be replaced by a wrong one. With the right
// ones every check holds; --break and the tests replace one and watch a check fail.

struct Ingredients {
  double (*divergence)(double m, double v, double mean, double variance);  // KL( N(m, v) ‖ N(mean, variance) )
  models::BoundSettings (*elbo)(models::BoundSettings);        // E log p(x|z) - KL( q(z|x) ‖ p(z) ), as it stands
  models::BoundSettings (*importance)(models::BoundSettings);  // E log (1/K) Σ w_k, as it stands
  models::LatentSource latent_source;                          // of the bits that choose z when an image is coded
};

// The right ones.
Ingredients right();

// What --break can make of them.
const std::vector<lesson::Break<Ingredients>>& breaks();
inline Ingredients broken(const std::string& name) { return lesson::broken(right(), breaks(), name); }

// ---
// linear_gaussian.cpp: models whose log-likelihood has a closed form, trained and bounded by the very code that trains
// the VAE on MNIST.

// eq:elbo: z ~ N(0, 1), x | z ~ N(z, 1), q = N(m, s²).
void check_elbo(lesson::Lesson& lesson, const Ingredients& use);

// eq:is-bound: the same model with K importance samples.
void check_importance_bound(lesson::Lesson& lesson, const Ingredients& use);

// test:ppca: a linear VAE on the 8×8 digits reaches the log-likelihood of probabilistic PCA.
void check_ppca(lesson::Lesson& lesson, const Ingredients& use);

// ---
// training.cpp: the VAE on images, trained and measured.

// What the command line decides.
struct Choices {
  std::string data = "mnist", hidden = "400", prior = "none", binarisation = "dynamic", resume,
              checkpoint = "11_vae.safetensors", mistake = "none", compress, decompress;
  models::VaeShape shape;
  models::VaeTrainingSettings training{.batch = 100,
                                       .epochs = 50,
                                       .schedule = models::ScheduleKind::cosine,
                                       .learning_rate = 2e-3,
                                       .last_learning_rate = 2e-5};
  int evaluation_images = 1000, evaluation_samples = 500;
};

// "200,200" as numbers. Throws lesson::UsageError, naming the option, at anything but sizes of at least 1.
std::vector<int> layer_sizes(const std::string& option, const std::string& text);
// --prior: a VAE as the prior of z, of Gaussian z with a variance by its decoder; "100,50": one hidden layer of 100
// units, and 50 latent dimensions. "none": no VAE, N(0, I).
std::vector<models::VaeShape> prior_of(const Choices& choices);
// Throws lesson::UsageError where the bound that is asked for has no such form for the model.
void require_bound(const Choices& choices);

// The bytes that a run takes at least: parameters, gradients, moments, and the matrices of one minibatch and of the
// evaluation. Shape and settings must have their final values.
double least_memory(const Choices& choices);
// Throws lesson::UsageError if that is more than `available` bytes: names the option that takes most, and the number.
void require_memory(const Choices& choices, double available);
// The memory of this machine, or the limit of this process if it is lower.
double available_memory();

// One row an epoch. Train means are over the epoch as it was trained; in nats.
enum HistoryColumn {
  kEpoch,
  kTrainBound,
  kTrainRate,
  kTrainDistortion,
  kTestElbo,
  kTestSe,
  kTestRate,
  kTestDistortion,
  kHistoryColumns
};

// Trains to the end, or until Ctrl-C; returns false then. Appends a row to `history` after each epoch and saves a
// checkpoint. The images/s it reports are over the training steps alone.
bool train(lesson::Lesson& lesson, const Choices& choices, models::VaeTrainer<float>& trainer,
           const Matrix<float>& test, Matrix<double>& history);

// What the run reached, in numbers that say how they were made. Ctrl-C ends it early. With `trained`, the last epoch
// was of this run, and the figures show these very numbers; a checkpoint may have its history from another machine.
void report(lesson::Lesson& lesson, const Choices& choices, models::VaeTrainer<float>& trainer,
            const Matrix<float>& test, bool trained);

// ---
// compression.cpp: the bound as the length of a file, by bits-back coding (models/coding/bits_back.hpp).

// test:bits-back: a small VAE, trained for a moment on the 8×8 digits, codes them black and white.
void check_bits_back(lesson::Lesson& lesson, const Ingredients& use);

// By how many bits an image the code may differ from -ELBO at the same z: probabilities are rounded to multiples of
// 2^-20, and z to one of 4096 bins.
inline constexpr double kRounding = 0.05;

// Throws lesson::UsageError if --compress or --decompress cannot be done with what else is asked for.
void require_black_and_white(const Choices& choices);
// --compress: codes x into the file, reads it back, decodes it, and checks its length. Ctrl-C ends it early.
void compress(lesson::Lesson& lesson, const Choices& choices, const models::VaeTrainer<float>& trainer,
              const Matrix<float>& x);
// --decompress: decodes the file, compares what comes with the test images x, and draws the first of them, which have
// the height and width of `like`.
void decompress(lesson::Lesson& lesson, const Choices& choices, const models::VaeTrainer<float>& trainer,
                const Matrix<float>& x, const models::Dataset& like);

// ---
// figures.cpp: the figures of a trained VAE.

// 11_elbo and 11_rate_distortion: the bound and its parts by epoch, and what their lines are called.
inline constexpr struct {
  const char *train_bound = "train (mean over the epoch)", *test_elbo = "test ± 2 standard errors",
             *test_rate = "rate, test: KL( q(z|x) ‖ p(z) )", *train_rate = "rate, train",
             *test_distortion = "distortion, test: -E log p(x|z)", *train_distortion = "distortion, train";
} kSeries;
void plot_history(const Matrix<double>& history, const plots::Output& output);

// A trained model, with the test images (as they were treated) and their labels.
struct Trained {
  const models::Vae<float>& vae;
  const Parameters<float>& parameters;
  const models::Dataset& test;
  const Matrix<float>& x;
  std::uint64_t seed;
};

// 11_reconstructions: test images, and the mean image of one code z ~ q(z|x) for each.
void plot_reconstructions(const Trained& trained, const plots::Output& output);
// 11_samples: mean images of codes from the prior.
void plot_samples(const Trained& trained, const plots::Output& output);
// 11_interpolations: mean images along straight lines between the codes of two test images.
void plot_interpolations(const Trained& trained, const plots::Output& output);
// 11_codes: where q(z|x) puts test images, by label; the first two principal components if there are more dimensions.
void plot_codes(const Trained& trained, const plots::Output& output);
// 11_manifold: the mean image at every point of a grid of a 2-D latent space, at the prior's quantiles.
void plot_manifold(const Trained& trained, const plots::Output& output);

// 11_decompressed: the first images that were decoded from a file.
void plot_decoded(const Matrix<float>& x, const models::Dataset& like, const plots::Output& output);

// All of a training: the history if there is one, and the manifold of two dimensions. Each stands alone: the first
// error is thrown when all others have been drawn.
void plot_all(const Matrix<double>& history, const Trained& trained, const plots::Output& output);

}  // namespace ch11
