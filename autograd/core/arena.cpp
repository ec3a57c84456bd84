#include "autograd/core/arena.hpp"

#include <algorithm>

namespace autograd {

void* Arena::allocate_in_next_chunk(std::size_t bytes) {
  constexpr std::size_t kFirstChunk = std::size_t{1} << 16;
  std::size_t chunk = chunks_.empty() ? 0 : current_ + 1;
  while (chunk < chunks_.size() && chunks_[chunk].bytes < bytes) ++chunk;
  if (chunk == chunks_.size()) {
    const std::size_t doubled = chunks_.empty() ? kFirstChunk : 2 * chunks_.back().bytes;
    const std::size_t size = std::max(bytes, doubled);
    chunks_.push_back(
        {std::unique_ptr<std::byte, Free>(static_cast<std::byte*>(::operator new(size, std::align_val_t{kAlignment}))),
         size});
  }
  current_ = chunk;
  next_ = chunks_[chunk].begin() + bytes;
  end_ = chunks_[chunk].begin() + chunks_[chunk].bytes;
  return chunks_[chunk].begin();
}

}  // namespace autograd
