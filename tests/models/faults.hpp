#pragma once
// Faults in the system calls with which a file is written: the linker puts these tests' calls in between (--wrap).

namespace tests {

enum class Fault {
  none,     // the calls are only counted
  fail,     // the call does nothing, and fails with this errno
  shorten,  // a write writes half of what it is given
  kill,     // the process is killed; a write has then written half
};

// From now on the n-th call (from 1) of open, write, fsync, fchmod, close, rename or unlink has this fault.
void inject(Fault fault, int n, int error = 0);

// How many such calls there were since then; from here on no call has a fault.
int calls_since_inject();

}  // namespace tests
