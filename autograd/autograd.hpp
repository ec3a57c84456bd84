#pragma once
// The engine, whole.

#include "autograd/elementwise.hpp"     // + - * / exp log tanh ...: coefficient by coefficient, with broadcasting
#include "autograd/gradient.hpp"        // value_and_gradient
#include "autograd/linear_algebra.hpp"  // matmul, affine, cholesky ...
#include "autograd/parameters.hpp"      // one buffer of named matrices
#include "autograd/record.hpp"          // record<"name">(value, pullback, operands...): new operations
#include "autograd/reductions.hpp"      // sum, mean, log_sum_exp ...
#include "autograd/tape.hpp"            // Tape, Var
