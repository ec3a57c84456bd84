#include "models/data/nearest.hpp"

#include <doctest/doctest.h>

using models::did_you_mean;
using models::edit_distance;
using models::nearest;

TEST_SUITE("models") {
  TEST_CASE("nearest: the distance counts insertions, deletions, substitutions and swaps") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("mnits", "mnist") == 1);
    CHECK(edit_distance("--epoch", "--epochs") == 1);
    CHECK(edit_distance("ca", "abc") == edit_distance("abc", "ca"));
  }

  TEST_CASE("nearest: the closest candidate, or none") {
    CHECK(nearest("mnits", {"digits", "mnist"}) == "mnist");
    CHECK(nearest("Digits", {"mnist", "digits"}) == "digits");
    CHECK(nearest("cifar", {"mnist", "digits"}) == "");
    CHECK(nearest("", {"a", "bc"}) == "");
    CHECK(nearest("x", {}) == "");
  }

  TEST_CASE("nearest: the end of a message") {
    CHECK(did_you_mean("mnits", {"mnist", "digits"}) == ": did you mean 'mnist'?");
    CHECK(did_you_mean("cifar", {"mnist", "digits"}) == ": known are mnist, digits");
    CHECK(did_you_mean("cifar", {}) == "");
  }
}
