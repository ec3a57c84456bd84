#include "autograd/arithmetic/special.hpp"

#include <unsupported/Eigen/SpecialFunctions>

namespace autograd {

float lgamma(float x) { return Eigen::numext::lgamma(x); }
double lgamma(double x) { return Eigen::numext::lgamma(x); }
float digamma(float x) { return Eigen::numext::digamma(x); }
double digamma(double x) { return Eigen::numext::digamma(x); }
float trigamma(float x) { return Eigen::numext::polygamma(1.0f, x); }
double trigamma(double x) { return Eigen::numext::polygamma(1.0, x); }

}  // namespace autograd
