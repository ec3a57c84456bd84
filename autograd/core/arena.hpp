#pragma once
// A bump arena: memory is handed out front to back and given back all at once. What a tape records lies in one, so
// recording costs a pointer increment, and a second training step runs in the memory of the first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <vector>

namespace autograd {

// Invariants:
//   1. Chunks before `current_` give no more memory until the next rewind, the one at `current_` is handed out up to
//      `next_`, later ones are free.
//   2. rewind() frees nothing: the same requests after it get the same addresses, and nothing is taken from the heap.
class Arena {
 public:
  static constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector register

  // Uninitialised memory. alignment: a power of two, at most kAlignment.
  void* allocate(std::size_t bytes, std::size_t alignment) {
    const auto address = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) & ~(alignment - 1);
    if (address + bytes > reinterpret_cast<std::uintptr_t>(end_)) [[unlikely]]
      return allocate_in_next_chunk(bytes);
    next_ = reinterpret_cast<std::byte*>(address) + bytes;
    return reinterpret_cast<std::byte*>(address);
  }

  void rewind() {
    if (!chunks_.empty()) enter(0);
  }

  bool holds(const void* address) const {
    return std::ranges::any_of(chunks_, [&](const Chunk& chunk) {
      return std::greater_equal<>()(address, chunk.begin()) && std::less<>()(address, chunk.begin() + chunk.bytes);
    });
  }

  // Bytes taken from the heap, and bytes handed out since the last rewind, with the ends of chunks that stayed unused.
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

 private:
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t{kAlignment}); }
  };
  struct Chunk {
    std::unique_ptr<std::byte, Free> memory;
    std::size_t bytes;
    std::byte* begin() const { return memory.get(); }
  };

  void enter(std::size_t chunk) {
    current_ = chunk;
    next_ = chunks_[chunk].begin();
    end_ = next_ + chunks_[chunk].bytes;
  }

  void* allocate_in_next_chunk(std::size_t bytes) {
    std::size_t chunk = chunks_.empty() ? 0 : current_ + 1;
    while (chunk < chunks_.size() && chunks_[chunk].bytes < bytes) ++chunk;
    if (chunk == chunks_.size()) {
      const std::size_t size = std::max(bytes, chunks_.empty() ? std::size_t{1} << 16 : 2 * chunks_.back().bytes);
      auto* memory = static_cast<std::byte*>(::operator new(size, std::align_val_t{kAlignment}));
      chunks_.push_back({std::unique_ptr<std::byte, Free>(memory), size});
    }
    enter(chunk);
    next_ += bytes;
    return next_ - bytes;
  }

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace autograd
