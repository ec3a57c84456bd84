// Compiled once for all files of a test program; each still includes what it uses.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "autograd/autograd.hpp"
