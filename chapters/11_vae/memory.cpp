// How much memory a run takes, so that an impossible one is refused before it begins.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "chapters/11_vae/chapter.hpp"
#include "models/training/parallel.hpp"

namespace ch11 {
namespace {

// Of an affine map: in · out weights and out biases.
double affine(double in, double out) { return (in + 1) * out; }

// The numbers below the diagonal of L, if the covariance is full.
double below(const models::VaeShape& shape) {
  return shape.covariance == models::PosteriorCovariance::full ? 0.5 * shape.latent * (shape.latent - 1.0) : 0;
}

// The numbers in all layers of encoder and decoder, and of the prior.
double parameter_count(const models::VaeShape& shape) {
  double encoder = 0, decoder = 0, before = shape.pixels;
  for (const int size : shape.hidden) {
    encoder += affine(before, size);
    decoder += affine(size, before);
    before = size;
  }
  if (shape.variance_of_z) decoder += affine(shape.hidden.empty() ? shape.latent : shape.hidden.front(), shape.pixels);
  const double prior = shape.prior.empty() ? 0 : parameter_count(shape.prior.front());
  return encoder + affine(before, 2.0 * shape.latent + below(shape)) + affine(shape.latent, before) + decoder + prior;
}

// The numbers that a row of z takes: ε, μ, log σ², L, z; the decoder's layers; the logits; those of the prior.
double row_size(const models::VaeShape& shape) {
  double hidden = 0;
  for (const int size : shape.hidden) hidden += size;
  const double prior = shape.prior.empty() ? 0 : row_size(shape.prior.front());
  return 4.0 * shape.latent + below(shape) + hidden + shape.pixels + prior;
}

}  // namespace

double least_memory(const Choices& c) {
  const double P = parameter_count(c.shape), shards = c.training.trainer.shards, cores = models::core_count();
  const double of_row = 2 * row_size(c.shape);  // values and adjoints
  const double training = P * (4 + shards) + 1.0 * c.training.batch * c.training.bound.samples * of_row;
  const double evaluation = P + 1000 * cores * of_row / 2;  // 1000 rows for each core, without adjoints
  return sizeof(float) * std::max(training, evaluation) + sizeof(double) * cores * c.evaluation_samples;
}

void require_memory(const Choices& c, double available) {
  const double needed = least_memory(c);
  if (needed <= available) return;
  const Choices usual;
  std::string worst;
  double least = needed;
  const auto blame = [&](const std::string& option, Choices with_usual) {
    const double without = least_memory(with_usual);
    if (without < least) least = without, worst = option;
  };
  const auto with = [&](auto change) {
    Choices changed = c;
    change(changed);
    return changed;
  };
  blame(fmt::format("--latent {}", c.shape.latent), with([&](Choices& o) { o.shape.latent = usual.shape.latent; }));
  blame(fmt::format("--hidden {}", c.hidden), with([&](Choices& o) { o.shape.hidden = usual.shape.hidden; }));
  blame("--covariance full", with([&](Choices& o) { o.shape.covariance = usual.shape.covariance; }));
  blame(fmt::format("--prior {}", c.prior), with([&](Choices& o) { o.shape.prior = usual.shape.prior; }));
  blame(fmt::format("--samples {}", c.training.bound.samples),
        with([&](Choices& o) { o.training.bound.samples = usual.training.bound.samples; }));
  blame(fmt::format("--shards {}", c.training.trainer.shards),
        with([&](Choices& o) { o.training.trainer.shards = usual.training.trainer.shards; }));
  blame(fmt::format("--batch {}", c.training.batch),
        with([&](Choices& o) { o.training.batch = usual.training.batch; }));
  blame(fmt::format("--evaluation-samples {}", c.evaluation_samples),
        with([&](Choices& o) { o.evaluation_samples = usual.evaluation_samples; }));
  throw lesson::UsageError(fmt::format("{}{}the run takes at least {:.1f} GB of memory, and there are {:.1f} GB",
                                       worst, worst.empty() ? "" : ": ", needed / 1e9, available / 1e9));
}

double available_memory() {
  const double all = 1.0 * sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY) return all;
  return std::min<double>(all, space.rlim_cur);
}

}  // namespace ch11
