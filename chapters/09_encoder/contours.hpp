#pragma once
// The curves that enclose a share of a density's mass: of a density on a grid, and of a normal one.

#include "chapters/09_encoder/posterior.hpp"
#include "plots/ellipse.hpp"

namespace ch09 {

using plots::Line;  // NaN where the line breaks off

// The height c for which the points with a density above c hold `mass` of the whole. density: one value a point of an
// even grid.
double level(const Vector& density, double mass);

// Where the density, joined linearly between the points of the grid, crosses `height`: marching squares (Lorensen &
// Cline 1987 in two dimensions), a short line for each square of the grid that the contour runs through.
Line contour(const Vector& density, const Grid& grid, double height);

// The same for row `row` of q: an ellipse with the half-axes s_j √(-2 log(1 - mass)).
Line ellipse(const DiagonalNormals& q, Index row, double mass);

}  // namespace ch09
