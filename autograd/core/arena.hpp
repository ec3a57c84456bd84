#pragma once
// A bump arena: memory is handed out front to back and given back all at once. Everything a tape records lies in one,
// so recording costs a pointer increment, and a second training step runs in the memory of the first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace autograd {

// Invariants:
//   1. Chunks before `current_` are full, the one at `current_` is handed out up to `next_`, later ones are free.
//   2. rewind() frees nothing: the same sequence of requests after it gets the same addresses, with no heap allocation.
class Arena {
 public:
  struct Position {
    std::size_t chunk = 0;
    std::byte* next = nullptr;
  };

  // Uninitialised memory for `bytes` bytes, aligned to `alignment` (a power of two, at most kAlignment).
  void* allocate(std::size_t bytes, std::size_t alignment) {
    const auto address = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) & ~(alignment - 1);
    if (address + bytes > reinterpret_cast<std::uintptr_t>(end_)) [[unlikely]]
      return allocate_in_next_chunk(bytes);
    next_ = reinterpret_cast<std::byte*>(address) + bytes;
    return reinterpret_cast<std::byte*>(address);
  }

  Position position() const { return {current_, next_}; }

  void rewind(Position position) {
    if (chunks_.empty()) return;
    current_ = position.chunk;
    next_ = position.next ? position.next : chunks_[current_].begin();
    end_ = chunks_[current_].begin() + chunks_[current_].bytes;
  }

  bool holds(const void* address) const {
    const auto begins_before = [&](const Chunk& chunk) {  // by less than its bytes
      return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(chunk.begin()) < chunk.bytes;
    };
    return std::ranges::any_of(chunks_, begins_before);
  }

  // Bytes reserved from the heap, and bytes handed out since the last rewind to the start.
  std::size_t capacity() const {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_) bytes += chunk.bytes;
    return bytes;
  }
  std::size_t used() const {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < current_; ++i) bytes += chunks_[i].bytes;
    return chunks_.empty() ? 0 : bytes + (next_ - chunks_[current_].begin());
  }

  static constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector register

 private:
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t{kAlignment}); }
  };
  struct Chunk {
    std::unique_ptr<std::byte, Free> memory;
    std::size_t bytes;
    std::byte* begin() const { return memory.get(); }
  };

  void* allocate_in_next_chunk(std::size_t bytes);

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace autograd
