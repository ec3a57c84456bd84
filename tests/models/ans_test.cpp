// The asymmetric numeral system gives back what it was given, at the length that theory says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/coding/ans.hpp"
#include "models/coding/intervals.hpp"
#include "models/statistics/random.hpp"
#include "tests/models/files.hpp"

using namespace models;

namespace {

// Intervals of n symbols, with frequencies that add up to 2^r: random ones, from 1 slot on.
std::vector<Interval> random_intervals(int n, std::uint64_t seed) {
  const Random random(seed, Purpose::data);
  std::vector<std::uint32_t> cuts{0, Ans::kSlots};
  for (int i = 0; i + 1 < n; ++i) cuts.push_back(1 + random.below(Ans::kSlots - 1, i));
  std::sort(cuts.begin(), cuts.end());
  std::vector<Interval> intervals;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    if (cuts[i] < cuts[i + 1]) intervals.push_back({cuts[i], cuts[i + 1] - cuts[i]});
  return intervals;
}

const Interval& holding(const std::vector<Interval>& intervals, std::uint32_t slot) {
  for (const Interval& one : intervals)
    if (slot - one.start < one.frequency) return one;
  throw std::logic_error("no interval");
}

double bits_of(Interval interval) { return Ans::kPrecision - std::log2(interval.frequency); }

}  // namespace

TEST_SUITE("models/ans") {
  TEST_CASE("symbols come back in the opposite order, and the stack is what it was, words and all") {
    for (const int n : {1, 2, 3, 17, 1000}) {
      CAPTURE(n);
      const std::vector<Interval> intervals = random_intervals(n, n);
      Ans stack = Ans::start({1, 2, 3});
      const auto empty = stack.state();
      std::vector<Interval> pushed;
      for (int t = 0; t < 5000; ++t) {
        pushed.push_back(holding(intervals, Random(n, Purpose::sampling).below(Ans::kSlots, t)));
        stack.push(pushed.back());
      }
      Ans again(stack.state());
      while (!pushed.empty()) {
        const Interval top = holding(intervals, again.slot());
        REQUIRE(top.start == pushed.back().start);
        again.pop(top);
        pushed.pop_back();
      }
      CHECK(again.state() == empty);
    }
  }

  TEST_CASE("the length is the sum of log2 1/P, within a thousandth") {
    for (const int n : {2, 5, 300}) {
      CAPTURE(n);
      const std::vector<Interval> intervals = random_intervals(n, 10 + n);
      Ans stack = Ans::start({});
      const double before = stack.bits();
      double information = 0;
      for (int t = 0; t < 20'000; ++t) {
        const Interval one = holding(intervals, Random(n, Purpose::sampling).below(Ans::kSlots, t));
        information += bits_of(one);
        stack.push(one);
      }
      CHECK(stack.bits() - before == doctest::Approx(information).epsilon(1e-3));
      CHECK(32.0 * stack.state().size() == doctest::Approx(stack.bits()).epsilon(64 / information));
      // a code for other probabilities is longer: the test could fail
      Ans uniform = Ans::start({});
      for (int t = 0; t < 20'000; ++t) uniform.push({0, Ans::kSlots / std::uint32_t(intervals.size())});
      CHECK_FALSE(uniform.bits() == doctest::Approx(information).epsilon(1e-3));
    }
  }

  TEST_CASE("a certain symbol takes no bits, and a symbol of one slot takes r") {
    Ans stack = Ans::start({});
    const double before = stack.bits();
    for (int t = 0; t < 1000; ++t) stack.push({0, Ans::kSlots});
    CHECK(stack.bits() == before);
    for (int t = 0; t < 1000; ++t) stack.push({Ans::kSlots - 1, 1});
    CHECK(stack.bits() - before == doctest::Approx(1000 * Ans::kPrecision).epsilon(1e-6));
  }

  TEST_CASE("popping from random words draws by the frequencies, and takes log2 1/P bits") {
    const std::vector<Interval> intervals = random_intervals(4, 3);
    std::vector<std::uint32_t> words(40'000);
    Random(5, Purpose::sampling).fill_bits(words);
    Ans stack = Ans::start(words);
    const double before = stack.bits();
    const int draws = 100'000;
    std::vector<int> counts(intervals.size());
    double information = 0;
    for (int t = 0; t < draws; ++t) {
      const Interval& one = holding(intervals, stack.slot());
      ++counts[&one - intervals.data()];
      information += bits_of(one);
      stack.pop(one);
    }
    CHECK(before - stack.bits() == doctest::Approx(information).epsilon(1e-3));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double p = 1.0 * intervals[i].frequency / Ans::kSlots;
      CHECK(std::abs(counts[i] - draws * p) < 4 * std::sqrt(draws * p * (1 - p)));
    }
  }

  TEST_CASE("a rotated stack is as long as before, has another slot on top, and is rotated back") {
    Ans stack = Ans::start({1, 2, 3});
    const auto before = stack.state();
    const std::uint32_t slot = stack.slot();
    for (const std::uint32_t shift : {1u, 77u, Ans::kSlots - 1, 0xfffffff0u}) {
      CAPTURE(shift);
      stack.rotate(shift);
      CHECK(stack.slot() == (slot + shift) % Ans::kSlots);
      CHECK(stack.state().size() == before.size());
      stack.rotate(-shift);
      CHECK(stack.state() == before);
    }
  }

  TEST_CASE("impossible intervals, symbols that are not on top, and no words left are refused") {
    const auto refusal = [](auto action) { return error_of<AnsError>(action); };
    Ans stack = Ans::start({});
    const auto before = stack.state();
    for (const Interval impossible :
         {Interval{0, 0}, {5, 0}, {Ans::kSlots, 1}, {1, Ans::kSlots}, {7, 0xffffffff}, {0xffffffff, 2}}) {
      CAPTURE(impossible.start);
      CHECK(refusal([&] { stack.push(impossible); }).find("expected an interval of at least 1 of 1048576") !=
            std::string::npos);
      CHECK(refusal([&] { stack.pop(impossible); }) != "");
    }
    CHECK(refusal([&] { stack.pop({stack.slot() + 1, 5}); }).find("is not among 5 from slot") != std::string::npos);
    CHECK(error_of<AnsError>([&] { stack.pop({0, 5}); }).find("used up") != std::string::npos);
    CHECK(stack.state() == before);
    CHECK(refusal([] { Ans({7}); }) == "ANS: 1 words that end in 7 are no state of a stack");
    CHECK(refusal([] { Ans({7, 0}); }) == "ANS: 2 words that end in 0 are no state of a stack");
  }
}

TEST_SUITE("models/coding intervals") {
  TEST_CASE("the bins of a normal distribution take every slot once, the prior's equally many") {
    const NormalBins bins;
    for (const auto& [mean, sd] : {std::pair{0.0, 1.0}, {0.3, 0.05}, {-2.0, 0.7}, {6.0, 0.1}, {0.0, 1e-6}}) {
      const double mu = mean, sigma = sd;
      CAPTURE(mu);
      CAPTURE(sigma);
      std::uint32_t next = 0;
      for (int bin = 0; bin < NormalBins::kCount; ++bin) {
        const Interval one = bins.posterior(bin, mu, sigma);
        REQUIRE(one.start == next);
        next += one.frequency;
        if (one.frequency == 0) continue;
        REQUIRE(bins.posterior_bin(one.start, mu, sigma) == bin);
        REQUIRE(bins.posterior_bin(next - 1, mu, sigma) == bin);
      }
      CHECK(next == Ans::kSlots);
    }
    for (const int bin : {0, 1, 2000, NormalBins::kCount - 1}) {
      const Interval prior = bins.prior(bin), standard = bins.posterior(bin, 0, 1);
      CHECK(prior.start == standard.start);
      CHECK(prior.frequency == standard.frequency);
      CHECK(bins.prior_bin(prior.start) == bin);
      CHECK(bins.prior_bin(prior.start + prior.frequency - 1) == bin);
    }
  }

  // H(q̂) = bits of the grid - KL(q ‖ p), in the limit of fine bins: the latter in closed form
  TEST_CASE("the entropy of the bins is that of the grid minus the divergence from the prior") {
    const NormalBins bins;
    for (const auto& [mu, sigma] : {std::pair{0.0, 1.0}, {0.3, 0.5}, {-1.0, 0.2}, {0.5, 0.05}}) {
      const double kl = 0.5 * (mu * mu + sigma * sigma - 1 - 2 * std::log(sigma)) / std::log(2.0);
      CHECK(bins.posterior_entropy(mu, sigma) == doctest::Approx(NormalBins::kBits - kl).epsilon(1e-3));
    }
  }

  TEST_CASE("a pixel can be coded either way, however sure the model is") {
    for (const double p : {0.0, 1e-12, 0.25, 0.5, 1.0}) {
      CAPTURE(p);
      const Interval one = bernoulli_interval(true, p), zero = bernoulli_interval(false, p);
      CHECK(one.frequency >= 1);
      CHECK(zero.frequency >= 1);
      CHECK(one.frequency + zero.frequency == Ans::kSlots);
      CHECK(bernoulli_symbol(one.start, p));
      CHECK(bernoulli_symbol(one.start + one.frequency - 1, p));
      CHECK_FALSE(bernoulli_symbol(zero.start, p));
      CHECK_FALSE(bernoulli_symbol(zero.start + zero.frequency - 1, p));
    }
    CHECK(bernoulli_interval(true, 0.25).frequency == Ans::kSlots / 4);
  }
}
