// The exercises of chapter 11: points, minutes and hints. What is checked stands in check_formulas.cpp and
// check_step.cpp.
#include "chapters/11_vae/check.hpp"

namespace {

using lesson::Exercise;

const Exercise kKl{
    .number = "11.1",
    .slug = "eq:elbo",
    .statement = "KL( N(μ, diag σ²) ‖ N(0, I) ) = ½ Σⱼ [ μⱼ² + σⱼ² - 1 - log σⱼ² ]",
    .points = 2,
    .minutes = 15,
    .hints =
        {"Both distributions are products over the dimensions, so their divergence is a sum of one-dimensional "
         "ones. Try the formula on q = p first: it must give 0.",
         "log_var is log σ² already, and exp(log_var) is σ². square, exp and plain numbers work on whole matrices; "
         "sum(..., By::row) makes n×1 of n×d.",
         "half of the sum over each row of: square(mu) + exp(log_var) - 1 - log_var"},
    .check = ch11::check_kl};

const Exercise kReparameterise{
    .number = "11.2",
    .slug = "eq:reparam-density",
    .statement = "z = μ + σ ε ~ N(μ, diag σ²),  ε ~ N(0, I)",
    .points = 1,
    .minutes = 10,
    .hints =
        {"Shift and stretch: what does ε = 0 give, and what ε = 1?",
         "ε is stretched by the standard deviation. How does σ follow from log σ², with an exp and no square root?",
         "σ = exp(0.5 * log_var); `*` multiplies coefficient by coefficient."},
    .check = ch11::check_reparameterise};

const Exercise kElbo{
    .number = "11.3",
    .slug = "eq:elbo",
    .statement = "ELBO(x) = log p(x|z) - KL( q(z|x) ‖ p(z) ),  z = μ + σ ε",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Three lines: a code, what the decoder makes of it, and two numbers for each row. Then: what happens to "
         "your logarithm where the decoder is all but certain?",
         "Write log sigmoid ℓ and log(1 - sigmoid ℓ) in terms of log(1 + exp ℓ). The engine has that function, "
         "safe for any ℓ: softplus.",
         "log p(x|z) is the sum over each row of: x * logits - softplus(logits). z is 11.2's, and the KL 11.1's."},
    .check = ch11::check_elbo};

const Exercise kTrainingStep{
    .number = "11.4",
    .slug = "eq:minibatch-grad",
    .statement = "θ -= α m̂ / (√v̂ + ε),  g = -∇ (1/M) Σᵢ ELBO(xᵢ)",
    .points = 3,
    .minutes = 25,
    .hints =
        {"Two halves: the gradient of one number, the mean loss; then five lines of arithmetic on arrays. At the "
         "first step m̂ is g and v̂ is g², so nearly every parameter moves by α: try that by hand.",
         "value_and_gradient(loss, theta, gradient, tape) takes loss as a lambda from Watched<double> to a "
         "Var<double>, here minus the mean of elbo(watched). Then count t, update adam.m and adam.v, and correct "
         "copies of them: the moments themselves are kept uncorrected.",
         "autograd::Tape tape;  Buffer<double> gradient = Buffer<double>::Zero(theta.size());  then ++adam.t, and "
         "for v: adam.v.array() = adam.beta2 * adam.v.array() + (1 - adam.beta2) * gradient.array().square(). "
         "m goes likewise; the step is on theta.values().array(), with std::pow(adam.beta1, adam.t)."},
    .check = ch11::check_training_step};

const Exercise kImportanceBound{
    .number = "11.5",
    .slug = "eq:is-bound",
    .statement = "log (1/K) Σₖ wₖ,  log wₖ = log p(x, zₖ) - log q(zₖ|x)",
    .points = 2,
    .minutes = 10,
    .hints = {"The mean is taken of the weights, and then the log; but a weight itself, exp(-1000), is no number a "
              "computer has. Which number can be drawn out of a sum of exponentials?",
              "log Σ exp a = c + log Σ exp(a - c) for any c, so for the largest a of the row. The engine has that in "
              "autograd/operations/reductions.hpp. And log (1/K) is ... ?",
              "log_sum_exp(log_weights, By::row), minus log K with K = log_weights.cols()."},
    .check = ch11::check_importance_bound};

}  // namespace

int main(int argc, char** argv) {
  return lesson::check_exercises(argc, argv, "11_vae", {kKl, kReparameterise, kElbo, kTrainingStep, kImportanceBound});
}
