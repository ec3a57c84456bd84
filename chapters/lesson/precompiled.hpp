// Compiled once for a chapter's exercise.cpp: what its edits leave as it is. Nothing else may lean on it.

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "autograd/autograd.hpp"
#include "chapters/lesson/todo.hpp"
