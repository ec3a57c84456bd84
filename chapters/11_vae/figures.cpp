#include "chapters/11_vae/chapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <unsupported/Eigen/SpecialFunctions>
#include <vector>

#include "models/pca.hpp"
#include "models/statistics/random.hpp"
#include "plots/figure.hpp"

namespace ch11 {

using autograd::Index;
using autograd::Tape;
using autograd::Watched;

namespace {

// E[x|z] for each row of z.
Matrix<float> mean_images(const Trained& trained, const Matrix<float>& z) {
  Tape tape;
  const Watched<float> theta(tape, trained.parameters);
  return trained.vae.mean(theta, tape.constant(z)).value();
}

// The means μ(x) of q(z|x) for each row of x.
Matrix<float> codes(const Trained& trained, const Matrix<float>& x) {
  Tape tape;
  const Watched<float> theta(tape, trained.parameters);
  return trained.vae.encode(theta, tape.constant(x)).mu.value();
}

plots::ImageGrid grid(const models::Dataset& like, std::string title, std::size_t columns) {
  plots::ImageGrid grid{.title = std::move(title), .columns = columns};
  grid.image_height = like.height;
  grid.image_width = like.width;
  return grid;
}

void add_rows(plots::ImageGrid& grid, const Matrix<float>& images) {
  for (Index i = 0; i < images.rows(); ++i) {
    grid.image(std::span(images.data() + i * images.cols(), images.cols()));
  }
}

std::vector<double> column(const Matrix<double>& table, Index j) {
  std::vector<double> values(table.rows());
  for (Index i = 0; i < table.rows(); ++i) values[i] = table(i, j);
  return values;
}

// The first test image of each class, two of each where there is room: a varied choice that no one made by hand.
std::vector<Index> one_of_each_class(const models::Dataset& test) {
  std::vector<Index> chosen;
  for (int c = 0; c < test.classes(); ++c) {
    const auto found = std::ranges::find(test.labels, c);
    if (found != test.labels.end()) chosen.push_back(found - test.labels.begin());
  }
  return chosen;
}

}  // namespace

void plot_history(const Matrix<double>& history, const plots::Output& output) {
  const std::vector<double> epoch = column(history, kEpoch);
  plots::Curves elbo{.title = "The bound, by epoch", .x_label = "epoch", .y_label = "nats an image"};
  elbo.line(kSeries.train_bound, epoch, column(history, kTrainBound));
  elbo.band(kSeries.test_elbo, epoch, column(history, kTestElbo), [&] {
    std::vector<double> width = column(history, kTestSe);
    for (double& w : width) w *= 2;
    return width;
  }());
  plots::save(elbo, output, "11_elbo");

  plots::Curves parts{.title = "ELBO = -(distortion + rate)", .x_label = "epoch", .y_label = "nats an image"};
  parts.line(kSeries.test_distortion, epoch, column(history, kTestDistortion));
  parts.line(kSeries.train_distortion, epoch, column(history, kTrainDistortion), plots::Style::dashed);
  parts.line(kSeries.test_rate, epoch, column(history, kTestRate));
  parts.line(kSeries.train_rate, epoch, column(history, kTrainRate), plots::Style::dashed);
  plots::save(parts, output, "11_rate_distortion");
}

void plot_reconstructions(const Trained& trained, const plots::Output& output) {
  const std::vector<Index> chosen = one_of_each_class(trained.test);
  const Matrix<float> x = trained.x(chosen, Eigen::all);
  plots::ImageGrid figure = grid(trained.test, "Test images, and what their codes keep of them", chosen.size());
  figure.row_labels = {"x", "E[x|z], z = μ(x)"};
  add_rows(figure, x);
  add_rows(figure, mean_images(trained, codes(trained, x)));
  plots::save(figure, output, "11_reconstructions");
}

void plot_samples(const Trained& trained, const plots::Output& output) {
  constexpr Index kSide = 10;
  Matrix<float> noise(kSide * kSide, trained.vae.shape().noise());
  models::Random(trained.seed, models::Purpose::sampling).fill_normal(std::span(noise.data(), noise.size()));
  Tape tape;
  const auto z = trained.vae.sample_prior({tape, trained.parameters}, tape.reference(noise));
  const std::string prior = trained.vae.prior() ? "p(z)" : "N(0, I)";
  plots::ImageGrid figure = grid(trained.test, "Samples: z ~ " + prior + ", then E[x|z]", kSide);
  add_rows(figure, mean_images(trained, z.value()));
  plots::save(figure, output, "11_samples");
}

void plot_interpolations(const Trained& trained, const plots::Output& output) {
  constexpr Index kSteps = 10;
  const std::vector<Index> chosen = one_of_each_class(trained.test);
  if (chosen.size() < 2)
    return output.say("11_interpolations is not drawn: it needs test images of two classes, found " +
                      std::to_string(chosen.size()));
  const Matrix<float> ends = codes(trained, trained.x(chosen, Eigen::all));
  plots::ImageGrid figure = grid(trained.test, "Straight lines between the codes of two test images", kSteps);
  for (Index pair = 0; pair + 1 < ends.rows(); pair += 2) {
    Matrix<float> z(kSteps, ends.cols());
    for (Index i = 0; i < kSteps; ++i) {
      const float t = 1.0f * i / (kSteps - 1);
      z.row(i) = (1 - t) * ends.row(pair) + t * ends.row(pair + 1);
    }
    add_rows(figure, mean_images(trained, z));
  }
  plots::save(figure, output, "11_interpolations");
}

void plot_codes(const Trained& trained, const plots::Output& output) {
  const Index n = std::min<Index>(trained.x.rows(), 3000);
  Matrix<double> z = codes(trained, trained.x.topRows(n)).cast<double>();
  const bool two = z.cols() <= 2 || n < 2;  // one image has no principal components
  plots::Scatter figure{.title = "Codes μ(x) of test images", .x_label = "z₁", .y_label = "z₂", .same_scale = true};
  if (!two) {
    const models::Pca pca = models::pca(z);
    const auto share = [&](Index i) {
      return fmt::format("{:.0f} % of the variance", 100 * pca.variances[i] / pca.variances.sum());
    };
    z = ((z.rowwise() - pca.mean.row(0)) * pca.components.leftCols(2)).eval();
    figure.title = "Codes μ(x) of test images, their first two principal components";
    figure.x_label = "first component, " + share(0);
    figure.y_label = "second component, " + share(1);
  }
  const std::vector<int> labels(trained.test.labels.begin(), trained.test.labels.begin() + n);
  const std::vector<double> second = z.cols() > 1 ? column(z, 1) : std::vector<double>(n, 0.0);
  figure.points(column(z, 0), second, labels);
  plots::save(figure, output, "11_codes");
}

void plot_manifold(const Trained& trained, const plots::Output& output) {
  constexpr Index kSide = 20;
  // Equal shares of the prior's mass between grid lines: z = Φ⁻¹(u), u = (i + ½) / 20.
  const auto quantile = [](Index i) -> float { return Eigen::numext::ndtri((i + 0.5) / kSide); };
  Matrix<float> z(kSide * kSide, 2);
  for (Index i = 0; i < kSide; ++i) {
    for (Index j = 0; j < kSide; ++j) z.row(i * kSide + j) << quantile(j), quantile(kSide - 1 - i);
  }
  plots::ImageGrid figure = grid(trained.test, "The latent plane: E[x|z] at the quantiles of p(z)", kSide);
  add_rows(figure, mean_images(trained, z));
  plots::save(figure, output, "11_manifold");
}

void plot_decoded(const Matrix<float>& x, const models::Dataset& like, const plots::Output& output) {
  constexpr Index kSide = 10;
  plots::ImageGrid figure = grid(like, "The first images of the file, decoded", kSide);
  add_rows(figure, x.topRows(std::min(x.rows(), kSide * kSide)));
  plots::save(figure, output, "11_decompressed");
}

void plot_all(const Matrix<double>& history, const Trained& trained, const plots::Output& output) {
  std::exception_ptr first;
  const auto alone = [&](const auto& plot) {
    try {
      plot();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  };
  if (history.rows() > 0) alone([&] { plot_history(history, output); });
  for (const auto plot : {plot_reconstructions, plot_samples, plot_interpolations, plot_codes})
    alone([&] { plot(trained, output); });
  if (trained.vae.shape().latent == 2 && !trained.vae.prior()) alone([&] { plot_manifold(trained, output); });
  if (first) std::rethrow_exception(first);
}

}  // namespace ch11
