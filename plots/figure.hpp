// Figures, one header for all kinds. A figure is a struct with named fields; data are added by its functions:
//
//   plots::Curves elbo{.title = "Training the VAE", .x_label = "epoch", .y_label = "ELBO (nats)"};
//   elbo.line("train", epochs, train);
//   elbo.band("test", epochs, test, standard_error);
//   plots::save(elbo, {.folder = "figures"}, "11_elbo");    // figures/11_elbo.png, .csv and .gp
//
// Text is drawn letter by letter: no character has a special meaning. A newline becomes a space. NaN is a gap.
#pragma once

#include "plots/curves.hpp"
#include "plots/drawing.hpp"
#include "plots/heat_map.hpp"
#include "plots/histogram.hpp"
#include "plots/image_grid.hpp"
#include "plots/output.hpp"
#include "plots/scatter.hpp"
