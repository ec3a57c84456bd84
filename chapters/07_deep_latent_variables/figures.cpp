#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chapters/07_deep_latent_variables/chapter.hpp"
#include "models/statistics/normal.hpp"
#include "models/statistics/random.hpp"
#include "plots/figure.hpp"

namespace ch07 {
namespace {

Numbers steps(double first, double last, int n) {
  Numbers x(n);
  for (int i = 0; i < n; ++i) x[i] = first + (last - first) * i / (n - 1);
  return x;
}

Matrix<double> column(const Numbers& x) { return Eigen::Map<const Matrix<double>>(x.data(), x.size(), 1); }

Numbers of_column(const Matrix<double>& x, int j) { return {x.col(j).begin(), x.col(j).end()}; }

}  // namespace

void plot_slide(const plots::Output& output) {
  const TanhDecoder decoder;
  const Quadrature prior = models::normal_prior(400);
  const Numbers x = steps(-3.5, 3.5, 351);
  const double variance = decoder.sigma * decoder.sigma;

  plots::Curves slide{.title = "z slides from -2 to 2: p(x|z), and what all of them add up to",
                      .x_label = "x",
                      .y_label = "density",
                      .x_range = plots::Range{-3.5, 3.5},
                      .y_range = plots::Range{0, 1.1}};
  Numbers marginal;
  for (const double at : x) marginal.push_back(density(decoder, at, prior));
  for (const double z : {-2.0, -0.3, -0.1, 0.1, 0.3, 2.0}) {
    Numbers y;
    for (const double at : x) y.push_back(std::exp(models::normal_log_density(at, decoder.mean(z), variance)));
    slide.line(fmt::format("p(x | z = {:g})", z), x, y, plots::Style::dashed);
  }
  slide.line("p(x)", x, marginal);
  plots::save(slide, output, "07_slide");

  const Numbers z = steps(-2.5, 2.5, 201), across = steps(-3.5, 3.5, 201);
  Numbers joint;
  for (const double x : across)
    for (const double one : z)
      joint.push_back(std::exp(models::normal_log_density(one, 0, 1) +
                               models::normal_log_density(x, decoder.mean(one), variance)));
  plots::HeatMap map{.title = "p(x, z) = N(z; 0, 1) N(x; 2 tanh 3z, 0.4²)",
                     .x_label = "z",
                     .y_label = "x",
                     .value_label = "p(x, z)",
                     .x = plots::Range{-2.5, 2.5},
                     .y = plots::Range{-3.5, 3.5}};
  map.matrix(joint, across.size(), z.size());
  plots::save(map, output, "07_joint");
}

void plot_gap(const plots::Output& output) {
  plots::Curves figure{.title = "How much of x lies between the modes at -a and a",
                       .x_label = "b, the slope of the decoder at 0 divided by a",
                       .y_label = "P(|x| < a/2)",
                       .log_x = true,
                       .log_y = true};
  Numbers b, between, least;
  for (double at = 0.3; at < 300; at *= 1.1) {
    b.push_back(at), between.push_back(right().between(at)), least.push_back(least_between(0.5, at));
  }
  figure.line("x = a tanh(b z)", b, between);
  figure.line("the least for any decoder of slope a b", b, least, plots::Style::dashed);
  plots::save(figure, output, "07_gap");
}

void plot_moons(const Deep& moons, const MoonsSettings& settings, std::uint64_t seed, const plots::Output& output) {
  const Matrix<double> data = draw_moons(std::min(settings.data, 500), seed);
  const Matrix<double> curve = moons.decode(column(steps(-3, 3, 1201)));
  const Matrix<double> drawn =
      moons.model->sample(moons.parameters, data.rows(), models::Random(seed, models::Purpose::sampling, 10)).x;
  plots::Scatter figure{.title = "Two moons, what the model draws, and the curve f(z)",
                        .x_label = "x₁",
                        .y_label = "x₂",
                        .class_names = {"data", "drawn from the model"},
                        .same_scale = true,
                        .x_range = plots::Range{-1.6, 2.6},
                        .y_range = plots::Range{-1, 1.6}};
  figure.points(of_column(data, 0), of_column(data, 1), std::vector<int>(data.rows(), 0));
  figure.points(of_column(drawn, 0), of_column(drawn, 1), std::vector<int>(drawn.rows(), 1));
  figure.curve("f(z), z from -3 to 3", of_column(curve, 0), of_column(curve, 1));
  plots::save(figure, output, "07_moons");

  // p(x|z) for a moving z, over the marginal in grey, and the marginal alone; each on a scale of its own
  constexpr int kWidth = 140, kHeight = 104;
  Matrix<double> grid(kHeight * kWidth, 2);
  for (int row = 0; row < kHeight; ++row)
    for (int col = 0; col < kWidth; ++col) grid.row(row * kWidth + col) << -1.6 + 0.03 * col, 1.8 - 0.03 * row;
  const auto greys = [](const Eigen::ArrayXd& p) -> Eigen::ArrayXd { return (p / p.maxCoeff()).sqrt(); };
  const Eigen::ArrayXd marginal = greys(moons.log_prob(grid, models::normal_prior(600)).array().exp().col(0));
  plots::ImageGrid slide{.title = "z slides: p(x | z), over p(x) in grey; and at the end p(x)",
                         .image_height = kHeight,
                         .image_width = kWidth,
                         .columns = 8,
                         .ink_on_paper = true};
  const double variance = moons.sigma() * moons.sigma();
  for (const double z : {-1.8, -1.0, -0.4, -0.05, 0.3, 0.9, 1.7}) {
    const Matrix<double> f = moons.decode(Matrix<double>::Constant(1, 1, z));
    const Eigen::ArrayXd distance = (grid.rowwise() - f.row(0)).rowwise().squaredNorm().array();
    const Eigen::ArrayXd spot = greys((-0.5 * distance / variance).exp()).max(0.25 * marginal);
    slide.image(std::span<const double>(spot.data(), spot.size()));
    slide.column_labels.push_back(fmt::format("z = {:g}", z));
  }
  slide.image(std::span<const double>(marginal.data(), marginal.size()));
  slide.column_labels.push_back("p(x)");
  plots::save(slide, output, "07_moons_slide");
}

void plot_beliefs(const std::vector<TrainedBelief>& nets, const Digits& digits, std::uint64_t seed,
                  const plots::Output& output) {
  plots::Curves training{.title = "Belief nets on 8×8 digits, trained by their exact log-likelihood",
                         .x_label = "step",
                         .y_label = "-(1/N) log p(D), nats an image"};
  for (const TrainedBelief& net : nets)
    training.line(fmt::format("hidden units: {}", fmt::join(net.hidden, " and ")), plots::one_to(net.losses.size()),
                  net.losses);
  plots::save(training, output, "07_belief_training");

  constexpr int kColumns = 12;
  plots::ImageGrid samples{
      .title = "Drawn from belief nets of 1, 4, 8, and 8 and 4 hidden units; data in the last row",
      .image_height = 8,
      .image_width = 8,
      .columns = kColumns};
  for (const TrainedBelief& net : nets) {
    const Matrix<double> x =
        net.net->sample(net.parameters, kColumns, models::Random(seed, models::Purpose::sampling, 11));
    for (Index i = 0; i < kColumns; ++i) samples.image(std::span<const double>(x.row(i).data(), 64));
    samples.row_labels.push_back(fmt::format("{}", fmt::join(net.hidden, ", ")));
  }
  for (Index i = 0; i < kColumns; ++i) samples.image(std::span<const double>(digits.test.row(i).data(), 64));
  samples.row_labels.push_back("data");
  plots::save(samples, output, "07_belief_samples");
}

void plot_digits(const Deep& deep, const plots::Output& output) {
  // E[x | z, y] along a line of codes
  const auto along = [&](plots::ImageGrid& grid, const Matrix<double>& z, int label) {
    const Matrix<double> y = Matrix<double>::Identity(10, 10).row(label);
    const Matrix<double> x = 1 / (1 + (-deep.decode(z, y).array()).exp());
    for (Index i = 0; i < x.rows(); ++i) grid.image(std::span<const double>(x.row(i).data(), 64));
  };
  const Numbers slide = steps(-2, 2, 9);
  Matrix<double> first = Matrix<double>::Zero(9, 2);
  first.col(0) = column(slide);

  plots::ImageGrid classes{.title = "E[x | z, y]: a row for each class y, z₁ from -2 to 2, z₂ = 0",
                           .image_height = 8,
                           .image_width = 8,
                           .columns = 9};
  for (int y = 0; y < 10; ++y) {
    along(classes, first, y);
    classes.row_labels.push_back(fmt::format("y = {}", y));
  }
  for (const double z : slide) classes.column_labels.push_back(fmt::format("{:g}", z));
  plots::save(classes, output, "07_digits");

  plots::ImageGrid turned{.title = "The same p(x): along z₁, and along z₁ of the code turned by 45° and by 90°",
                          .image_height = 8,
                          .image_width = 8,
                          .columns = 9};
  for (const double degrees : {0.0, 45.0, 90.0}) {
    along(turned, first * right().rotation(radians(degrees)), 2);
    turned.row_labels.push_back(fmt::format("{:g}°", degrees));
  }
  plots::save(turned, output, "07_rotation");
}

void plot_free_variance(std::uint64_t seed, const plots::Output& output) {
  const Numbers x = twenty_points(seed), alpha = steps(0, 100, 201);
  plots::Curves figure{.title = "A variance for each z, on 20 points",
                       .x_label = "α: the first point's variance is v exp(-α)",
                       .y_label = "log p(D) (nats)",
                       .y_range = plots::Range{-100, 20}};
  const auto add = [&](const char* label, double (*log_variance)(double, double), plots::Style style) {
    Numbers y;
    for (const double at : alpha) y.push_back(one_point_log_likelihood(x, at, log_variance));
    figure.line(label, alpha, y, style);
  };
  double truth = 0;
  for (const double one : x) truth += models::normal_log_density(one, 0, 1);
  add("free: s²(z) falls on one side", free_log_variance, plots::Style::line);
  add("free, but not below v/100", floored_log_variance, plots::Style::dashed);
  add("one variance for all z", shared_log_variance, plots::Style::line);
  figure.horizontal("p*, which made the data", truth);
  plots::save(figure, output, "07_free_variance");
}

}  // namespace ch07
