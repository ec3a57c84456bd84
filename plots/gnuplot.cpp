// The one file that includes gnuplot-iostream.
#include "plots/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gnuplot-iostream.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

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

// A file descriptor that is closed with its owner and that no child inherits. It is at least 3: in a program that was
// started with a closed stdin, a pipe would else become the child's stdin, which then waits for itself for ever.
class Descriptor {
 public:
  explicit Descriptor(int opened) : fd_(fcntl(opened, F_DUPFD_CLOEXEC, 3)) {
    if (opened >= 0) close(opened);
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void close_now() { close(release()); }

 private:
  int fd_;
};

// Starts gnuplot; returns its process, or -1 with the reason in `errno`.
pid_t start_gnuplot(bool keep_window, int input, int errors) {
  posix_spawn_file_actions_t redirect;
  posix_spawn_file_actions_init(&redirect);
  posix_spawn_file_actions_adddup2(&redirect, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&redirect, errors, STDERR_FILENO);
  std::string program = "gnuplot", persist = "-persist";
  std::vector<char*> words{program.data()};
  if (keep_window) words.push_back(persist.data());
  words.push_back(nullptr);
  pid_t process = -1;
  const int error = posix_spawnp(&process, "gnuplot", &redirect, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&redirect);
  errno = error;
  return error == 0 ? process : -1;
}

// The status it ended with; nothing if it had to be killed.
std::optional<int> wait_for(pid_t process, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= until) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status;
}

}  // namespace

bool gnuplot_is_on_path() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto program = std::filesystem::path(folder.empty() ? "." : folder) / "gnuplot";
    std::error_code none;  // a folder that cannot be read has no gnuplot for us
    if (std::filesystem::is_regular_file(program, none) && access(program.c_str(), X_OK) == 0) return true;
  }
  return false;
}

bool& told_that_gnuplot_is_missing() {
  static bool told = false;
  return told;
}

GnuplotRun run_gnuplot(const std::filesystem::path& folder, const std::string& script, bool keep_window,
                       std::chrono::milliseconds limit) {
  const IgnorePipeSignal ignore_pipe_signal;
  const File error_file(std::tmpfile());
  Descriptor errors(error_file ? dup(fileno(error_file.get())) : open("/dev/null", O_WRONLY));
  int ends[2];
  if (pipe(ends) != 0) return {false, std::strerror(errno)};
  Descriptor input(ends[0]), commands(ends[1]);
  std::fflush(stdout);
  const pid_t process = start_gnuplot(keep_window, input.get(), errors.get());
  input.close_now();  // the reader is gnuplot alone: writing then fails when it dies
  if (process < 0) return {false, fmt::format("cannot start it: {}", std::strerror(errno))};
  {
    gnuplotio::Gnuplot gnuplot(fdopen(commands.release(), "w"));  // closes it
    gnuplot << "cd " << literal(folder.empty() ? "." : folder.string()) << "\n"
            << "load " << literal(script) << "\n";
  }
  const std::optional<int> status = wait_for(process, limit);
  if (!status) return {false, fmt::format("it did not end within {:g} s", limit.count() / 1000.0)};
  const std::string complaint = first_complaint(contents(error_file.get()));
  if (*status == 0) return {true, complaint};
  return {false, complaint.empty() ? how_it_ended(*status) : complaint};
}

}  // namespace plots
