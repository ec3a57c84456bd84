#pragma once
// Data with finitely many values, where maximum likelihood and the KL divergence can be counted out: the labels of
// handwritten digits, and their pixels in black and white.

#include <functional>
#include <span>
#include <vector>

#include "chapters/lesson.hpp"
#include "models/data/dataset.hpp"

namespace ch04 {

// KL(p ‖ q) in nats.
using Divergence = std::function<double(std::span<const double> p, std::span<const double> q)>;

// A dataset of images whose pixels are drawn black or white once, by the seed.
struct BlackAndWhite {
  const models::Dataset& data;
  std::uint64_t seed;
};

// All 3×3 windows at multiples of 3, as numbers 0 .. 511: bit j is pixel j, row by row.
inline constexpr int kWindow = 3, kWindowPixels = kWindow * kWindow, kWindows = 1 << kWindowPixels;
std::vector<int> windows(const BlackAndWhite& images);
// The distribution of a window whose pixels are independent, pixel j being 1 with probability θⱼ.
std::vector<double> independent_pixels(std::span<const double> theta);
// θ̂ⱼ, the share of the windows with pixel j on: 1 - θ̂ⱼ and θ̂ⱼ are the distribution of pixel j.
std::vector<double> pixel_means(std::span<const int> windows);

// eq:ml-kl on labels and on windows: (1/N) log p_θ(D) = -H(p̂) - KL(p̂ ‖ p_θ).
void check_ml_kl(lesson::Lesson& lesson, const BlackAndWhite& images, const Divergence& kl);

// (1/N) log p(D) of images of independent pixels, from the mean mⱼ of each pixel over the images:
//   Σⱼ [ mⱼ log θⱼ + (1 - mⱼ) log(1 - θⱼ) ]
using PixelFormula = std::function<double(std::span<const double> means, std::span<const double> theta)>;
double pixels_in_closed_form(std::span<const double> means, std::span<const double> theta);

// eq:iid over images and over pixels: log p(D) = Σ_images Σ_pixels log Bernoulli(x; θ), by the tape and in closed form.
void check_pixels(lesson::Lesson& lesson, const BlackAndWhite& images, const PixelFormula& closed_form,
                  const Divergence& kl);

}  // namespace ch04
