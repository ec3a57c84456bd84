#include <fmt/format.h>

#include <cmath>

#include "chapters/00_tape/chapter.hpp"

namespace ch00 {

namespace {

constexpr int kStep = 190, kWidth = 130, kTop = 160, kHeight = 84;
constexpr const char* kForward = "#0072b2";  // blue and vermilion, which colour-blind readers tell apart
constexpr const char* kBackward = "#d55e00";

std::string text(double x, double y, const char* colour, const std::string& words, int size = 15) {
  return fmt::format("<text x='{:.0f}' y='{:.0f}' fill='{}' font-size='{}'>{}</text>\n", x, y, colour, size, words);
}

// An arc between two boxes, above them (side -1) or below (+1), and where its words go: at its top.
struct Arc {
  std::string path;
  double x, y;
};
Arc arc(int from, int to, int side, const char* colour) {
  const int y = side < 0 ? kTop : kTop + kHeight, length = std::abs(to - from);
  const int shift = (to > from ? 1 : -1) * (50 - 14 * length);  // a longer arc lies around a shorter one
  const int x0 = kWidth / 2 + 20 + kStep * from + shift, x1 = kWidth / 2 + 20 + kStep * to - shift;
  const int height = 38 * length, middle = (x0 + x1) / 2;
  return {fmt::format("<path d='M {} {} Q {} {} {} {}' fill='none' stroke='{}' stroke-width='2' "
                      "marker-end='url(#{})'/>\n",
                      x0, y, middle, y + 2 * side * height, x1, y, colour, side < 0 ? "forward" : "backward"),
          1.0 * middle, y + side * (height - 14) + 5.0};
}

std::string arrowhead(const char* name, const char* colour) {
  return fmt::format(
      "<marker id='{}' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='7' markerHeight='7' orient='auto'>"
      "<path d='M 0 0 L 10 5 L 0 10 z' fill='{}'/></marker>\n",
      name, colour);
}

std::string box(int number, const std::string& name, const tiny::Record& record) {
  const int x = 20 + kStep * number, middle = x + kWidth / 2;
  return fmt::format(
             "<rect x='{}' y='{}' width='{}' height='{}' rx='6' fill='#f4f4f4' stroke='#444444' "
             "stroke-width='1.5'/>\n",
             x, kTop, kWidth, kHeight) +
         text(middle, kTop + 24, "#000000", name, 16) +
         text(middle, kTop + 49, kForward, fmt::format("value {:.4f}", record.value)) +
         text(middle, kTop + 72, kBackward, fmt::format("adjoint {:.4f}", record.adjoint));
}

}  // namespace

std::string picture(const tiny::Tape& tape, const std::vector<std::string>& names) {
  const int records = tape.records.size();
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' "
      "font-family='DejaVu Sans, sans-serif' text-anchor='middle'>\n<rect width='{0}' height='{1}' fill='#ffffff'/>\n",
      40 + kStep * (records - 1) + kWidth, 2 * kTop + kHeight);
  svg += "<defs>" + arrowhead("forward", kForward) + arrowhead("backward", kBackward) + "</defs>\n";
  std::string words;  // on top of all arcs
  const auto connect = [&](int from, int to, int side, const char* colour, const std::string& label) {
    const Arc one = arc(from, to, side, colour);
    svg += one.path;
    words += text(one.x, one.y, colour, label);
  };
  for (int y = 0; y < records; ++y) {
    const tiny::Record& record = tape.records[y];
    svg += box(y, names[y], record);
    for (const auto& [x, slope] : record.operands) {
      connect(x, y, -1, kForward, fmt::format("slope {:.4g}", slope));
      connect(y, x, +1, kBackward, fmt::format("+= {:.4g}", record.adjoint * slope));
    }
  }
  return svg + words + "</svg>\n";
}

}  // namespace ch00
