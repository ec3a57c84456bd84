#include "chapters/lesson/exercise/maintainers.hpp"

#include <fmt/format.h>

#include <set>

#include "chapters/lesson/exercise/todo.hpp"
#include "chapters/lesson/numbers.hpp"

namespace lesson {
namespace {

constexpr std::uint64_t kSeeds = 8;

void check_table(const Exercise& exercise, std::vector<std::string>& faults) {
  const auto fault = [&](std::string_view text) { faults.push_back(fmt::format("{}: {}", exercise.number, text)); };
  const bool has_kind =
      exercise.slug.starts_with("eq:") || exercise.slug.starts_with("claim:") || exercise.slug.starts_with("test:");
  if (!has_kind) fault(fmt::format("its slug is '{}', expected eq:..., claim:... or test:...", exercise.slug));
  if (exercise.task.empty()) fault("it does not say what there is to write");
  if (exercise.statement.empty() || exercise.statement.find('\n') != std::string::npos)
    fault("its statement is not one line");
  if (exercise.points < 1 || exercise.minutes < 1) fault("its points or its minutes are below 1");
  const std::set<std::string> different(exercise.hints.begin(), exercise.hints.end());
  if (exercise.hints.size() != 3 || different.size() != 3 || different.contains(""))
    fault("expected three hints, none like another");
}

void check_instances(const Exercise& exercise, std::vector<std::string>& faults) {
  std::set<std::vector<double>> right_answers;
  int mistakes = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Attempt attempt(seed, true);
    try {
      exercise.check(attempt);
    } catch (const std::exception& error) {
      faults.push_back(fmt::format("{}, seed {}: {}", exercise.number, seed, error.what()));
      return;
    }
    right_answers.insert(attempt.right_answers());
    mistakes += attempt.mistakes_tried();
  }
  if (mistakes == 0) faults.push_back(exercise.number + ": lists no mistake");
  if (right_answers.size() == 1 && !exercise.same_on_every_instance)
    faults.push_back(exercise.number + ": the right answers are the same on every instance, so a constant passes");
}

}  // namespace

std::vector<std::string> faults_of_skeleton(const std::vector<Exercise>& exercises) {
  std::vector<std::string> faults;
  for (const Exercise& exercise : exercises) {
    std::string found = "right";
    try {
      Attempt attempt(1, false);
      exercise.check(attempt);
    } catch (const NotAttempted&) {
      continue;
    } catch (const std::exception& error) {
      found = error.what();
    }
    faults.push_back(
        fmt::format("{}: expected 'not attempted' of the untouched file, found: {}", exercise.number, found));
  }
  return faults;
}

std::vector<std::string> faults_of_solution(const std::vector<Exercise>& exercises) {
  std::vector<std::string> faults;
  for (const Exercise& exercise : exercises) {
    check_table(exercise, faults);
    check_instances(exercise, faults);
  }
  return faults;
}

}  // namespace lesson
