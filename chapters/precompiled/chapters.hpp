// Compiled once for all chapters' parts and demos, and for what they share; each still includes what it uses.

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "autograd/autograd.hpp"
