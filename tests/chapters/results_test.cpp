#include "chapters/lesson/demo/results.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/chapters/room.hpp"

using namespace lesson;

TEST_SUITE("chapters/results") {
  TEST_CASE("--json holds every check with its numbers and the line that made it") {
    const TemporaryFolder folder;
    const std::string path = folder / "result.json";
    Room room;
    int draws = 1000;
    double rate = 0.5;
    unsigned nan_line = 0;
    room.lesson.option("--draws", draws, "", at_least(1));
    room.lesson.option("--rate", rate, "");
    const int status = room.run({"--no-plots", "--seed", "7", "--draws", "3", "--json", path.c_str()}, [&](Lesson& l) {
      unbiased(l);
      nan_line = Where::current().line + 1;
      l.equation("1.5", "a = b", "eq:iid").exact("a NaN", std::nan(""), std::numeric_limits<double>::infinity());
      l.metric("elbo", -97.25);
      l.metric("lost", std::nan(""));
      l.rung({"belief net", "exact", {-96.8, 0.23}, 10'000, "binarised once, seed 7"});
    });
    CHECK(status == 1);  // and yet the file is written
    const auto json = nlohmann::json::parse(content_of(path));
    CHECK(json["chapter"] == "05_minibatch_sgd");
    CHECK(json["seed"] == 7);
    CHECK(json["options"]["draws"] == 3);
    CHECK(json["options"]["rate"] == 0.5);
    CHECK(json["options"]["no-plots"] == true);
    CHECK(json["options"]["format"] == "png");
    CHECK(json["metrics"]["elbo"] == -97.25);
    CHECK(json["metrics"]["lost"] == "nan");
    CHECK(json["rungs"] ==
          nlohmann::json::parse(R"([{"model": "belief net", "kind": "exact", "mean": -96.8, "se": 0.23,
                                                     "images": 10000, "data": "binarised once, seed 7"}])"));
    CHECK(json["seconds"].is_number());
    REQUIRE(json["checks"].size() == 6);

    const auto& exact = json["checks"][0];
    CHECK(exact["slug"] == "eq:expectation");
    CHECK(exact["section"] == "1.6.1");
    CHECK(exact["statement"] == "E[ (N/M) Σ_{j∈M} ∇log p(x_j) ] = ∇log p(D)");
    CHECK(exact["label"] == "every subset (10 of 10)");
    CHECK(exact["kind"] == "exact");
    CHECK(exact["expected"] == "holds");
    CHECK(exact["passed"] == true);
    CHECK(exact["lhs"] == 20.0);
    CHECK(exact["tolerance"] == 1e-12);
    CHECK_FALSE(exact.contains("z"));

    const auto& sampled = json["checks"][2];
    CHECK(sampled["kind"] == "sampled");
    CHECK(sampled["se"] == 0.0347);
    CHECK(sampled["z"].get<double>() == doctest::Approx(0.3775).epsilon(1e-3));
    CHECK_FALSE(sampled.contains("tolerance"));

    CHECK(json["checks"][4]["expected"] == "fails");
    CHECK(json["checks"][4]["passed"] == true);
    CHECK(json["checks"][5]["file"] == "tests/chapters/results_test.cpp");
    CHECK(json["checks"][5]["line"] == nan_line);
    CHECK(json["checks"][5]["lhs"] == "nan");
    CHECK(json["checks"][5]["rhs"] == "inf");
    CHECK(json["checks"][5]["passed"] == false);
    CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);  // nothing left beside it
  }

  TEST_CASE("a path that cannot be written is said before the work starts, and what is there stays") {
    const TemporaryFolder folder;
    bool started = false;
    const auto body = [&](Lesson&) { started = true; };
    Room nowhere, directory, figures;
    CHECK(nowhere.run({"--no-plots", "--json", "/nonexistent/folder/result.json"}, body) == 2);
    CHECK(nowhere.err.str() ==
          "05_minibatch_sgd: cannot write /nonexistent/folder/result.json: No such file or directory\n");
    CHECK(directory.run({"--no-plots", "--json", folder.path.c_str()}, body) == 2);
    CHECK(directory.err.str() == "05_minibatch_sgd: cannot write " + folder.path.string() + ": it is a directory\n");

    std::ofstream(folder / "file") << "kept";
    CHECK(figures.run({"--figures", (folder / "file/x").c_str()}, body) == 2);
    CHECK(figures.err.str() == "05_minibatch_sgd: --figures: " + (folder / "file") + " is not a folder\n");
    CHECK_FALSE(started);
    CHECK(content_of(folder / "file") == "kept");
  }

  TEST_CASE("an exception is one sentence, exit status 1, and loses no result") {
    const TemporaryFolder folder;
    const std::string path = folder / "result.json";
    Room room, unknown;
    const int status = room.run({"--no-plots", "--json", path.c_str()}, [](Lesson& lesson) {
      unbiased(lesson);
      throw std::runtime_error("cannot find chapters/data/mnist");
    });
    CHECK(status == 1);
    CHECK(room.err.str() == "05_minibatch_sgd: cannot find chapters/data/mnist\n");
    const auto json = nlohmann::json::parse(content_of(path));
    CHECK(json["checks"].size() == 5);
    CHECK(json["error"] == "cannot find chapters/data/mnist");
    CHECK(unknown.run({"--no-plots"}, [](Lesson&) { throw 3; }) == 1);
    CHECK(unknown.err.str() == "05_minibatch_sgd: an unknown error\n");
  }
}
