#pragma once
// The asymmetric numeral system, as a stack of symbols (Duda 2013, "Asymmetric numeral systems", the variant rANS).
//
// A symbol s of probability P(s) = f/2^r is an interval of f slots among 2^r: start .. start + f - 1. A whole number X
// stands for all symbols so far, and pushing one more makes of it
//   push:  X' = 2^r ⌊X / f⌋ + start + (X mod f)      about X · 2^r / f: the number grows by log₂ 1/P(s) bits
//   pop:   slot = X' mod 2^r tells the symbol,  X = f ⌊X' / 2^r⌋ + slot - start
// The last symbol pushed is the first one popped. A pop is also a way to draw a symbol: of a number of random bits the
// slot is uniform, so that the symbol comes with probability P(s), and a push gives the bits back.

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace models {

// The slots of one symbol.
struct Interval {
  std::uint32_t start = 0, frequency = 0;
};

// A push or pop that cannot be: what every function of Ans throws.
struct AnsError : std::runtime_error {
  using runtime_error::runtime_error;
};

class Ans {
 public:
  static constexpr int kPrecision = 20;                      // r: probabilities are multiples of 2^-20
  static constexpr std::uint32_t kSlots = 1u << kPrecision;  // 2^r

  // A stack that holds these words and no symbol yet: pops take from them.
  static Ans start(std::vector<std::uint32_t> words);
  // The stack whose state() that was. Throws if it is no state: fewer than two words, or a last one of 0.
  explicit Ans(std::vector<std::uint32_t> state);

  // Throws for an interval that is empty or leaves 0 .. 2^r - 1.
  void push(Interval interval);

  // The slot that the next pop takes: it tells which symbol lies on top.
  std::uint32_t slot() const { return head_ & (kSlots - 1); }
  // Takes the symbol with this interval off the stack. Throws if slot() is not in it or the words are used up.
  void pop(Interval interval);

  // The top slot becomes (slot + shift) mod 2^r. Nothing gets longer or shorter, and rotate(-shift) takes it back.
  // With a random shift the next pop draws its symbol by the symbol's probability, whatever was pushed.
  void rotate(std::uint32_t shift);

  // log₂ X: the bits that the stack holds.
  double bits() const;
  // The words of X, the lowest first.
  std::vector<std::uint32_t> state() const;

 private:
  // X is head_ · 2^(32 n) + the n words; only the head is computed with.
  std::uint64_t head_;                // 2^32 <= head < 2^64
  std::vector<std::uint32_t> words_;  // the last one follows the head
};

}  // namespace models
