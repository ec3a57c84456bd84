#pragma once
// Counts what a program takes from the heap, by every way that leads there: operator new,
// and the malloc that Eigen calls.

namespace tests {

// Whether this program counts: with glibc, and without a sanitizer, which brings a malloc of its own.
bool malloc_is_counted();
// Calls of malloc and its relatives so far, in all threads, but for those from within OpenBLAS.
long malloc_calls();

}  // namespace tests
