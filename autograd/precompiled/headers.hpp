// Compiled once for all files of the engine; each still includes what it uses.

#include <fmt/format.h>

#include "autograd/record.hpp"
