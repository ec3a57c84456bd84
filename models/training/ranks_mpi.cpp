// The ranks' verbs, as collectives of MPI.
#define OMPI_SKIP_MPICXX 1  // the C++ bindings that MPI has given up
#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "models/training/ranks.hpp"

namespace models {

namespace {

// An item of `size` bytes, which MPI can count.
class ItemType {
 public:
  explicit ItemType(std::size_t size) {
    MPI_Type_contiguous(size, MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
  }
  ~ItemType() { MPI_Type_free(&type_); }
  ItemType(const ItemType&) = delete;
  ItemType& operator=(const ItemType&) = delete;
  operator MPI_Datatype() const { return type_; }

 private:
  MPI_Datatype type_;
};

// Which items of an array belong to which rank, as MPI is told of it.
struct Message {
  std::vector<int> counts, begins;

  explicit Message(std::span<const Index> begin) {
    if (begin.back() > std::numeric_limits<int>::max())
      throw std::length_error("ranks: expected fewer than 2^31 items in a message, found " +
                              std::to_string(begin.back()));
    for (std::size_t r = 0; r + 1 < begin.size(); ++r) {
      counts.push_back(begin[r + 1] - begin[r]);
      begins.push_back(begin[r]);
    }
  }
};

std::string sentence_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an unknown error";
  }
}

// What launchers tell the processes that they start: Open MPI's, those that speak PMI (MPICH's, Slurm's), and PMIx.
bool started_by_launcher() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    if (std::getenv(name)) return true;
  return false;
}

// Where the ranks meet at the end of a run: none of the collectives that a rank may hang in is of this communicator.
MPI_Comm end_of_run = MPI_COMM_NULL;

}  // namespace

Index Ranks::sum(Index number) const {
  if (count == 1) return number;
  long long total = number;
  MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_LONG_LONG, MPI_SUM, MPI_COMM_WORLD);
  return total;
}

int Ranks::largest(int number) const {
  if (count == 1) return number;
  MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return number;
}

void Ranks::all_gather(void* items, std::size_t size, std::span<const Index> begin) const {
  if (count == 1) return;
  const Message message(begin);
  const ItemType item(size);
  MPI_Allgatherv(MPI_IN_PLACE, 0, item, items, message.counts.data(), message.begins.data(), item, MPI_COMM_WORLD);
}

void Ranks::all_gather(void* items, std::size_t size, Index n) const {
  if (count == 1) return;
  std::vector<Index> parts;
  for (int r = 0; r <= count; ++r) parts.push_back(begin(n, r));
  all_gather(items, size, parts);
}

void Ranks::all_to_all(const void* sent, std::span<const Index> sent_begin, void* received,
                       std::span<const Index> received_begin, std::size_t size) const {
  if (count == 1) return;
  const Message from(sent_begin), to(received_begin);
  const ItemType item(size);
  MPI_Alltoallv(sent, from.counts.data(), from.begins.data(), item, received, to.counts.data(), to.begins.data(), item,
                MPI_COMM_WORLD);
}

void Ranks::rethrow(const std::exception_ptr& error) const {
  if (count == 1) {
    if (error) std::rethrow_exception(error);
    return;
  }
  const int thrower = count - largest(error ? count - rank : 0);  // the first, or `count`: none
  if (thrower == count) return;
  std::string sentence = rank == thrower ? sentence_of(error) : "";
  int length = sentence.size();
  MPI_Bcast(&length, 1, MPI_INT, thrower, MPI_COMM_WORLD);
  sentence.resize(length);
  MPI_Bcast(sentence.data(), length, MPI_CHAR, thrower, MPI_COMM_WORLD);
  if (rank == thrower) std::rethrow_exception(error);
  throw std::runtime_error(sentence);
}

Ranks join_ranks() {
  if (!started_by_launcher()) return {};
  int threads;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &threads);
  MPI_Comm_dup(MPI_COMM_WORLD, &end_of_run);
  Ranks ranks;
  MPI_Comm_rank(MPI_COMM_WORLD, &ranks.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks.count);
  return ranks;
}

int leave_ranks(const Ranks& ranks, int status, const std::string& error) {
  if (end_of_run == MPI_COMM_NULL) return status;
  using Clock = std::chrono::steady_clock;
  const auto patience = Clock::now() + std::chrono::seconds(10);
  MPI_Request all_here;
  MPI_Ibarrier(end_of_run, &all_here);
  for (int here = 0; MPI_Test(&all_here, &here, MPI_STATUS_IGNORE), !here;) {
    if (status != 0 && Clock::now() > patience) {
      if (!ranks.first() && !error.empty())
        std::fprintf(stderr, "rank %d of %d: %s\n", ranks.rank, ranks.count, error.c_str());
      MPI_Abort(MPI_COMM_WORLD, status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  MPI_Comm_free(&end_of_run);
  MPI_Finalize();
  return status;
}

}  // namespace models
