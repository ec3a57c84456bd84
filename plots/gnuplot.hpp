// Running gnuplot.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace plots {

bool gnuplot_is_on_path();

// A run that draws twenty figures says only once that gnuplot is missing.
bool& told_that_gnuplot_is_missing();

struct GnuplotRun {
  bool succeeded;
  std::string complaint;  // gnuplot's first error line or, if it succeeded, its first warning; may be empty
};

// Loads `script` in `folder`. With `keep_window`, a window stays open after gnuplot has ended. A gnuplot that has not
// ended after `limit` is killed.
GnuplotRun run_gnuplot(const std::filesystem::path& folder, const std::string& script, bool keep_window,
                       std::chrono::milliseconds limit = std::chrono::minutes(2));

}  // namespace plots
