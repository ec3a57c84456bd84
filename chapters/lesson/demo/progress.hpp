// How far long work has come. On a terminal it is one line that rewrites itself,
//   epoch 3/60 ▕████▌     ▏ ELBO -104.21  45,300 images/s  1:12 left
// and elsewhere plain lines at the ends of rounds, twenty at most.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace lesson {

// Where progress is drawn, and by which clock (seconds). The default is stderr and a steady clock.
struct Screen {
  std::ostream* out;
  bool terminal;
  std::function<int()> width;     // columns, asked for before every drawing
  std::function<double()> clock;  // seconds
  static Screen standard_error();
  static Screen nowhere();
};

class Progress {
 public:
  // `round` names what is counted ("epoch"), `items` what the rate counts ("images").
  Progress(std::string_view round, std::int64_t rounds, std::int64_t items_per_round, std::string_view items,
           Screen screen = Screen::standard_error());
  ~Progress();  // leaves no bar behind
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What stands beside the bar from now on: show("ELBO", -104.21). Allocates nothing.
  void show(std::string_view name, double value);

  // So many more items are done. Cheap: it looks at the clock, and draws ten times a second at most.
  void advance(std::int64_t items);

  // The round is over, whatever has been counted.
  void end_round();

  // Work that was done before (a resumed training): so many rounds, not counted in the rate.
  void resume_at(std::int64_t rounds_done);

  // Removes the bar, so that something else can be printed; the next advance draws it again.
  void clear();

 private:
  void draw();
  void print_line();
  double items_left() const;
  std::string value_text() const;
  std::string rate_text(double now) const;

  std::string round_, items_;
  std::int64_t rounds_, items_per_round_;
  std::int64_t rounds_done_ = 0, in_round_ = 0, counted_ = 0;
  std::string value_name_;
  double value_ = 0;
  bool has_value_ = false, drawn_ = false;
  Screen screen_;
  double started_, last_drawn_;
};

}  // namespace lesson
