#pragma once
// Models whose log-likelihood has a closed form, trained and bounded by the very code that trains the VAE on MNIST.

#include "chapters/11_vae/ingredients.hpp"
#include "chapters/lesson.hpp"

namespace ch11 {

// eq:elbo: z ~ N(0, 1), x | z ~ N(z, 1), q = N(m, s²).
void check_elbo(lesson::Lesson& lesson, const Ingredients& use);

// eq:is-bound: the same model with K importance samples.
void check_importance_bound(lesson::Lesson& lesson, const Ingredients& use);

// test:ppca: a linear VAE on the 8×8 digits reaches the log-likelihood of probabilistic PCA.
void check_ppca(lesson::Lesson& lesson, const Ingredients& use);

}  // namespace ch11
