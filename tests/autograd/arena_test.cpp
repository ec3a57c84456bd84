// The arena's memory: aligned, apart, used to its last byte, and the same after a rewind.
#include "autograd/core/arena.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

using autograd::Arena;

namespace {

constexpr std::size_t kFirstChunk = std::size_t{1} << 16;

bool is_aligned(const void* address, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("arena: memory is aligned as asked, after requests of any size, and in later chunks") {
    Arena arena;
    for (int i = 0; i < 2000; ++i) {
      arena.allocate(1 + i % 7, 1);  // leaves the next address at any place
      const std::size_t alignment = std::size_t{1} << i % 7;
      CHECK(is_aligned(arena.allocate(i % 1000, alignment), alignment));
    }
    CHECK(arena.capacity() > kFirstChunk);  // more than one chunk
    CHECK(is_aligned(arena.allocate(10 * arena.capacity(), Arena::kAlignment), Arena::kAlignment));
  }

  TEST_CASE("arena: requests do not overlap, and everything lies in memory that the arena holds") {
    Arena arena;
    std::vector<std::pair<unsigned char*, std::size_t>> parts;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t bytes = 1 + i * 37 % 211;
      auto* part = static_cast<unsigned char*>(arena.allocate(bytes, std::size_t{1} << i % 7));
      std::memset(part, i % 251, bytes);
      parts.emplace_back(part, bytes);
    }
    for (int i = 0; i < 3000; ++i) {
      const auto [part, bytes] = parts[i];
      REQUIRE(std::all_of(part, part + bytes, [i](unsigned char byte) { return byte == i % 251; }));
      REQUIRE(arena.holds(part));
      REQUIRE(arena.holds(part + bytes - 1));
    }
    CHECK_FALSE(arena.holds(&arena));
  }

  TEST_CASE("arena: a chunk is used to its last byte, and one byte more needs the next") {
    Arena arena;
    const auto* first = static_cast<std::byte*>(arena.allocate(kFirstChunk - 64, 64));
    CHECK(arena.capacity() == kFirstChunk);
    CHECK(arena.allocate(64, 64) == first + kFirstChunk - 64);  // fills it exactly
    CHECK(arena.capacity() == kFirstChunk);
    CHECK(arena.used() == kFirstChunk);
    CHECK(arena.allocate(0, 1) == first + kFirstChunk);  // nothing fits in nothing
    CHECK_FALSE(arena.holds(first + kFirstChunk));
    const void* next = arena.allocate(1, 1);
    CHECK(arena.holds(next));
    CHECK(arena.capacity() == 3 * kFirstChunk);  // the second chunk has twice the size
    CHECK(arena.used() == kFirstChunk + 1);

    arena.rewind();
    CHECK(arena.allocate(kFirstChunk, 64) == first);  // a whole chunk at once
    CHECK(arena.allocate(1, 1) == next);
    arena.rewind();
    CHECK(arena.allocate(kFirstChunk + 1, 64) == next);  // does not fit into the first, which is left out
    CHECK(arena.capacity() == 3 * kFirstChunk);
  }
}
