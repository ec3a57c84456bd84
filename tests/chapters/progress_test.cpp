#include "chapters/lesson/demo/progress.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>

using namespace lesson;

namespace {

// A screen of the given width, and a clock that is set by hand.
struct Bench {
  std::ostringstream out;
  double now = 0;
  int width = 80;
  Screen screen(bool terminal) {
    return {&out, terminal, [this] { return width; }, [this] { return now; }};
  }
  // what was written since the last call
  std::string written() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

}  // namespace

TEST_SUITE("chapters/progress") {
  TEST_CASE("a terminal gets one line that rewrites itself") {
    Bench bench;
    Progress progress("epoch", 60, 1000, "images", bench.screen(true));
    progress.show("ELBO", -104.214);
    progress.end_round();
    progress.end_round();
    bench.now = 2;
    progress.advance(450);
    CHECK(bench.written() == "\repoch 3/60 ▕████▌     ▏ ELBO -104.21  225 images/s  4:16 left\x1b[K");
    bench.now = 2.05;
    progress.advance(100);
    CHECK(bench.written() == "");  // too soon
    bench.now = 2.2;
    progress.advance(100);
    CHECK(bench.written().starts_with("\repoch 3/60 ▕██████▌   ▏"));
    progress.clear();
    CHECK(bench.written() == "\r\x1b[K");
    progress.clear();
    CHECK(bench.written() == "");
  }

  TEST_CASE("a narrow terminal gets what fits") {
    Bench bench;
    Progress progress("epoch", 60, 1000, "images", bench.screen(true));
    progress.show("ELBO", -104.214);
    for (const int width : {200, 60, 40, 30, 20, 12, 5, 1}) {
      bench.width = width;
      bench.now += 1;
      progress.advance(10);
      const std::string line = bench.written();
      CHECK(line.find('\n') == std::string::npos);
      if (width == 30) CHECK(line == "\repoch 1/60 ▕▍         ▏\x1b[K");
      if (width == 5) CHECK(line.empty());
    }
  }

  TEST_CASE("elsewhere plain lines at the ends of rounds") {
    Bench bench;
    {
      Progress progress("epoch", 2, 1000, "images", bench.screen(false));
      bench.now = 1;
      progress.advance(1000);
      CHECK(bench.written() == "");
      progress.show("ELBO", -104.214);
      progress.end_round();
      CHECK(bench.written() == "epoch 1/2   ELBO -104.21   1,000 images/s   1.0 s left\n");
      bench.now = 2;
      progress.advance(1000);
      progress.end_round();
      CHECK(bench.written() == "epoch 2/2   ELBO -104.21   1,000 images/s\n");
    }
    CHECK(bench.written() == "");
  }

  TEST_CASE("a long training prints twenty plain lines, the last one among them") {
    Bench bench;
    Progress progress("epoch", 1001, 10, "images", bench.screen(false));
    for (int i = 0; i < 1001; ++i) {
      bench.now += 0.1;
      progress.advance(10);
      progress.end_round();
    }
    const std::string text = bench.written();
    CHECK(std::count(text.begin(), text.end(), '\n') == 20);
    CHECK(text.find("epoch 1001/1001") != std::string::npos);
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 32));
  }

  TEST_CASE("a resumed training does not count the earlier rounds as fast") {
    Bench bench;
    Progress progress("epoch", 10, 100, "images", bench.screen(true));
    progress.resume_at(9);
    bench.now = 1;
    progress.advance(50);
    CHECK(bench.written() == "\repoch 10/10 ▕█████     ▏  50 images/s  0:01 left\x1b[K");
  }

  TEST_CASE("a clock that stands still and rounds without items do no harm") {
    Bench bench;
    Progress progress("step", 0, 0, "draws", bench.screen(true));
    progress.advance(0);
    progress.end_round();
    bench.now = 10;
    progress.advance(5);
    CHECK(bench.written().find("nan") == std::string::npos);
  }
}
