// Compiled once for all chapters' answers: what their edits leave as it is. Each still includes what it uses.

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/lesson/todo.hpp"
