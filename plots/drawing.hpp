// What every kind of figure turns into, and saving it.
#pragma once

#include <concepts>
#include <string>

#include "plots/output.hpp"

namespace plots {

struct Range {
  double low, high;
};

struct Drawing {
  std::string csv;       // the data: a header row, then tidy columns
  std::string commands;  // gnuplot commands that draw the file whose name the variable `data` holds
  int width = 1200;      // pixels
  int height = 800;
  std::string note{};  // what the reader of the figure should know, e.g. points left out; may be empty
};

template <typename Figure>
concept Drawable = requires(const Figure& figure) {
  { figure.drawing() } -> std::same_as<Drawing>;
};

// Writes NAME.csv, NAME.gp and the picture NAME.png (or .svg) into output.folder. True if gnuplot drew the picture.
// Without gnuplot, or when it fails, the data and the script are written all the same, output.say hears one line
// (that gnuplot is missing: once for a process), and the run goes on.
// Throws std::invalid_argument if the figure is empty or the name is not a plain file name, std::runtime_error if the
// folder cannot be made or a file cannot be written.
bool save(const Drawing& drawing, const Output& output, const std::string& name);

bool save(const Drawable auto& figure, const Output& output, const std::string& name) {
  return save(figure.drawing(), output, name);
}

}  // namespace plots
