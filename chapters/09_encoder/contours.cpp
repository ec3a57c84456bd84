#include "chapters/09_encoder/contours.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

namespace ch09 {

double level(const Vector& density, double mass) {
  std::vector<double> sorted(density.begin(), density.end());
  std::ranges::sort(sorted, std::greater());
  const double wanted = mass * density.sum();
  double sum = 0;
  for (const double p : sorted)
    if ((sum += p) >= wanted) return p;
  return 0;
}

namespace {

struct Corner {
  double x, y, p;
};

// Where the height is crossed between two corners, one above and one below it.
void add_crossing(Line& line, const Corner& a, const Corner& b, double height) {
  const double t = (height - a.p) / (b.p - a.p);
  line.x.push_back(a.x + t * (b.x - a.x));
  line.y.push_back(a.y + t * (b.y - a.y));
}

void break_off(Line& line) {
  line.x.push_back(std::numeric_limits<double>::quiet_NaN());
  line.y.push_back(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

Line contour(const Vector& density, const Grid& grid, double height) {
  Line line;
  const auto corner = [&](int up, int across) {
    return Corner{grid.at(across), grid.at(up), density[up * grid.side + across]};
  };
  for (int up = 0; up + 1 < grid.side; ++up)
    for (int across = 0; across + 1 < grid.side; ++across) {
      const Corner around[] = {corner(up, across), corner(up, across + 1), corner(up + 1, across + 1),
                               corner(up + 1, across)};
      // two sides are crossed, or four at a saddle: in the order in which they come, each two make a line
      int crossings = 0;
      for (int side = 0; side < 4; ++side) {
        const Corner &a = around[side], &b = around[(side + 1) % 4];
        if ((a.p > height) == (b.p > height)) continue;
        add_crossing(line, a, b, height);
        if (++crossings % 2 == 0) break_off(line);
      }
    }
  return line;
}

Line ellipse(const DiagonalNormals& q, Index row, double mass) {
  const Eigen::RowVector2d variance = (2 * q.log_sd.row(row).array()).exp();
  return plots::ellipse({q.mean(row, 0), q.mean(row, 1), variance[0], variance[1]}, plots::radius_of(mass));
}

}  // namespace ch09
