#pragma once
// Ranks: the processes that train one model together, on one machine or on many, by MPI where it is found. All of them
// run the same program on the same data. They share work out and hand each other the results, so that after each verb
// below every rank knows the same numbers. ranks_mpi.cpp is the only file that knows MPI.

#include <cstddef>
#include <exception>
#include <span>
#include <string>

#include "autograd/core/value.hpp"

namespace models {

using autograd::Index;

// This process is number `rank` of `count`, and alone unless join_ranks() says otherwise. Every rank must call the
// same verbs in the same order, and waits in each for the others. A process that is alone has nothing to wait for, and
// all of them leave what they are given as it is.
struct Ranks {
  int rank = 0, count = 1;

  bool first() const { return rank == 0; }
  // Of n things in order rank r has those from begin(n, r) on, up to begin(n, r + 1).
  Index begin(Index n, int r) const { return n * r / count; }
  Index begin(Index n) const { return begin(n, rank); }
  Index end(Index n) const { return begin(n, rank + 1); }

  // Over all ranks.
  Index sum(Index number) const;
  int largest(int number) const;
  bool any(bool here) const { return largest(here) != 0; }

  // Items of `size` bytes each. begin has count + 1 elements: rank r knows items begin[r] .. begin[r + 1] - 1, and
  // afterwards every rank knows all. Throws std::length_error for 2^31 items or more.
  void all_gather(void* items, std::size_t size, std::span<const Index> begin) const;
  // The same where rank r has n begin(n, r) .. end(n, r) - 1.
  void all_gather(void* items, std::size_t size, Index n) const;

  // From each rank to each: items sent_begin[r] .. sent_begin[r + 1] - 1 of `sent` go to rank r, and what rank r sends
  // here comes to items received_begin[r] .. received_begin[r + 1] - 1 of `received`. Throws as all_gather does.
  void all_to_all(const void* sent, std::span<const Index> sent_begin, void* received,
                  std::span<const Index> received_begin, std::size_t size) const;

  // Every rank does its work. What one throws is thrown on all: on the first rank that threw as it was, on the others
  // as a std::runtime_error of the same sentence.
  template <class F>
  void together(F work) const {
    std::exception_ptr error;
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    rethrow(error);
  }
  void rethrow(const std::exception_ptr& error) const;
};

// The ranks of this run: those that a launcher (mpirun, srun) started, or this process alone. To be called once,
// before anything else. Nothing is started without a launcher.
Ranks join_ranks();

// The end of main: waits for the others and returns the exit status. A rank whose status is not 0
// waits for ten seconds: if the others have not come to their end by then, they wait for this one,
// so it prints its error and ends them all.
int leave_ranks(const Ranks& ranks, int status, const std::string& error);

}  // namespace models
