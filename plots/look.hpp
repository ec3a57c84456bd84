// How all figures look: colours, markers, and the gnuplot commands that more than one kind of figure needs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plots/drawing.hpp"
#include "plots/output.hpp"

namespace plots {

// Lines, by Okabe and Ito (2008), whom readers of every kind of colour vision can follow. Repeats after seven.
std::string line_colour(std::size_t line);

// Ten classes: the "muted" colours of Paul Tol (SRON/EPS/TN/09-002, 2021) and black, each with a marker of its own.
struct Marker {
  std::string colour;  // #rrggbb
  int shape;           // gnuplot's pointtype
};
Marker class_marker(std::size_t which);

// viridis (van der Walt and Smith, 2015): even steps to the eye, and still in order when printed grey.
std::string viridis();

// All that comes before a figure's own commands: data file, terminal, output file, grid, thin axes.
std::string preamble(const std::string& name, Format format, int width, int height);

// The title and the labels of both axes.
std::string captions(std::string_view title, std::string_view x_label, std::string_view y_label);

// A fixed range for `axis`, "x", "y" or "cb", if one is given.
std::string scale(std::string_view axis, const std::optional<Range>& range);

// plot 'a', 'b', ... one element a line.
std::string plot_command(const std::vector<std::string>& elements);

// The picture's file name, empty if the format draws on the screen.
std::string picture_name(const std::string& name, Format format);

}  // namespace plots
