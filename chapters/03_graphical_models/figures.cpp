#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "autograd/autograd.hpp"
#include "chapters/03_graphical_models/chapter.hpp"
#include "chapters/lesson/numbers.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "plots/figure.hpp"

namespace ch03 {

using models::Random;

namespace {

void write(const plots::Output& output, const std::string& name, const std::string& text) {
  std::filesystem::create_directories(output.folder);
  lesson::write_whole((output.folder / (name + ".svg")).string(), text);
}

void draw_paths(const plots::Output& output) {
  const DirectedGraph graph{{{}, {0}, {1}, {4}, {}, {4}, {}, {6, 8}, {}, {}, {9, 11}, {}, {10}}};
  const std::vector<Place> places{{0, 0, "a"},
                                  {0.8, 0, "m", "chain"},
                                  {1.6, 0, "b"},
                                  {2.6, 0, "a"},
                                  {3.4, 0, "m", "fork"},
                                  {4.2, 0, "b"},
                                  {5.2, 0, "a"},
                                  {6, 0, "m", "collider"},
                                  {6.8, 0, "b"},
                                  {7.8, 0, "a"},
                                  {8.6, 0, "m", ""},
                                  {9.4, 0, "b"},
                                  {8.6, 0.9, "d", "descendant of m"}};
  write(output, "03_paths", svg(graph, places));
}

}  // namespace

void draw_graphs(const plots::Output& output) {
  write(output, "03_sprinkler",
        svg(sprinkler().graph(),
            {{1, 0, "C", "cloudy"}, {0, 0.9, "S", "sprinkler"}, {2, 0.9, "R", "rain"}, {1, 1.8, "W", "wet grass"}}));
  draw_paths(output);
  write(output, "03_five_nodes",
        svg(five_nodes(), {{0, 0, "A"}, {2, 0, "B"}, {1, 0.8, "C"}, {1, 1.7, "D"}, {2, 1.7, "E"}}));
  write(output, "03_belief_net",
        svg(all_graphs(5).back(), {{0, 0, "x1"}, {1, 0, "x2"}, {2, 0, "x3"}, {3, 0, "x4"}, {4, 0, "x5"}}, 0.45));
}

void plot_parents(const std::vector<ManyParents>& results, int samples, const plots::Output& output) {
  plots::Curves figure{
      .title = fmt::format("A child of k parents, learned from {} samples", lesson::thousands(samples)),
      .x_label = "k, number of parents",
      .y_label = "KL from the true conditional (nats)",
      .log_y = true};
  const auto add = [&](const char* label, models::Estimate ManyParents::*which) {
    std::vector<double> k, mean, se;
    for (const ManyParents& one : results)
      k.push_back(one.k), mean.push_back((one.*which).mean), se.push_back((one.*which).se);
    figure.band(label, k, mean, se, plots::Style::line_points);
  };
  add("table, 2^k rows", &ManyParents::table);
  add("logistic regression, k + 1 weights", &ManyParents::logistic);
  add("network, 10 k + 9 weights", &ManyParents::network);
  plots::save(figure, output, "03_parents");
}

void plot_training(const Climb& climb, const plots::Output& output) {
  plots::Curves figure{.title = "Training the fully visible belief net",
                       .x_label = "epoch",
                       .y_label = "mean log p(x) (nats an image)"};
  const auto epochs = plots::one_to(climb.train.size());
  figure.line("training images, as they came", epochs, climb.train, plots::Style::line_points);
  figure.line("test images", epochs, climb.test, plots::Style::line_points);
  plots::save(figure, output, "03_training");
}

namespace {

plots::ImageGrid grid(std::string title, const models::Dataset& images, std::vector<std::string> row_labels) {
  return {.title = std::move(title),
          .image_height = std::size_t(images.height),
          .image_width = std::size_t(images.width),
          .columns = 10,
          .row_labels = std::move(row_labels)};
}

// Every row of x is an image.
void add(plots::ImageGrid& figure, const Matrix<float>& x) {
  for (Index i = 0; i < x.rows(); ++i) figure.image(std::span<const float>(x.row(i).data(), x.cols()));
}

}  // namespace

void plot_samples(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                  std::uint64_t seed, const plots::Output& output) {
  auto figure = grid("Images, and what two models take for images", data.test,
                     {"test images", "", "independent", "pixels", "belief net", "", ""});
  const auto draw = [&](const TrainedBeliefNet& from, Index count, std::uint64_t number) {
    Matrix<float> x(count, test.cols());
    from.net->sample(from.parameters, x, 0, Random(seed, models::Purpose::sampling, number));
    return x;
  };
  add(figure, test.topRows(20));
  add(figure, draw(untrained(data.train, right()), 20, 3));
  add(figure, draw(trained, 30, 4));
  plots::save(figure, output, "03_samples");
}

void plot_completions(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                      std::uint64_t seed, const plots::Output& output) {
  auto figure = grid("Given the upper half, the lower half is drawn", data.test,
                     {"test image", "given", "drawn", "drawn", "drawn"});
  const Matrix<float> whole = test.topRows(10);
  const Index half = test.cols() / 2;
  Matrix<float> given = whole;
  given.rightCols(test.cols() - half).setConstant(0.3f);
  add(figure, whole);
  add(figure, given);
  for (int again = 0; again < 3; ++again) {
    Matrix<float> drawn = whole;
    trained.net->sample(trained.parameters, drawn, half, Random(seed, models::Purpose::sampling, 5 + again));
    add(figure, drawn);
  }
  plots::save(figure, output, "03_completions");
}

namespace {

// The mean over the rows of x of -log p(x_i | x_1 .. x_{i-1}) = log(1 + exp l) - x l, for each pixel: 1×d.
Matrix<double> costs(const TrainedBeliefNet& of, const Matrix<float>& x) {
  constexpr Index kRows = 500;  // at a time
  Matrix<double> sum = Matrix<double>::Zero(1, x.cols());
  Tape tape;
  for (Index first = 0; first < x.rows(); first += kRows) {
    tape.rewind();
    const Watched<float> theta(tape, of.parameters);
    const auto some = tape.constant(Matrix<float>(x.middleRows(first, std::min(kRows, x.rows() - first))));
    const auto l = of.net->logits(theta, some);
    sum += (softplus(l) - some * l).value().cast<double>().colwise().sum();
  }
  return sum / x.rows();
}

}  // namespace

void plot_costs(const TrainedBeliefNet& trained, const models::TrainTest& data, const Matrix<float>& test,
                const plots::Output& output) {
  const TrainedBeliefNet start = untrained(data.train, right());
  const Matrix<double> without = costs(start, test), with = costs(trained, test);
  std::vector<double> both;
  for (int y = 0; y < data.test.height; ++y)
    for (const Matrix<double>* map : {&without, &with})
      for (int c = 0; c < data.test.width; ++c) both.push_back((*map)(0, y * data.test.width + c));
  plots::HeatMap figure{
      .title = fmt::format("What each pixel costs: independent {:.0f} nats in all, belief net {:.0f}", without.sum(),
                           with.sum()),
      .x_label = "column (left: independent pixels, right: belief net)",
      .y_label = "row",
      .value_label = "mean of -log p (nats)",
      .row_0_on_top = true,
      .same_scale = true};
  figure.matrix(both, data.test.height, 2 * data.test.width);
  plots::Drawing drawing = figure.drawing();
  drawing.width = 1000, drawing.height = 560;
  plots::save(drawing, output, "03_costs");
}

}  // namespace ch03
