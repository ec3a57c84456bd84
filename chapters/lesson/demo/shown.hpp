#pragma once
// Numbers of a run, found again in its figures: what guards against two series that were swapped, a series under
// another's name, and a number that was lost on the way into a figure.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lesson {

// `value` is the y of a series in FIGURE.csv: at x, or, without x, at its last point.
struct Shown {
  std::string metric;  // what the value is called in the JSON
  double value;
  std::string figure, series;
  std::optional<double> x;
};

// What is wrong with the figures of a run, a sentence each:
//   05_error.csv, series 'N/M forgotten', x = 1000: expected bias = 12, found 0.3
// Every series has a finite y, and each number is found where it is said to be shown. They are compared to nine
// digits: they come about in two ways, which round differently. Of several points at x, one must have the number. The
// run's figures are those files of the folder whose names start so, and that are not older than `since`.
std::vector<std::string> faults_of_figures(std::span<const Shown> shown, const std::filesystem::path& folder,
                                           std::string_view start, std::filesystem::file_time_type since);

// A number of the JSON, and where figures show it. Both must have come about apart from each other.
class Metric {
 public:
  Metric(std::vector<Shown>& all, std::string_view name, double value) : all_(all), name_(name), value_(value) {}

  // At the series' last point; at x.
  Metric& shown(std::string_view figure, std::string_view series);
  Metric& shown(std::string_view figure, std::string_view series, double x);

 private:
  std::vector<Shown>& all_;
  std::string name_;
  double value_;
};

}  // namespace lesson
