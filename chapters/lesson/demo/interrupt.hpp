#pragma once
// Ctrl-C, so that long work ends in good order.

namespace lesson {

// From here on a first Ctrl-C is only noted, for the loop that looks at interrupted(). A second one kills.
void catch_interrupts();

// True after Ctrl-C, once catch_interrupts() was called.
bool interrupted();

}  // namespace lesson
