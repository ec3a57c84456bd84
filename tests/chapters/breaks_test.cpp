#include "chapters/lesson/demo/breaks.hpp"

#include <doctest/doctest.h>

namespace {

struct Ingredients {
  double factor = 2.5;
};
const std::vector<lesson::Break<Ingredients>> kBreaks{
    {"factor", "no N/M", {"eq:scaled"}, [](Ingredients& i) { i.factor = 1; }}};

}  // namespace

TEST_CASE("a break by its name: what it changes, what it says, what --break knows") {
  CHECK(lesson::names(kBreaks) == std::vector<std::string>{"none", "factor"});
  CHECK(lesson::broken(Ingredients(), kBreaks, "none").factor == 2.5);
  CHECK(lesson::broken(Ingredients(), kBreaks, "factor").factor == 1);
  CHECK(lesson::announcement(kBreaks, "factor") == "Broken on purpose: no N/M.\n");
  CHECK(lesson::announcement(kBreaks, "none").empty());
  CHECK_THROWS_WITH_AS(lesson::broken(Ingredients(), kBreaks, "factr"), "there is no break 'factr'",
                       std::invalid_argument);
}
