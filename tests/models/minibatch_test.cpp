#include "models/data/minibatch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "models/statistics/goodness_of_fit.hpp"
#include "tests/models/files.hpp"
#include "tests/models/statistics.hpp"

using models::chi_square_p;
using models::LastBatch;
using models::Minibatches;
using models::Order;

namespace {

std::vector<int> copy(std::span<const int> batch) { return {batch.begin(), batch.end()}; }

std::vector<int> whole_epoch(Minibatches& batches, std::uint64_t epoch) {
  std::vector<int> all;
  for (int step = 0; step < batches.steps_per_epoch(); ++step) {
    const auto batch = batches.batch(epoch, step);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

std::vector<int> sorted(std::vector<int> values) {
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<int> first_integers(int n) {
  std::vector<int> all(n);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("minibatch: an epoch without replacement shows every point once, each epoch in another order") {
    Minibatches batches(103, 10);
    CHECK(batches.steps_per_epoch() == 11);
    CHECK(batches.batch(0, 0).size() == 10);
    CHECK(batches.batch(0, 10).size() == 3);
    const auto first = whole_epoch(batches, 0), second = whole_epoch(batches, 1);
    CHECK(sorted(first) == first_integers(103));
    CHECK(sorted(second) == first_integers(103));
    CHECK(first != second);
    CHECK(first != first_integers(103));
  }

  TEST_CASE("minibatch: a short last batch can be dropped") {
    Minibatches batches(103, 10, Order::shuffled, 0, LastBatch::drop);
    CHECK(batches.steps_per_epoch() == 10);
    CHECK(whole_epoch(batches, 4).size() == 100);
    CHECK(Minibatches(100, 10).steps_per_epoch() == 10);
    CHECK(Minibatches(7, 10).batch(0, 0).size() == 7);
  }

  TEST_CASE("minibatch: a batch is a function of seed, epoch and step") {
    for (const Order order : {Order::shuffled, Order::with_replacement, Order::sequential}) {
      Minibatches batches(1000, 32, order, 5), resumed(1000, 32, order, 5), other(1000, 32, order, 6);
      whole_epoch(batches, 2);
      const auto expected = copy(batches.batch(3, 17));
      CHECK(copy(resumed.batch(3, 17)) == expected);
      CHECK((copy(other.batch(3, 17)) == expected) == (order == Order::sequential));
      batches.batch(9, 0);
      CHECK(copy(batches.batch(3, 17)) == expected);
    }
  }

  TEST_CASE("minibatch: with replacement every point is equally likely and may repeat") {
    Minibatches batches(50, 20, Order::with_replacement, 1);
    CHECK(batches.steps_per_epoch() == 3);
    CHECK(batches.batch(0, 2).size() == 20);
    std::vector<int> counts(50), distinct_counts(50);
    bool repeats = false;
    for (std::uint64_t epoch = 0; epoch < 2000; ++epoch) {
      for (const int i : whole_epoch(batches, epoch)) ++counts[i];
      const auto batch = sorted(copy(batches.batch(epoch, 0)));
      repeats = repeats || std::adjacent_find(batch.begin(), batch.end()) != batch.end();
      // a biased sampler, which never sees the last point, is caught
      for (const int i : batch) ++distinct_counts[i % 49];
    }
    CHECK(repeats);
    CHECK(chi_square_p(counts) >= kLeastP);
    CHECK(chi_square_p(distinct_counts) < kLeastP);
  }

  TEST_CASE("minibatch: sequential batches are the data in order") {
    Minibatches batches(103, 10, Order::sequential);
    CHECK(whole_epoch(batches, 3) == first_integers(103));
  }

  TEST_CASE("minibatch: errors") {
    const auto error = [](auto action) { return error_of<std::invalid_argument>(action); };
    CHECK(error([] { Minibatches(0, 10); }) ==
          "Minibatches: expected at least 1 data point and batches of at least 1, found 0 and 10");
    CHECK(error([] { Minibatches(10, 0); }) ==
          "Minibatches: expected at least 1 data point and batches of at least 1, found 10 and 0");
    CHECK(error([] { Minibatches(10, 11, Order::shuffled, 0, LastBatch::drop); }) ==
          "Minibatches: 10 data points fill no batch of 11, and short batches are dropped");
    CHECK(error([] { Minibatches(10, 5).batch(0, 2); }) == "Minibatches: step 2 is not one of the 2 of an epoch");
    CHECK(error([] { Minibatches(10, 5).batch(0, -1); }) == "Minibatches: step -1 is not one of the 2 of an epoch");
  }
}
