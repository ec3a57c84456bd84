#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

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

// An error names the file that was meant.
void write_file(const std::filesystem::path& path, const std::filesystem::path& meant, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw std::runtime_error(
        fmt::format("cannot write {}: {}", meant.string(), std::generic_category().message(errno)));
}

// A folder of this figure's own within the folder of all figures. Two programs that draw there at the same time would
// else write one script and read each other's halves.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& figures) {
    std::string name = (figures / ".drawing_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error(
          fmt::format("cannot write in {}: {}", figures.string(), std::generic_category().message(errno)));
    folder_ = name;
  }
  ~Draft() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::filesystem::path& folder() const { return folder_; }

  // Moves these files to `figures` while no other program does, so that they belong together.
  void publish(const std::filesystem::path& figures, const std::vector<std::string>& files) const {
    const int lock = open(figures.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock >= 0) flock(lock, LOCK_EX);
    std::error_code error;
    std::string failed;
    for (const std::string& file : files) {
      std::filesystem::rename(folder_ / file, figures / file, error);
      if (error) failed = (figures / file).string();
      if (error) break;
    }
    if (lock >= 0) close(lock);
    if (error) throw std::runtime_error(fmt::format("cannot write {}: {}", failed, error.message()));
  }

 private:
  std::filesystem::path folder_;
};

// Draws what lies in `draft`; true if there is a picture, or one was shown.
bool draw(const std::filesystem::path& draft, const Output& output, const std::string& name) {
  const std::string stem = (output.folder / name).string();
  if (!gnuplot_is_on_path()) {
    if (!std::exchange(told_that_gnuplot_is_missing(), true))
      output.say(fmt::format("gnuplot not found: wrote {}.csv and .gp; install gnuplot and run: gnuplot {}.gp in {}",
                             stem, name, output.folder.string()));
    return false;
  }
  const std::string picture = picture_name(name, output.format);
  GnuplotRun run = run_gnuplot(draft, name + ".gp", output.format == Format::window);
  if (run.succeeded && !picture.empty() && !std::filesystem::exists(draft / picture))
    run = {false, "it wrote no picture"};
  if (run.succeeded) {
    if (!run.complaint.empty()) output.say(fmt::format("gnuplot on {}.gp: {}", stem, run.complaint));
    return true;
  }
  std::error_code ignored;
  if (!picture.empty()) std::filesystem::remove(output.folder / picture, ignored);  // of an earlier run
  output.say(fmt::format("gnuplot failed on {}.gp: {}; the data are in {}.csv", stem, run.complaint, stem));
  return false;
}

}  // namespace

bool save(const Drawing& drawing, const Output& output, const std::string& name) {
  check_name(name);
  if (output.format == Format::none) return false;
  const std::filesystem::path folder = output.folder.empty() ? "." : output.folder;
  make_folder(folder);
  const Draft draft(folder);
  write_file(draft.folder() / (name + ".csv"), folder / (name + ".csv"), drawing.csv);
  write_file(draft.folder() / (name + ".gp"), folder / (name + ".gp"),
             preamble(name, output.format, drawing.width, drawing.height) + drawing.commands + "unset output\n");
  if (!drawing.note.empty()) output.say(fmt::format("{}: {}", name, drawing.note));
  const bool drawn = draw(draft.folder(), output, name);
  std::vector<std::string> files{name + ".csv", name + ".gp"};
  const std::string picture = picture_name(name, output.format);
  if (drawn && !picture.empty()) files.push_back(picture);
  draft.publish(folder, files);
  return drawn;
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
