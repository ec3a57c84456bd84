#pragma once
// The engine, whole.

#include "autograd/arithmetic/gemm.hpp"            // matrix products in operations of your own
#include "autograd/core/record.hpp"                // record<"name">(forward, pullback, operands...): new operations
#include "autograd/core/tape.hpp"                  // Tape, Var, value_and_gradient
#include "autograd/instruments/gradcheck.hpp"      // the tape's gradient against differences
#include "autograd/instruments/hessian.hpp"        // hessian_vector_product: second derivatives
#include "autograd/instruments/trace.hpp"          // the graph, and the first value that is not finite
#include "autograd/operations/elementwise.hpp"     // + - * / exp log tanh ...: coefficient by coefficient
#include "autograd/operations/factorisations.hpp"  // cholesky and what comes of it
#include "autograd/operations/linear_algebra.hpp"  // matmul, affine, transpose, blocks ...
#include "autograd/operations/reductions.hpp"      // sum, mean, log_sum_exp ...
#include "autograd/parameters/parameters.hpp"      // one buffer of named matrices
#include "autograd/parameters/watched.hpp"         // parameters on a tape, and value_and_gradient in them
