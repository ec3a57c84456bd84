#include "plots/look.hpp"

#include <fmt/format.h>

#include <array>

#include "plots/text.hpp"

namespace plots {
namespace {

std::string terminal(const std::string& name, Format format, int width, int height) {
  const std::string size = fmt::format("size {},{}", width, height);
  const std::string font = "font 'DejaVu Sans,15'";
  switch (format) {
    case Format::png:
      return fmt::format("set terminal pngcairo {} {}\nset output {}\n", size, font, literal(name + ".png"));
    case Format::svg:
      return fmt::format("set terminal svg {} {} background 'white'\nset output {}\n", size, font,
                         literal(name + ".svg"));
    case Format::terminal:
      return "set terminal dumb size 100,32\n";
    case Format::sixel:
      return fmt::format("set terminal sixelgd {} {} truecolor\n", size, font);
    default:
      return "if (GPVAL_TERM eq 'unknown') { print 'it has no terminal that opens a window'; exit status 1 }\n";
  }
}

}  // namespace

std::string line_colour(std::size_t line) {
  static const std::array colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};
  return colours[line % colours.size()];
}

Marker class_marker(std::size_t which) {
  static const std::array<Marker, 10> markers = {{{"#332288", 7},
                                                  {"#CC6677", 5},
                                                  {"#117733", 9},
                                                  {"#DDCC77", 11},
                                                  {"#88CCEE", 13},
                                                  {"#882255", 15},
                                                  {"#44AA99", 6},
                                                  {"#999933", 4},
                                                  {"#AA4499", 8},
                                                  {"#555555", 2}}};
  return markers[which % markers.size()];
}

std::string viridis() {
  return "set palette defined (0 '#440154', 1 '#472D7B', 2 '#3B528B', 3 '#2C728E', 4 '#21918C', "
         "5 '#28AE80', 6 '#5EC962', 7 '#ADDC30', 8 '#FDE725')\n";
}

std::string preamble(const std::string& name, Format format, int width, int height) {
  return fmt::format("# Draw this figure again, in this folder:  gnuplot {}.gp\n", name) +
         "reset\n"
         "set encoding utf8\n" +
         terminal(name, format, width, height) + fmt::format("data = {}\n", literal(name + ".csv")) +
         "set datafile separator ','\n"
         "set border 3 linewidth 1 linecolor rgb '#404040'\n"
         "set tics nomirror out scale 0.6\n" +
         (format == Format::terminal ? "" : "set grid linetype 1 linewidth 0.6 linecolor rgb '#DDDDDD'\n") +
         "set key outside below center horizontal Left reverse noenhanced width 2 height 1 samplen 3\n";
}

std::string captions(std::string_view title, std::string_view x_label, std::string_view y_label) {
  return fmt::format("set title {} noenhanced font ',18'\n", literal(title)) +
         fmt::format("set xlabel {} noenhanced\n", literal(x_label)) +
         fmt::format("set ylabel {} noenhanced\n", literal(y_label));
}

std::string scale(std::string_view axis, const std::optional<Range>& range) {
  return range ? fmt::format("set {}range [{}:{}]\n", axis, number(range->low), number(range->high)) : "";
}

std::string plot_command(const std::vector<std::string>& elements) {
  std::string command;
  for (const std::string& element : elements) command += (command.empty() ? "plot " : ", \\\n     ") + element;
  return command + '\n';
}

std::string picture_name(const std::string& name, Format format) {
  return format == Format::png ? name + ".png" : format == Format::svg ? name + ".svg" : "";
}

}  // namespace plots
