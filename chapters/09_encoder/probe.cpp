// Is the code a useful representation? A linear classifier on it, and on what it competes with.
#include <fmt/format.h>

#include <cmath>

#include "chapters/09_encoder/chapter.hpp"
#include "models/pca.hpp"
#include "models/softmax_regression.hpp"
#include "models/statistics/random.hpp"

namespace ch09 {
namespace {

// What a probe is given of the images it learns from, and of those that judge it.
struct Features {
  Matrix<double> train, test;
};

// The coordinates along the k components in which the training images vary most, each of variance 1.
Features principal_components(const Features& pixels, Index k) {
  const models::Pca pca = models::pca(pixels.train);
  const Matrix<double> C = pca.components.leftCols(k) * pca.variances.head(k).cwiseSqrt().cwiseInverse().asDiagonal();
  return {(pixels.train.rowwise() - pca.mean.row(0)) * C, (pixels.test.rowwise() - pca.mean.row(0)) * C};
}

std::vector<int> labels_of(const models::Dataset& images) { return {images.labels.begin(), images.labels.end()}; }

// The share of wrong test images of a probe that learns from the training images `chosen`.
double error_of_probe(const Features& features, const models::TrainTest& images, const std::vector<int>& chosen,
                      std::uint64_t seed) {
  const std::vector<int> all = labels_of(images.train);
  std::vector<int> y;
  for (const int i : chosen) y.push_back(all[i]);
  const Matrix<double> x = features.train(chosen, Eigen::all);
  const auto probe = models::fit_softmax(x, y, images.train.classes(), {.ridge = 0.1, .steps = 300}, seed);
  return models::error_rate(probe(features.test), labels_of(images.test));
}

}  // namespace

ProbeErrors representation(lesson::Lesson& lesson, const models::TrainTest& images, const ProbeSettings& s,
                           const Ingredients& use) {
  VaeSettings no_training = s.vae;
  no_training.epochs = 0;
  const TrainedVae trained(images.train, s.vae, lesson.seed());
  const TrainedVae untrained(images.train, no_training, lesson.seed());
  const auto features = [&](auto&& f) { return Features{f(images.train), f(images.test)}; };
  const Features pixels = features([](const auto& set) { return models::as_matrix<double>(set); });
  const Features code{use.code(trained, untrained, pixels.train), use.code(trained, untrained, pixels.test)};
  const Features random{encode(untrained, pixels.train).mean, encode(untrained, pixels.test).mean};
  const Features components = principal_components(pixels, s.vae.latent);

  const Matrix<double> none(s.labels.size(), s.draws);
  ProbeErrors errors{s.labels, none, none, none, none};
  for (std::size_t i = 0; i < s.labels.size(); ++i)
    for (int draw = 0; draw < s.draws; ++draw) {
      const models::Random random_order(lesson.seed(), models::Purpose::shuffle, draw);
      std::vector<int> chosen = random_order.permutation(images.train.count());
      chosen.resize(std::min<std::size_t>(s.labels[i], chosen.size()));
      const auto error = [&](const Features& given) { return error_of_probe(given, images, chosen, lesson.seed()); };
      errors.code(i, draw) = error(code);
      errors.pixels(i, draw) = error(pixels);
      errors.pca(i, draw) = error(components);
      errors.untrained(i, draw) = error(random);
    }

  auto equation = lesson.equation("1.1", "errors of a linear probe: untrained code > code > pixels, less 4 SE",
                                  "claim:representation");
  const Index last = s.labels.size() - 1;
  std::vector<double> means;  // of the code, from the most labels to the fewest
  for (Index i = last; i >= 0; --i) means.push_back(models::estimate_of(errors.code.row(i)).mean);
  equation.increasing("code: fewer labels, more wrong", means);
  // no difference is no success either
  const auto fewer = [&](const std::string& label, const Matrix<double>& difference) {
    const models::Estimate e = models::estimate_of(difference.row(last));
    equation.at_least(fmt::format("{} labels: {}", s.labels[last], label), e.mean - 4 * e.se, 1e-6);
  };
  fewer("untrained - code", errors.untrained - errors.code);
  fewer("code - pixels", errors.code - errors.pixels);

  lesson.metric("probe_code", errors.code.row(last).mean()).shown("09_probe", "the VAE's code, 10 numbers");
  lesson.metric("probe_pixels", errors.pixels.row(last).mean()).shown("09_probe", "64 pixels");
  lesson.metric("probe_pca", errors.pca.row(last).mean()).shown("09_probe", "10 principal components");
  lesson.metric("probe_untrained", errors.untrained.row(last).mean())
      .shown("09_probe", "the code of an untrained encoder");
  lesson.say("        % of test digits wrong, with the standard error over the draws of labels");
  lesson.say("        labels   code            pixels          components      untrained");
  for (Index i = 0; i <= last; ++i) {
    const auto cell = [&](const Matrix<double>& of) {
      const models::Estimate e = models::estimate_of(of.row(i));
      return lesson::pad_right(lesson::with_error(100 * e.mean, 100 * e.se), 16);
    };
    lesson.say(fmt::format("        {:<8} {}{}{}{}", s.labels[i], cell(errors.code), cell(errors.pixels),
                           cell(errors.pca),
                           lesson::with_error(100 * models::estimate_of(errors.untrained.row(i)).mean,
                                              100 * models::estimate_of(errors.untrained.row(i)).se)));
  }
  return errors;
}

}  // namespace ch09
