#pragma once
// What a run leaves behind: its log, line by line, and the curve of what it reached by the clock.

#include <optional>
#include <string>

#include "models/vae/vae_trainer.hpp"

namespace bench {

using autograd::Matrix;

// Columns of the history: one row an estimate on the way.
enum HistoryColumn { kEpoch, kSeconds, kTrainBound, kLogLikelihood, kLogLikelihoodSe, kHistoryColumns };

// Prints each line and keeps it in FOLDER/log.txt, which is whole after every line.
class RunLog {
 public:
  // Makes the folder; "" keeps no log and prints nothing. Throws
  // std::runtime_error when the log cannot be written there.
  explicit RunLog(const std::string& folder);
  void say(const std::string& line);

 private:
  std::string path_, text_;
};

// The last row of the history as a line of the log.
std::string probe_text(const Matrix<double>& history);

// FOLDER/curve.png and .csv: the estimates of the model by training time, with the
// published number, if there is one, as a guide.
void plot_curve(const Matrix<double>& history, const std::string& model, std::optional<double> published,
                const std::string& folder);

// As this machine calls its processor, and the date as 2026-01-31.
std::string processor_name();
std::string today();

}  // namespace bench
