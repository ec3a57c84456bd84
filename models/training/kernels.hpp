#pragma once

#include <string>

namespace models {

// The kernels that matrix products run with here: "OpenBLAS Haswell", "Eigen". OpenBLAS picks them for the processor,
// and each rounds in an order of its own: the same bits need the same kernels, besides the same build.
std::string product_kernels();

}  // namespace models
