#include "chapters/lesson/exercise/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <new>

#include "chapters/lesson/exercise/maintainers.hpp"
#include "chapters/lesson/exercise/todo.hpp"
#include "chapters/lesson/numbers.hpp"
#include "chapters/lesson/options.hpp"

// What initialises the static variables of a student's file: chapters/course/tame.py gathers it in this section. A
// program without the section has neither of its two ends.
using Initialiser = void (*)();
extern "C" __attribute__((weak)) const Initialiser __start_answer_initialisers[];
extern "C" __attribute__((weak)) const Initialiser __stop_answer_initialisers[];

namespace lesson {
namespace {

// Each exercise is checked on so many instances, so that no number passes that is right on one by accident.
constexpr std::uint64_t kInstances = 3;

struct Request {
  std::string exercise, hint, answers;
  int level = 1, verdict = -1;
  std::uint64_t seed = 1;
  bool list = false, table = false, solution = false, maintainers = false;
};

std::string answers_file(const Classroom& room, const Request& request) {
  if (!request.answers.empty()) return request.answers;
  return room.chapters_folder + "/" + room.chapter +
         (request.solution ? "/exercises/solution.cpp" : "/exercises/exercise.cpp");
}

// "05", the number that chapters/grade takes.
std::string chapter_number(const Classroom& room) { return room.chapter.substr(0, 2); }

// The line of the comment that starts with the exercise's number; 0 if there is none.
unsigned line_of(const std::string& path, const std::string& number) {
  std::ifstream file(path);
  std::string text;
  for (unsigned line = 1; std::getline(file, text); ++line) {
    const auto comment = text.find("//");
    const auto start = comment == std::string::npos ? comment : text.find_first_not_of("/ ", comment);
    if (start == std::string::npos || text.compare(start, number.size(), number) != 0) continue;
    const std::size_t after = start + number.size();
    if (after == text.size() || (text[after] != '.' && (text[after] < '0' || text[after] > '9'))) return line;
  }
  return 0;
}

const Exercise& find(const std::vector<Exercise>& exercises, const std::string& number) {
  std::vector<std::string> known;
  for (const Exercise& exercise : exercises) {
    if (exercise.number == number) return exercise;
    known.push_back(exercise.number);
  }
  throw UsageError(fmt::format("there is no exercise '{}' (known: {})", number, joined(known)));
}

void print_list(std::ostream& out, const std::vector<Exercise>& exercises) {
  out << "       points  minutes\n";
  for (const Exercise& e : exercises)
    out << fmt::format("{:<7}{:>6}{:>9}   {}   {}\n", e.number, e.points, e.minutes, pad_right(e.slug, 18),
                       e.statement);
}

// For the chapter's README.md, where chapters/index puts it.
void print_table(std::ostream& out, const std::vector<Exercise>& exercises) {
  out << "| | what to write | slug | points | minutes |\n|---|---|---|---|---|\n";
  for (const Exercise& e : exercises)
    out << fmt::format("| {} | {} | `{}` | {} | {} |\n", e.number, e.task, e.slug, e.points, e.minutes);
}

void print_hint(const Classroom& room, const Exercise& exercise, int level) {
  const int levels = exercise.hints.size();
  if (level > levels) throw UsageError(fmt::format("exercise {} has {} levels of hint", exercise.number, levels));
  room.out << exercise.hints[level - 1] << '\n';
  if (level < levels)
    room.out << fmt::format("(hint {} of {}; more: chapters/grade {} --hint {} --level {})\n", level, levels,
                            chapter_number(room), exercise.number, level + 1);
}

// "edit chapters/05_minibatch_sgd/exercises/exercise.cpp, line 31        (hint: chapters/grade 05 --hint 5.2)"
std::string where_to_edit(const Classroom& room, const Exercise& exercise, const Request& request, unsigned line) {
  const std::string file = answers_file(room, request);
  if (line == 0) line = line_of(file, exercise.number);
  std::string text = "edit " + project_path(file);
  if (line > 0) text += fmt::format(", line {}", line);
  return text + fmt::format("        (hint: chapters/grade {} --hint {})", chapter_number(room), exercise.number);
}

// For chapters/grade, which prints a headline of its own, the report alone.
void print_report(const Classroom& room, const Exercise& exercise, const Request& request, std::string_view state,
                  std::string report) {
  const bool headline = request.verdict < 0;
  if (headline)
    room.out << fmt::format("{:<6}{}{}   {}\n", exercise.number, pad_right(state, 16), exercise.slug,
                            exercise.statement);
  if (report.empty()) return;
  const std::string indent(headline ? 6 : 0, ' ');
  for (std::size_t at = 0; (at = report.find('\n', at)) != std::string::npos; at += 1 + indent.size())
    report.insert(at + 1, indent);
  room.out << indent << report << '\n';
}

int check_one(const Classroom& room, const Exercise& exercise, const Request& request) {
  std::uint64_t seed = request.seed;
  const auto not_yet = [&](const std::string& why) {
    std::string report = why + '\n' + where_to_edit(room, exercise, request, 0);
    if (seed != 1) report += fmt::format("\n(on the instance of --seed {})", seed);
    print_report(room, exercise, request, "not yet", report);
    return kWrong;
  };
  try {
    for (; seed < request.seed + kInstances; ++seed) {
      Attempt attempt(seed, request.solution);
      exercise.check(attempt);
    }
    print_report(room, exercise, request, "right", "");
    return kRight;
  } catch (const NotAttempted& skipped) {
    const std::string where = where_to_edit(room, exercise, request, skipped.where.line);
    print_report(room, exercise, request, "not attempted", fmt::format("to do: {}\n{}", skipped.what(), where));
    return kNotAttempted;
  } catch (const WrongAnswer& wrong) {
    const std::string report = wrong.what();
    const bool has_better = wrong.guess.empty() || report.find("likely:") != std::string::npos;
    return not_yet(has_better ? report : report + "\nlikely: " + wrong.guess);
  } catch (const std::bad_alloc& error) {
    return not_yet(
        fmt::format("it threw: {}\nlikely: it asks for more memory than an answer may have. Is a size wrong, or "
                    "does something grow in a loop without end?",
                    error.what()));
  } catch (const std::exception& error) {
    return not_yet(std::string("it threw: ") + error.what());
  } catch (...) {
    return not_yet("it threw something that is no std::exception");
  }
}

void initialise_answers() {
  for (const Initialiser* next = __start_answer_initialisers; next != __stop_answer_initialisers; ++next) (*next)();
}

// One exercise for chapters/grade: the word is read before anything of the student's runs.
int give_verdict(const Classroom& room, const Exercise& exercise, const Request& request) {
  std::string word;
  if (!std::getline(room.in, word) || word.empty())
    throw UsageError("--verdict: expected a word on standard input, found none");
  initialise_answers();
  const int outcome = check_one(room, exercise, request);
  const char* verdict = outcome == kRight ? "right" : outcome == kWrong ? "wrong" : "not attempted";
  const std::string line = fmt::format("{} {} {}\n", word, exercise.number, verdict);
  if (write(request.verdict, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw UsageError(fmt::format("--verdict: file descriptor {} cannot be written to", request.verdict));
  return outcome;
}

int check_for_maintainers(const Classroom& room, const std::vector<Exercise>& exercises, const Request& request) {
  const auto faults = request.solution ? faults_of_solution(exercises) : faults_of_skeleton(exercises);
  for (const std::string& fault : faults) room.out << fault << '\n';
  room.out << fmt::format("{} exercises, {} faults\n", exercises.size(), faults.size());
  return faults.empty() ? kRight : kWrong;
}

int check_all(const Classroom& room, const std::vector<Exercise>& exercises, const Request& request) {
  int right = 0, points = 0, possible = 0;
  bool wrong = false;
  for (const Exercise& exercise : exercises) {
    const int outcome = check_one(room, exercise, request);
    possible += exercise.points;
    wrong = wrong || outcome == kWrong;
    if (outcome != kRight) continue;
    ++right;
    points += exercise.points;
  }
  room.out << fmt::format("{} of {} right, {} of {} points\n", right, exercises.size(), points, possible);
  if (wrong) return kWrong;
  return right == static_cast<int>(exercises.size()) ? kRight : kNotAttempted;
}

// False when --help was asked for and printed.
bool read(int argc, const char* const* argv, const Classroom& room, Request& request) {
  // the number may stand alone, in front; the rest are options
  std::vector<const char*> words(argv, argv + argc);
  if (words.size() > 1 && words[1][0] != '-') {
    request.exercise = words[1];
    words.erase(words.begin() + 1);
  }
  Options options;
  options.group("Exercises of chapter " + room.chapter);
  options.add("--list", request.list, "all exercises with points and minutes");
  options.add("--table", request.table, "the same as the table of the chapter's README.md");
  options.add("--hint", request.hint, "print a hint for this exercise", "NUMBER");
  options.add("--level", request.level, "of the hint: 3 is nearly the answer", between(1, 3));
  options.add("--seed", request.seed, "of the random instances", at_least(1));
  options.add("--solution", request.solution, "check the reference answers, and the checks themselves");
  options.add("--maintainers", request.maintainers,
              "every exercise is untouched; with --solution: the table is sound");
  options.group("For chapters/grade");
  options.add("--verdict", request.verdict,
              "write the verdict to this file descriptor, with the word from standard input", at_least(0));
  options.add("--answers", request.answers, "the student's file, to name its lines", "FILE");
  if (options.parse(words.size(), words.data(), false)) return true;
  room.out << options.help("exercise_" + chapter_number(room) + " [NUMBER]", "");
  return false;
}

}  // namespace

int check_exercises(int argc, const char* const* argv, const Classroom& room, const std::vector<Exercise>& exercises) {
  try {
    Request request;
    if (!read(argc, argv, room, request)) return kRight;
    if (request.list) return print_list(room.out, exercises), kRight;
    if (request.table) return print_table(room.out, exercises), kRight;
    if (!request.hint.empty()) return print_hint(room, find(exercises, request.hint), request.level), kRight;
    if (request.maintainers) return check_for_maintainers(room, exercises, request);
    if (request.verdict >= 0) return give_verdict(room, find(exercises, request.exercise), request);
    if (request.exercise.empty()) return check_all(room, exercises, request);
    return check_one(room, find(exercises, request.exercise), request);
  } catch (const UsageError& error) {
    room.err << error.what() << '\n';
    return kUsage;
  }
}

int check_exercises(int argc, const char* const* argv, const std::string& chapter,
                    const std::vector<Exercise>& exercises) {
  return check_exercises(argc, argv, Classroom{chapter, TAPESTRY_CHAPTERS, std::cin, std::cout, std::cerr}, exercises);
}

}  // namespace lesson
