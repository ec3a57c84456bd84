#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "plots/drawing.hpp"
#include "plots/gnuplot.hpp"
#include "plots/look.hpp"

namespace plots {
namespace {

void check_name(const std::string& name) {
  if (name.empty() || name.find_first_of("/\\'\"\n") != std::string::npos)
    throw std::invalid_argument(
        fmt::format("a figure's name is a plain file name without extension, such as 05_bias; found \"{}\"", name));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot make the folder for figures {}: {}", folder.string(), error.message()));
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw std::runtime_error(
        fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(errno)));
}

bool draw(const Output& output, const std::string& name) {
  const std::string stem = (output.folder / name).string();
  if (!gnuplot_is_on_path()) {
    if (!std::exchange(told_that_gnuplot_is_missing(), true))
      output.say(fmt::format("gnuplot not found: wrote {}.csv and .gp; install gnuplot and run: gnuplot {}.gp in {}",
                             stem, name, output.folder.string()));
    return false;
  }
  const std::string picture = picture_name(name, output.format);
  GnuplotRun run = run_gnuplot(output.folder, name + ".gp", output.format == Format::window);
  if (run.succeeded && !picture.empty() && !std::filesystem::exists(output.folder / picture))
    run = {false, "it wrote no picture"};
  if (run.succeeded) {
    if (!run.complaint.empty()) output.say(fmt::format("gnuplot on {}.gp: {}", stem, run.complaint));
    return true;
  }
  std::error_code ignored;
  if (!picture.empty()) std::filesystem::remove(output.folder / picture, ignored);
  output.say(fmt::format("gnuplot failed on {}.gp: {}; the data are in {}.csv", stem, run.complaint, stem));
  return false;
}

}  // namespace

bool save(const Drawing& drawing, const Output& output, const std::string& name) {
  check_name(name);
  if (output.format == Format::none) return false;
  const std::filesystem::path stem = output.folder / name;
  make_folder(output.folder.empty() ? "." : output.folder);
  write_file(stem.string() + ".csv", drawing.csv);
  write_file(stem.string() + ".gp",
             preamble(name, output.format, drawing.width, drawing.height) + drawing.commands + "unset output\n");
  if (!drawing.note.empty()) output.say(fmt::format("{}: {}", name, drawing.note));
  return draw(output, name);
}

void say_on_stderr(const std::string& note) { std::cerr << note << '\n'; }

Format format_named(std::string_view word) {
  if (word == "png") return Format::png;
  if (word == "svg") return Format::svg;
  if (word == "window") return Format::window;
  if (word == "terminal") return Format::terminal;
  if (word == "sixel") return Format::sixel;
  if (word == "none") return Format::none;
  throw std::invalid_argument(
      fmt::format("the format of figures is png, svg, window, terminal, sixel or none; found \"{}\"", word));
}

}  // namespace plots
