#include "chapters/lesson/options.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace lesson;

namespace {

enum class Likelihood { bernoulli, gaussian };

// The options of a chapter, and what parsing words gives: "" or the sentence of the error.
struct Settings {
  int latent = 20;
  double rate = 1e-3, keep = 0.5;
  std::uint64_t seed = 1;
  bool quick = false;
  std::string folder, data = "mnist";
  Likelihood likelihood = Likelihood::bernoulli;
  Options options;

  Settings() {
    options.group("This chapter");
    options.add("--latent", latent, "dimensions of z", at_least(1)).when_quick(2);
    options.add("--rate", rate, "of learning", above(0));
    options.add("--keep", keep, "share of labels", between(0, 1));
    options.add("--data", data, "set", std::vector<std::string>{"mnist", "digits"});
    options.add("--likelihood", likelihood, "of x given z",
                {{"bernoulli", Likelihood::bernoulli}, {"gaussian", Likelihood::gaussian}});
    options.add("--seed", seed, "of all random numbers");
    options.add("--quick", quick, "smaller numbers");
    options.add("--figures", folder, "folder", "DIR");
  }

  std::string parse(std::vector<const char*> words) {
    words.insert(words.begin(), "11_vae");
    try {
      return options.parse(words.size(), words.data(), quick) ? "" : "help";
    } catch (const UsageError& error) {
      return error.what();
    }
  }
};

std::string error_of(const std::vector<const char*>& words) { return Settings().parse(words); }

}  // namespace

TEST_SUITE("chapters/options") {
  TEST_CASE("values arrive") {
    Settings s;
    CHECK(s.parse({"--latent", "3", "--rate=0.5", "--data", "digits", "--likelihood", "gaussian", "--figures", "a b",
                   "--seed", "18446744073709551615"}) == "");
    CHECK(s.latent == 3);
    CHECK(s.rate == 0.5);
    CHECK(s.data == "digits");
    CHECK(s.likelihood == Likelihood::gaussian);
    CHECK(s.folder == "a b");
    CHECK(s.seed == 18446744073709551615u);
    CHECK_FALSE(s.quick);
  }

  TEST_CASE("--quick sets what was not set by hand, wherever it stands") {
    Settings quick, both;
    CHECK(quick.parse({"--quick"}) == "");
    CHECK(quick.latent == 2);
    CHECK(both.parse({"--latent", "7", "--quick"}) == "");
    CHECK(both.latent == 7);
  }

  TEST_CASE("the last of two wins") {
    Settings s;
    CHECK(s.parse({"--latent", "3", "--latent", "4"}) == "");
    CHECK(s.latent == 4);
  }

  TEST_CASE("unknown options name the nearest one") {
    CHECK(error_of({"--lattent", "3"}) == "unknown option --lattent: did you mean --latent?");
    CHECK(error_of({"--lattent=3"}) == "unknown option --lattent: did you mean --latent?");
    CHECK(error_of({"--qiuck"}) == "unknown option --qiuck: did you mean --quick?");
    CHECK(error_of({"--zzzzzzzz"}) == "unknown option --zzzzzzzz (see --help)");
    CHECK(error_of({"digits"}) == "unexpected argument 'digits' (see --help)");
  }

  TEST_CASE("unknown values name the nearest one and all known ones") {
    CHECK(error_of({"--likelihood", "bernouli"}) ==
          "--likelihood: 'bernouli' is not known: did you mean 'bernoulli'? (known: bernoulli, gaussian)");
    CHECK(error_of({"--likelihood", "poisson"}) ==
          "--likelihood: 'poisson' is not known (known: bernoulli, gaussian)");
    CHECK(error_of({"--data", "mnits"}) ==
          "--data: 'mnits' is not known: did you mean 'mnist'? (known: mnist, digits)");
  }

  TEST_CASE("numbers out of range say which range") {
    CHECK(error_of({"--latent", "0"}) == "--latent: expected an integer of at least 1, found 0");
    CHECK(error_of({"--latent", "-3"}) == "--latent: expected an integer of at least 1, found -3");
    CHECK(error_of({"--latent", "99999999999"}) == "--latent: expected an integer of at least 1, found 99999999999");
    CHECK(error_of({"--latent", "two"}) == "--latent: expected an integer of at least 1, found 'two'");
    CHECK(error_of({"--latent", "2.5"}) == "--latent: expected an integer of at least 1, found '2.5'");
    CHECK(error_of({"--latent", ""}) == "--latent: expected an integer of at least 1, found ''");
    CHECK(error_of({"--rate", "0"}) == "--rate: expected a number above 0, found 0");
    CHECK(error_of({"--rate", "nan"}) == "--rate: expected a number above 0, found nan");
    CHECK(error_of({"--keep", "1.5"}) == "--keep: expected a number from 0 to 1, found 1.5");
    CHECK(error_of({"--keep", "1"}) == "");
    CHECK(error_of({"--seed", "-1"}) == "--seed: expected an integer of at least 0, found '-1'");
  }

  TEST_CASE("a missing value is one sentence") {
    CHECK(error_of({"--latent"}) == "--latent: expected a value");
    CHECK(error_of({"--latent", "--quick"}) == "--latent: expected a value, found --quick");
    CHECK(error_of({"--quick=3"}) == "--quick: takes no value");
    CHECK(error_of({"--figures"}) == "--figures: expected a value");
  }

  TEST_CASE("help shows names, defaults and what --quick changes") {
    Settings s;
    CHECK(s.parse({"--help"}) == "help");
    const std::string help = s.options.help("11_vae", "The variational autoencoder");
    CHECK(help.find("--latent N") != std::string::npos);
    CHECK(help.find("dimensions of z [20] (--quick: 2)") != std::string::npos);
    CHECK(help.find("--likelihood bernoulli|gaussian") != std::string::npos);
    CHECK(help.find("This chapter") != std::string::npos);
  }

  TEST_CASE("all values are listed by name") {
    Settings s;
    CHECK(s.parse({"--rate", "0.25"}) == "");
    const auto values = s.options.values();
    CHECK(values.size() == 8);
    CHECK(values[0].first == "latent");
    CHECK(std::get<std::int64_t>(values[0].second) == 20);
    CHECK(std::get<double>(values[1].second) == 0.25);
    CHECK(std::get<std::string>(values[4].second) == "bernoulli");
    CHECK(std::get<std::uint64_t>(values[5].second) == 1);
  }
}
