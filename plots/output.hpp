// Where figures go, and in what form.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace plots {

enum class Format {
  png,
  svg,
  window,    // a window of gnuplot's own; stays open when the program ends
  terminal,  // characters, printed on standard output
  sixel,     // a picture inside a terminal that knows sixels, printed on standard output
  none       // no plots: nothing is written
};

// "png", "svg", "window", "terminal", "sixel", "none". Throws std::invalid_argument for any other word.
Format format_named(std::string_view word);

void say_on_stderr(const std::string& note);

struct Output {
  std::filesystem::path folder = "figures";  // created when the first figure is saved
  Format format = Format::png;
  // Gets each note, one line without its newline: gnuplot is missing, gnuplot failed, points were left out.
  std::function<void(const std::string& note)> say = say_on_stderr;
};

}  // namespace plots
