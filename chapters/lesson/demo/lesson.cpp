#include "chapters/lesson/demo/lesson.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "chapters/lesson/demo/interrupt.hpp"
#include "chapters/lesson/whole_file.hpp"
#include "models/training/parallel.hpp"

namespace lesson {
namespace {

bool wants_colour(const std::ostream& out) {
  const char* terminal = std::getenv("TERM");
  return &out == &std::cout && isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

// The width of the terminal that stdout is; 0 if it is none.
int terminal_columns() {
  winsize size{};
  return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? int{size.ws_col} : 0;
}

// Throws when no file could be made in the folder, which need not exist yet. Called before the long work starts.
void require_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  fs::path existing = fs::absolute(folder);
  std::error_code none;
  for (const fs::path& part : existing)
    if (part.native().size() > NAME_MAX)
      throw std::runtime_error("--figures: the name of a folder has at most " + std::to_string(NAME_MAX) +
                               " bytes, found " + std::to_string(part.native().size()));
  while (!fs::exists(existing, none) && existing.has_relative_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing, none))
    throw std::runtime_error("--figures: " + existing.string() + " is not a folder");
  if (access(existing.c_str(), W_OK) != 0) throw std::runtime_error("--figures: cannot write in " + existing.string());
}

// A stream that the program was started without must not become the number of a file that is opened later: what is
// meant for the reader would be written into it. Reading then finds the end, writing fails.
void fill_missing_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) == -1) open("/dev/null", O_RDONLY);  // takes the lowest free number: this one
}

// The slugs that chapters/equations.csv lists for this chapter: lines of slug,section,chapter.
std::vector<std::string> owed_by(const std::string& chapter) {
  std::vector<std::string> slugs;
  std::ifstream table(TAPESTRY_CHAPTERS "/equations.csv");
  for (std::string line; std::getline(table, line);)
    if (line.ends_with("," + chapter)) slugs.push_back(line.substr(0, line.find(',')));
  return slugs;
}

// The sentence of whatever is being thrown.
std::string current_error() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an unknown error";
  }
}

}  // namespace

Lesson::Lesson(std::string name, std::string title, std::string sections)
    : Lesson(std::move(name), std::move(title), std::move(sections), std::cout, std::cerr) {}

Lesson::Lesson(std::string name, std::string title, std::string sections, std::ostream& out, std::ostream& err)
    : name_(std::move(name)),
      title_(std::move(title)),
      sections_(std::move(sections)),
      out_(&out),
      err_(&err),
      paint_{wants_colour(out)} {
  options_.group("This chapter");
}

Lesson::~Lesson() = default;

void Lesson::be_silent() {
  static std::ostream nowhere(nullptr);
  out_ = err_ = &nowhere;
  silent_ = true;
}

void Lesson::declare_common_options() {
  options_.group("Every chapter");
  options_.add("--seed", seed_, "of all random numbers");
  options_.add("--quick", quick_, "smaller numbers: a few seconds");
  options_.add("--figures", figures_, "folder of the figures", "DIR");
  options_.add("--format", format_, "of the figures",
               std::vector<std::string>{"png", "svg", "window", "terminal", "sixel"});
  options_.add("--no-plots", no_plots_, "draw no figures");
  options_.add("--data-folder", data_, "folder of the data, instead of chapters/data", "DIR");
  options_.add("--json", json_, "write every check with its numbers there", "FILE");
}

int Lesson::run(int argc, const char* const* argv, const std::function<void()>& body) {
  fill_missing_streams();
  declare_common_options();
  try {
    if (!options_.parse(argc, argv, quick_)) {
      *out_ << options_.help(name_, title_) << std::flush;
      return 0;
    }
    if (silent_) json_.clear(), no_plots_ = true;
    if (!json_.empty()) require_writable(json_);
    open_figures();
  } catch (...) {
    error_ = current_error();
    *err_ << name_ << ": " << error_ << '\n';
    return 2;
  }

  const auto start = std::chrono::steady_clock::now();
  try {
    print(title_line(name_, title_, sections_, paint_));
    print(columns_line(paint_));
    models::require_room_for_products();
    body();
  } catch (...) {
    error_ = current_error();
    *err_ << name_ << ": " << error_ << '\n';
  }
  return finish(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

Equation Lesson::equation(std::string_view section, std::string_view statement, std::string_view slug) {
  headings_.push_back({std::string(section), std::string(statement), std::string(slug)});
  print(equation_line(headings_.back(), paint_));
  return Equation([this, heading = headings_.size() - 1](Check check) { keep(heading, std::move(check)); });
}

void Lesson::keep(std::size_t heading, Check check) {
  Heading& of = headings_.at(heading);
  check.slug = of.slug;
  check.section = of.section;
  check.statement = of.statement;
  ++of.checks;
  of.passed = of.passed && check.passed;
  of.printed_wrongly = of.printed_wrongly || check.expected == "fails";
  print(check_line(check, paint_));
  checks_.push_back(std::move(check));
}

int Lesson::finish(double seconds) {
  bool passed = error_.empty();
  if (passed) {
    const auto [line, all_hold] = verdict(headings_, interrupted(), paint_, owed_by(name_));
    *out_ << '\n';
    print(line + "." + figures_text() + "   " + duration(seconds));
    passed = all_hold;
    if (passed && !no_plots_ && !interrupted())
      for (const std::string& fault : faults_of_figures(shown_, figures_, name_.substr(0, 2) + "_", started_)) {
        *err_ << name_ << ": " << fault << '\n';
        error_ += (error_.empty() ? "" : "; ") + fault;
      }
    passed = passed && error_.empty();
  }
  if (!*out_ && !silent_) {
    *err_ << name_ << ": the output could not be written\n";
    passed = false;
  }
  try {
    if (!json_.empty())
      write_whole(json_, to_json({name_, seed_, options_.values(), checks_, metrics_, rungs_, seconds, interrupted(),
                                  error_}));
  } catch (...) {
    *err_ << name_ << ": " << current_error() << '\n';
    passed = false;
  }
  if (interrupted()) return 128 + interrupting_signal();
  return passed ? 0 : 1;
}

void Lesson::say(std::string_view line) { *out_ << line << '\n' << std::flush; }

// On a terminal that is narrower than a line, the line is broken between words.
void Lesson::print(const std::string& text) {
  const int columns = out_ == &std::cout ? terminal_columns() : 0;
  std::istringstream lines(text);  // a long label stands on a line of its own
  for (std::string line; std::getline(lines, line);) *out_ << wrapped(line, columns) << '\n';
  *out_ << std::flush;
}

Metric Lesson::metric(std::string_view name, double value) {
  metrics_.emplace_back(name, value);
  return {shown_, name, value};
}

void Lesson::rung(Rung rung) { rungs_.push_back(std::move(rung)); }

std::string Lesson::data(std::string_view name) const {
  const std::string folder = data_.empty() ? TAPESTRY_CHAPTERS "/data" : data_;
  std::string path = folder + "/" + std::string(name);
  if (!std::filesystem::exists(path))
    throw std::runtime_error("cannot find " + path + ": pass its folder with --data-folder");
  return path;
}

void Lesson::open_figures() {
  output_ = {.folder = figures_,
             .format = no_plots_ ? plots::Format::none : plots::format_named(format_),
             .say = [this](const std::string& note) { *err_ << note << '\n'; }};
  if (!no_plots_) require_folder(figures_);
  // the stamp of a file lags behind the clock by up to a tick of the kernel's, of some milliseconds
  started_ = std::filesystem::file_time_type::clock::now() - std::chrono::milliseconds(20);
}

// Names the pictures of this run; without gnuplot, their data.
std::string Lesson::figures_text() const {
  namespace fs = std::filesystem;
  const std::string start = name_.substr(0, 2) + "_";
  std::error_code none;
  bool pictures = false, data = false;
  for (const auto& file : fs::directory_iterator(no_plots_ ? "" : figures_, none)) {
    const fs::path path = file.path();
    if (!path.filename().string().starts_with(start) || file.last_write_time(none) < started_) continue;
    pictures = pictures || path.extension() == "." + format_;
    data = data || path.extension() == ".csv";
  }
  if (!pictures && !data) return "";
  return "   figures: " + (fs::path(figures_) / (start + "*." + (pictures ? format_ : "csv"))).string();
}

}  // namespace lesson
