// Without MPI a process is alone.
#include "models/training/ranks.hpp"

namespace models {

Index Ranks::sum(Index number) const { return number; }

int Ranks::largest(int number) const { return number; }

void Ranks::all_gather(void*, std::size_t, std::span<const Index>) const {}

void Ranks::all_gather(void*, std::size_t, Index) const {}

void Ranks::all_to_all(const void*, std::span<const Index>, void*, std::span<const Index>, std::size_t) const {}

void Ranks::rethrow(const std::exception_ptr& error) const {
  if (error) std::rethrow_exception(error);
}

Ranks join_ranks() { return {}; }

int leave_ranks(const Ranks&, int status, const std::string&) { return status; }

}  // namespace models
