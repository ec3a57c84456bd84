#pragma once
// Ctrl-C and other requests to end, so that long work ends in good order.

#include <stdexcept>

#include "models/training/ranks.hpp"

namespace lesson {

// From here on a first Ctrl-C (SIGINT), SIGTERM or SIGHUP (a closed terminal) is only noted, for the loop that looks
// at interrupted(). A second one kills. A SIGHUP that is ignored, as nohup wants it, stays ignored.
void catch_interrupts();

// True after one of them, once catch_interrupts() was called.
bool interrupted();

// The same on every rank, all of which call it at the same point of their work: true once any of
// them was asked to end. Then all of them are.
bool interrupted(const models::Ranks& ranks);

// Which one it was, SIGINT for example; 0 before.
int interrupting_signal();

// Leaves work that has no loop of the caller's, from a function that it calls now and then.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace lesson
