#include <array>

#include "tests/autograd/operations.hpp"

namespace autograd_test {

std::vector<OperationRecord> shape_records() {
  std::vector<OperationRecord> records;
  const auto add = [&records](const char* name, const char* form, std::vector<M> inputs, auto f, auto reference) {
    records.push_back({name, form, std::move(inputs), f, reference});
  };
  static constexpr std::array kColumns = {2, 0, 2, 3};
  const M x = sample(4, 5, -2, 2, 1), z = sample(4, 3, -2, 2, 3), one = number(0.3);
  const M row = sample(1, 5, -2, 2, 4), column = z.col(0);
  // clang-format off
  add("as_matrix", "",        {one},  [](V x) { return as_matrix(number(x[0])); },
                                      [](R x) { return x[0]; });
  add("transpose", "4×5",     {x},    [](V x) { return transpose(x[0]); },
                                      [](R x) -> M { return x[0].transpose(); });
  add("reshape",   "10×2",    {x},    [](V x) { return reshape(x[0], 10, 2); },
                                      [](R x) -> M { return x[0].reshaped<Eigen::RowMajor>(10, 2); });
  add("at",        "(2, 3)",  {x},    [](V x) { return as_matrix(at(x[0], 2, 3)); },
                                      [](R x) { return number(x[0](2, 3)); });
  add("rows",      "1, 2",    {x},    [](V x) { return rows(x[0], 1, 2); },
                                      [](R x) -> M { return x[0].middleRows(1, 2); });
  add("rows",      "overlap", {x},    [](V x) { return rows(x[0], 0, 3) * rows(x[0], 1, 3); },
                                      [](R x) -> M { return x[0].topRows(3).cwiseProduct(x[0].bottomRows(3)); });
  add("columns",   "2, 3",    {x},    [](V x) { return columns(x[0], 2, 3); },
                                      [](R x) -> M { return x[0].middleCols(2, 3); });
  add("hstack",    "",        {x, z}, [](V x) { return hstack(x[0], x[1]); },
                                      [](R x) { M c(4, 8); c << x[0], x[1]; return c; });
  add("pick",      "",        {x},    [](V x) { return pick(x[0], kColumns); },
                                      [](R x) { return M{{x[0](0, 2)}, {x[0](1, 0)}, {x[0](2, 2)}, {x[0](3, 3)}}; });
  // Broadcasting two extents is an operation of its own.
  add("expand", "row and column", {row, column}, [](V x) { return x[0] + x[1]; },
                                                 [](R x) -> M { return x[0].replicate(4, 1) + x[1].replicate(1, 5); });
  // clang-format on
  return records;
}

}  // namespace autograd_test
