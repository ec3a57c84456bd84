// What the tests of plots share: a fresh folder, a PATH for a while, and the notes a run says.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plots/output.hpp"
#include "tests/temporary_folder.hpp"

// A folder for figures, and what was said about them.
struct Workspace : TemporaryFolder {
  std::string read(const std::string& name) const { return content_of(*this / name); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }

  bool has(const std::string& name) const { return std::filesystem::exists(path / name); }

  // Writes figures here; what it says is kept in `notes`.
  plots::Output output(plots::Format format = plots::Format::png) {
    return {.folder = path, .format = format, .say = [this](const std::string& note) { notes.push_back(note); }};
  }

  std::vector<std::string> notes;
};

// PATH holds one folder only as long as this lives.
class OnlyOnPath {
 public:
  explicit OnlyOnPath(const std::filesystem::path& folder) : before_(std::getenv("PATH")) {
    setenv("PATH", folder.c_str(), 1);
  }
  ~OnlyOnPath() { setenv("PATH", before_.c_str(), 1); }
  OnlyOnPath(const OnlyOnPath&) = delete;
  OnlyOnPath& operator=(const OnlyOnPath&) = delete;

 private:
  std::string before_;
};

// Standard output, of this program and of those it starts, goes to a file as long as this lives.
class StandardOutputTo {
 public:
  explicit StandardOutputTo(const std::filesystem::path& file) : before_(dup(1)) {
    std::fflush(stdout);
    const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(opened, 1);
    close(opened);
  }
  ~StandardOutputTo() {
    std::fflush(stdout);
    dup2(before_, 1);
    close(before_);
  }
  StandardOutputTo(const StandardOutputTo&) = delete;
  StandardOutputTo& operator=(const StandardOutputTo&) = delete;

 private:
  int before_;
};

// The message of the exception that `act` throws, or "nothing thrown"; another type of exception passes through.
template <typename Exception>
std::string message_of(auto act) {
  try {
    act();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing thrown";
}
