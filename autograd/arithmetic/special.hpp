#pragma once
// Special functions of one number that the standard library lacks or that are not safe in threads there.

namespace autograd {

// log |Γ(x)|. std::lgamma writes a global sign; this does not.
float lgamma(float x);
double lgamma(double x);
// digamma(x) = d/dx log Γ(x), and trigamma(x) = d²/dx² log Γ(x) (Abramowitz & Stegun 6.3.1, 6.4.1).
float digamma(float x);
double digamma(double x);
float trigamma(float x);
double trigamma(double x);

}  // namespace autograd
