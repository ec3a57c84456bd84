// The one file that includes gnuplot-iostream.
#include "plots/gnuplot.hpp"

#include <fmt/format.h>
#include <gnuplot-iostream.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string_view>

#include "plots/text.hpp"

namespace plots {
namespace {

// A gnuplot that dies early must not take this program with it: writing to it then fails instead.
class IgnorePipeSignal {
 public:
  IgnorePipeSignal() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~IgnorePipeSignal() { std::signal(SIGPIPE, before_); }
  IgnorePipeSignal(const IgnorePipeSignal&) = delete;
  IgnorePipeSignal& operator=(const IgnorePipeSignal&) = delete;

 private:
  void (*before_)(int);
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::string contents(std::FILE* file) {
  std::string text;
  if (file == nullptr) return text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  return text;
}

// gnuplot shows the command and a caret first; the line that says what is wrong reads `"x.gp" line 7: ...`.
bool says_what_is_wrong(std::string_view line) {
  const auto at = line.find("line ");
  return at != std::string_view::npos && at + 5 < line.size() && std::isdigit(line[at + 5]) != 0 &&
         line.find(": ", at) != std::string_view::npos;
}

// A flat line or a constant matrix: gnuplot widens the range by itself, which is as it should be.
bool is_harmless(std::string_view line) { return line.find("adjusting to") != std::string_view::npos; }

std::string first_complaint(const std::string& errors) {
  std::istringstream lines(errors);
  std::string first;
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of(" \t\r"));
    if (is_harmless(line)) continue;
    if (says_what_is_wrong(line)) return line;
    if (first.empty()) first = line;
  }
  return first;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

bool gnuplot_is_on_path() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto program = std::filesystem::path(folder.empty() ? "." : folder) / "gnuplot";
    if (std::filesystem::is_regular_file(program) && access(program.c_str(), X_OK) == 0) return true;
  }
  return false;
}

bool& told_that_gnuplot_is_missing() {
  static bool told = false;
  return told;
}

GnuplotRun run_gnuplot(const std::filesystem::path& folder, const std::string& script, bool keep_window) {
  const IgnorePipeSignal ignore_pipe_signal;
  const File errors(std::tmpfile());
  const std::string error_file = errors ? fmt::format("/dev/fd/{}", fileno(errors.get())) : "/dev/null";
  std::fflush(stdout);
  std::FILE* pipe = popen(fmt::format("exec gnuplot {} 2>{}", keep_window ? "-persist" : "", error_file).c_str(), "w");
  if (pipe == nullptr) return {false, "cannot start it"};
  {
    // Gnuplot closes its copy of the pipe; the status comes with closing the pipe itself.
    gnuplotio::Gnuplot gnuplot(fdopen(dup(fileno(pipe)), "w"));
    gnuplot << "cd " << literal(folder.empty() ? "." : folder.string()) << "\n"
            << "load " << literal(script) << "\n";
  }
  const int status = pclose(pipe);
  const std::string complaint = first_complaint(contents(errors.get()));
  if (status == 0) return {true, complaint};
  return {false, complaint.empty() ? how_it_ended(status) : complaint};
}

}  // namespace plots
