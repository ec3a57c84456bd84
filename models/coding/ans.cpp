#include "models/coding/ans.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace models {

namespace {

constexpr int kWord = 32;
constexpr std::uint64_t kLeastHead = std::uint64_t{1} << kWord;

void require_possible(Interval interval) {
  const auto [start, frequency] = interval;
  if (frequency == 0 || start >= Ans::kSlots || frequency > Ans::kSlots - start) {
    throw AnsError(fmt::format("ANS: expected an interval of at least 1 of {} slots, found {} from slot {}",
                               Ans::kSlots, frequency, start));
  }
}

}  // namespace

Ans Ans::start(std::vector<std::uint32_t> words) {
  words.insert(words.end(), {0, 1});  // the head is 2^32
  return Ans(std::move(words));
}

Ans::Ans(std::vector<std::uint32_t> state) : words_(std::move(state)) {
  if (words_.size() < 2 || words_.back() == 0)
    throw AnsError(fmt::format("ANS: {} words that end in {} are no state of a stack", words_.size(),
                               words_.empty() ? 0 : words_.back()));
  head_ = std::uint64_t{words_.back()} << kWord;
  words_.pop_back();
  head_ |= words_.back();
  words_.pop_back();
}

void Ans::push(Interval interval) {
  require_possible(interval);
  const auto [start, frequency] = interval;
  // a word goes to the others first if the head would not fit into 64 bits: head >= f 2^(64 - r)
  if (head_ >> (2 * kWord - kPrecision) >= frequency) {
    words_.push_back(head_ % kLeastHead);
    head_ >>= kWord;
  }
  // X' = 2^r ⌊X / f⌋ + start + (X mod f)
  head_ = (head_ / frequency << kPrecision) + start + head_ % frequency;
}

void Ans::pop(Interval interval) {
  require_possible(interval);
  const auto [start, frequency] = interval;
  if (slot() < start || slot() - start >= frequency)
    throw AnsError(
        fmt::format("ANS: the top is slot {}, which is not among {} from slot {}", slot(), frequency, start));
  // X = f ⌊X' / 2^r⌋ + slot - start
  const std::uint64_t head = frequency * (head_ >> kPrecision) + slot() - start;
  if (head < kLeastHead && words_.empty())
    throw AnsError("ANS: the words are used up: more symbols are asked for than were pushed");
  head_ = head;
  if (head_ < kLeastHead) {
    head_ = head_ << kWord | words_.back();
    words_.pop_back();
  }
}

void Ans::rotate(std::uint32_t shift) { head_ = head_ - slot() + ((slot() + shift) & (kSlots - 1)); }

double Ans::bits() const { return 1.0 * kWord * words_.size() + std::log2(head_); }

std::vector<std::uint32_t> Ans::state() const {
  std::vector<std::uint32_t> state = words_;
  state.insert(state.end(), {std::uint32_t(head_ % kLeastHead), std::uint32_t(head_ >> kWord)});
  return state;
}

}  // namespace models
