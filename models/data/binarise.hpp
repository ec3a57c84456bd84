#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "autograd/core/value.hpp"
#include "models/data/dataset.hpp"

namespace models {

using autograd::Matrix;

// How a grey pixel g in 0..scale becomes a number for the model. Results under different treatments cannot be
// compared, so every reported number names its treatment.
enum class Binarisation {
  none,     // g / scale, in [0, 1]
  fixed,    // 1 with probability g / scale, drawn once for all: the same black and white image in every epoch
            // (Salakhutdinov & Murray 2008; "static" in the papers, which C++ keeps for itself)
  dynamic,  // 1 with probability g / scale, drawn anew at every presentation (Burda et al. 2016, section 5.1)
};

// "none", "static" or "dynamic"; parsing throws std::invalid_argument with the closest of these.
Binarisation parse_binarisation(const std::string& text);
std::string to_string(Binarisation binarisation);

// A treatment with what its draws depend on besides image and pixel: dynamic draws are a function of (seed,
// presentation, image, pixel), fixed ones of (seed, image, pixel). presentation is usually the epoch. An image
// met twice in one presentation, as in sampling with replacement, looks the same both times: let presentation
// be the step there.
struct Treatment {
  Binarisation binarisation = Binarisation::none;
  std::uint64_t seed = 0;
  std::uint64_t presentation = 0;
};

// Writes rows `indices` of the data set into out (indices.size() × d) in one pass: gathered, scaled, binarised. The
// result does not depend on how a batch is cut into shards: rows may be filled by several threads, and nothing is
// allocated. Throws std::invalid_argument for an out of another shape and an index outside 0 .. N-1.
void fill_batch(const Dataset& data, std::span<const int> indices, const Treatment& treatment,
                Eigen::Ref<Matrix<float>> out);
void fill_batch(const Dataset& data, std::span<const int> indices, const Treatment& treatment,
                Eigen::Ref<Matrix<double>> out);

// The whole data set as one N × d matrix, for what needs it at once (a covariance, a mean image).
template <typename T>
Matrix<T> as_matrix(const Dataset& data, const Treatment& treatment = {});

// The mean of the grey images, in 0 .. 1: 1 × d.
template <typename T>
Matrix<T> mean_image(const Dataset& data);

extern template Matrix<float> mean_image(const Dataset&);
extern template Matrix<double> mean_image(const Dataset&);
extern template Matrix<float> as_matrix(const Dataset&, const Treatment&);
extern template Matrix<double> as_matrix(const Dataset&, const Treatment&);

}  // namespace models
