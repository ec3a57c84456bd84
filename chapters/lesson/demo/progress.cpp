#include "chapters/lesson/demo/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include "chapters/lesson/numbers.hpp"

namespace lesson {
namespace {

constexpr double kSecondsBetweenDrawings = 0.1;
constexpr std::int64_t kPlainLines = 20;

// Eighths of a cell, so that a short bar still moves smoothly.
std::string bar(double done, int cells) {
  constexpr std::array<const char*, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = std::clamp(done, 0.0, 1.0) * cells * 8;
  std::string drawn;
  for (int i = 0; i < eighths / 8; ++i) drawn += "█";
  drawn += kEighths[eighths % 8];
  return fmt::format("▕{}▏", pad_right(drawn, cells));
}

}  // namespace

Screen Screen::standard_error() {
  const auto width = [] {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? int{size.ws_col} : 80;
  };
  const auto clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  const char* kind = std::getenv("TERM");
  const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
  return {&std::cerr, isatty(STDERR_FILENO) == 1 && !dumb, width, clock};
}

Screen Screen::nowhere() {
  static std::ostream out(nullptr);
  Screen screen = standard_error();
  screen.out = &out, screen.terminal = false;
  return screen;
}

Progress::Progress(std::string_view round, std::int64_t rounds, std::int64_t items_per_round, std::string_view items,
                   Screen screen)
    : round_(round),
      items_(items),
      rounds_(rounds),
      items_per_round_(items_per_round),
      screen_(std::move(screen)),
      started_(screen_.clock()),
      last_drawn_(started_) {  // the first drawing already knows a rate
  value_name_.reserve(32);     // show() then assigns without allocating
}

Progress::~Progress() { clear(); }

void Progress::show(std::string_view name, double value) {
  value_name_.assign(name.substr(0, 32));
  value_ = value;
  has_value_ = true;
}

void Progress::advance(std::int64_t items) {
  in_round_ += items;
  counted_ += items;
  if (!screen_.terminal) return;
  const double now = screen_.clock();
  if (now - last_drawn_ < kSecondsBetweenDrawings) return;
  last_drawn_ = now;
  draw();
}

void Progress::end_round() {
  ++rounds_done_;
  in_round_ = 0;
  if (screen_.terminal) return;
  const std::int64_t every = std::max<std::int64_t>(1, (rounds_ + kPlainLines - 1) / kPlainLines);
  if (rounds_done_ % every == 0 || rounds_done_ == rounds_) print_line();
}

void Progress::resume_at(std::int64_t rounds_done) { rounds_done_ = rounds_done; }

void Progress::clear() {
  if (!drawn_) return;
  *screen_.out << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

double Progress::items_left() const {
  const double rounds_left = std::max<std::int64_t>(rounds_ - rounds_done_, 0);
  return std::max(0.0, rounds_left * items_per_round_ - in_round_);
}

std::string Progress::value_text() const {
  return has_value_ ? fmt::format("{} {:.{}f}", value_name_, value_, std::abs(value_) < 1 ? 4 : 2) : "";
}

std::string Progress::rate_text(double now) const {
  const double rate = counted_ / std::max(now - started_, 1e-9);
  return fmt::format("{} {}/s", rate < 10 ? fmt::format("{:.1f}", rate) : thousands(rate), items_);
}

void Progress::draw() {
  const double now = screen_.clock();
  const double rate = counted_ / std::max(now - started_, 1e-9);
  const auto current = std::min(rounds_done_ + 1, rounds_);
  const double done = 1.0 * in_round_ / std::max<std::int64_t>(items_per_round_, 1);
  const std::int64_t left = std::ceil(items_left() / std::max(rate, 1e-9));

  // from the most to the least important: what no longer fits is left out
  std::string line = fmt::format("{} {}/{} ", round_, current, rounds_);
  const int columns = screen_.width() - 1;  // a full last column would wrap on some terminals
  const auto append = [&](const std::string& part) {
    if (display_width(line) + display_width(part) <= columns) line += part;
  };
  append(bar(done, 10));
  if (has_value_) append(fmt::format(" {}", value_text()));
  append(fmt::format("  {}", rate_text(now)));
  append(fmt::format("  {}:{:02} left", left / 60, left % 60));
  if (display_width(line) > columns) return;  // not even the first part fits
  *screen_.out << '\r' << line << "\x1b[K" << std::flush;
  drawn_ = true;
}

void Progress::print_line() {
  const double now = screen_.clock();
  std::string line = fmt::format("{} {}/{}", round_, rounds_done_, rounds_);
  if (has_value_) line.append("   ").append(value_text());
  if (counted_ > 0) line.append("   ").append(rate_text(now));
  if (rounds_done_ < rounds_ && counted_ > 0) {
    const double left = items_left() * (now - started_) / counted_;
    line += fmt::format("   {} left", duration(left));
  }
  *screen_.out << line << '\n' << std::flush;
}

}  // namespace lesson
