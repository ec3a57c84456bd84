#include "tests/bench/mnist_nll/run_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "chapters/lesson/numbers.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "plots/figure.hpp"

namespace bench {

RunLog::RunLog(const std::string& folder) : path_(folder.empty() ? "" : folder + "/log.txt") {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw std::runtime_error(fmt::format("cannot make the folder {}: {}", folder, error.message()));
  lesson::require_writable(path_);
}

void RunLog::say(const std::string& line) {
  if (path_.empty()) return;
  std::cout << line << std::endl;
  text_ += line + "\n";
  lesson::write_whole(path_, text_);
}

std::string probe_text(const Matrix<double>& history) {
  const auto last = history.row(history.rows() - 1);
  std::string line = fmt::format("epoch {:>5g}   {:>7}   train bound {:.2f}", last[kEpoch],
                                 lesson::duration(last[kSeconds]), last[kTrainBound]);
  if (!std::isnan(last[kLogLikelihood])) line += fmt::format("   test log p(x) {:.2f}", last[kLogLikelihood]);
  return line;
}

void plot_curve(const Matrix<double>& history, const std::string& model, std::optional<double> published,
                const std::string& folder) {
  std::vector<double> minutes, train, test;
  for (autograd::Index i = 0; i < history.rows(); ++i) {
    minutes.push_back(history(i, kSeconds) / 60);
    train.push_back(history(i, kTrainBound));
    test.push_back(history(i, kLogLikelihood));
  }
  plots::Curves curve{
      .title = model + " on MNIST, by the clock", .x_label = "training time (minutes)", .y_label = "nats an image"};
  curve.line("test log-likelihood, estimated on the way", minutes, test, plots::Style::line_points);
  curve.line("training bound, mean of the epoch", minutes, train, plots::Style::dashed);
  if (published) curve.horizontal(fmt::format("published: {:.2f}", *published), *published);
  plots::save(curve, {.folder = folder}, "curve");
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string today() { return fmt::format("{:%Y-%m-%d}", fmt::localtime(std::time(nullptr))); }

}  // namespace bench
