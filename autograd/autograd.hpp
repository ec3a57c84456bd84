#pragma once
// The engine, whole.

#include "autograd/core/gradient.hpp"           // value_and_gradient
#include "autograd/core/record.hpp"             // record<"name">(value, pullback, operands...): new operations
#include "autograd/core/tape.hpp"               // Tape, Var
#include "autograd/operations/elementwise.hpp"  // + - * / exp log tanh ...: coefficient by coefficient, with broadcasting
#include "autograd/operations/linear_algebra.hpp"  // matmul, affine, cholesky ...
#include "autograd/operations/reductions.hpp"      // sum, mean, log_sum_exp ...
#include "autograd/parameters/parameters.hpp"      // one buffer of named matrices
