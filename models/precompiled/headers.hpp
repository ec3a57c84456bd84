// Compiled once for all models; each still includes what it uses.

#include <fmt/format.h>

#include "autograd/autograd.hpp"
