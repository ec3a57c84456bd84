#pragma once
// The chapter's figures.

#include <cstdint>

#include "chapters/05_minibatch_sgd/proof.hpp"
#include "chapters/05_minibatch_sgd/real_model.hpp"
#include "chapters/05_minibatch_sgd/sgd.hpp"
#include "plots/output.hpp"

namespace ch05 {

// 05_minibatches: the gradient estimate of every subset, with and without N/M, and what they average to.
void plot_minibatches(const Example& example, const plots::Output& output);
// 05_error: the error of the mean of R estimates falls like 1/√R, or stays where a bias is.
void plot_errors(const Example& example, std::uint64_t seed, const plots::Output& output);
// 05_z_scores: softmax regression's z-scores under three samplers, over the standard normal density.
void plot_z_scores(const ZScores& z, const plots::Output& output);
// 05_batch_sizes, 05_step_sizes: the loss gap by step, with the floors of the theory.
void plot_convergence(const SgdSettings& settings, std::uint64_t seed, const plots::Output& output);
// 05_training: the loss of softmax regression by epoch, for several minibatches and steps.
void plot_training(const models::Dataset& images, std::uint64_t seed, const plots::Output& output);

}  // namespace ch05
