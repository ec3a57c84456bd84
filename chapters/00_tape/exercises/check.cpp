// The exercises of chapter 00: points, minutes and hints, and how each answer is checked. The instances are
// drawn by the attempt's seed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "chapters/00_tape/exercises/exercise.hpp"
#include "chapters/lesson/exercise/comparison.hpp"
#include "chapters/lesson/exercise/program.hpp"
#include "models/statistics/random.hpp"

namespace ch00 {
namespace {

using autograd::Tape, autograd::Index;
using lesson::Exercise;
using Numbers = std::vector<double>;

// 0.1

void check_sweep_by_hand(lesson::Attempt& attempt) {
  const models::Random random(attempt.seed(), models::Purpose::data);
  const double x = 0.5 + random.uniform(0), y = 0.6 + 1.3 * random.uniform(1);
  const double s = std::sin(x * y), c = std::cos(x * y), bar3 = x * c;
  const Numbers right{y * bar3 + s, x * bar3 - 2 * y, bar3, x, 1, -1, 1};
  const auto with = [&](double bar1, double bar2) {
    Numbers wrong = right;
    wrong[0] = bar1, wrong[1] = bar2;
    return wrong;
  };
  attempt.equal(
      sweep_by_hand(x, y), right, 1e-12,
      {{with(y * bar3, right[1]), "", "x is used in v₃ and in v₅. One of the two shares of v̄₁ is missing."},
       {with(s, right[1]), "", "x is used in v₃ and in v₅. What comes back through v₃ is missing in v̄₁."},
       {with(right[0], x * bar3 - y), "", "v₆ = v₂ v₂ has v₂ as both operands: two shares, y each."},
       {with(right[0], -2 * y), "", "y is used in v₃ as well: a share of v̄₂ is missing."},
       {with(right[0], x * bar3), "", "y is used in v₆ as well, twice: these shares of v̄₂ are missing."},
       {{y * bar3 + s, x * bar3 + 2 * y, bar3, x, 1, 1, 1}, "", "the sign of v̄₆, and so what it hands to y."},
       {{y * bar3 + s, x * bar3 - 2 * y, bar3, x, 1, 1, 1}, "", "the sign of v̄₆. What is ∂(v₅ - v₆)/∂v₆?"},
       {{y * c + s, x * c - 2 * y, c, x, 1, -1, 1}, "", "v̄₃ is v̄₄ times the slope of sin, and v̄₄ is not 1."},
       {{1, 0, y, y * c, s + x * y * c, 0, s + x * y * c},
        "",
        "these are the derivatives ∂vₖ/∂x, from the front to the back. The adjoints are ∂f/∂vₖ."}});
}

const Exercise kSweepByHand{
    .number = "0.1",
    .slug = "eq:chain",
    .task = "a backward sweep by hand",
    .statement = "v̄ = Σ_children w̄ ∂w/∂v,   f = x sin(x y) - y²",
    .points = 1,
    .minutes = 15,
    .hints = {"Draw the seven records in a row, and an arrow from each operand to the record that uses it. How many "
              "arrows leave x, and how many leave y?",
              "Begin with v̄₇ = 1. Then go from v₇ to v₃, and at each record send its adjoint times the slope to "
              "every operand. v₆ = v₂ v₂ sends two shares to v₂.",
              "v̄₆ = -1, v̄₅ = 1, v̄₄ = x, v̄₃ = x cos(x y), v̄₂ = x v̄₃ - 2 y, v̄₁ = y v̄₃ + sin(x y)"},
    .check = check_sweep_by_hand};

// 0.2

// 2 variables and 6 to 9 operations on earlier records, each record of them used or not.
tiny::Tape random_tape(std::uint64_t seed) {
  const models::Random random(seed, models::Purpose::data);
  tiny::Tape tape;
  std::vector<tiny::Var> v{tape.variable(0.4 + random.uniform(0)), tape.variable(1 + random.uniform(1))};
  const int operations = 6 + seed % 4;
  for (int k = 0; k < operations; ++k) {
    const tiny::Var a = v.back(), b = v[random.below(v.size(), 100 + k)];
    v.push_back(k % 3 == 0 ? a * b : k % 3 == 1 ? sin(a) : a + b);
  }
  return tape;
}

using Sweep = std::function<void(tiny::Tape&, int f)>;

// The sweep with one of the three faults, or with none.
Sweep sweep_with(bool overwrites, bool from_the_end, bool keeps) {
  return [=](tiny::Tape& tape, int f) {
    if (!keeps)
      for (tiny::Record& record : tape.records) record.adjoint = 0;
    (from_the_end ? tape.records.back() : tape.records[f]).adjoint = 1;
    for (int y = f; y >= 0; --y) {
      for (const auto& [x, slope] : tape.records[y].operands) {
        const double share = tape.records[y].adjoint * slope;
        tape.records[x].adjoint = share + (overwrites ? 0 : tape.records[x].adjoint);
      }
    }
  };
}

// All adjoints after a sweep from each of these records, one after the other.
Numbers adjoints_after(tiny::Tape tape, const std::vector<int>& from, const Sweep& sweep) {
  for (const int f : from) sweep(tape, f);
  Numbers adjoints;
  for (const tiny::Record& record : tape.records) adjoints.push_back(record.adjoint);
  return adjoints;
}

void check_sweep(lesson::Attempt& attempt) {
  const tiny::Tape tape = random_tape(attempt.seed());
  const int last = tape.records.size() - 1;
  const auto compare = [&](const std::string& what, const std::vector<int>& from, std::vector<lesson::Mistake> wrong) {
    lesson::equal(attempt, what, adjoints_after(tape, from, ch00::sweep),
                  adjoints_after(tape, from, sweep_with(false, false, false)), wrong);
  };
  compare("the adjoints after a sweep from the last record:", {last},
          {{adjoints_after(tape, {last}, sweep_with(true, false, true)), "",
            "a record that is used twice keeps only one of its two shares."}});
  compare("the adjoints after a sweep from a record in the middle:", {last - 2},
          {{adjoints_after(tape, {last - 2}, sweep_with(false, true, true)), "",
            "whose adjoint is 1? f need not be the last record."}});
  compare("the adjoints after two sweeps of one tape, from different records:", {last, last - 2},
          {{adjoints_after(tape, {last, last - 2}, sweep_with(false, false, true)), "",
            "the first sweep left its adjoints behind, and the second added to them."}});
}

const Exercise kSweep{
    .number = "0.2",
    .slug = "eq:chain",
    .task = "a sweep with three faults, to be mended",
    .statement = "x̄ = Σ ȳ ∂y/∂x over the records y that use x",
    .points = 2,
    .minutes = 15,
    .hints =
        {"Compare it with tiny::Tape::backward line by line, and ask of each difference which tape would show it.",
         "One fault shows when a record is used twice, one when f is not the last record, one when a tape is swept "
         "a second time.",
         "All adjoints are set to 0 first; that of record f becomes 1; and the shares are added with +=."},
    .check = check_sweep};

// 0.3

void check_log_add_exp(lesson::Attempt& attempt) {
  const models::Random random(attempt.seed(), models::Purpose::data);
  const double a = 2 * random.uniform(0), b = a - 0.3 - random.uniform(1), scale = 2 + random.uniform(2);
  const double y = std::log(std::exp(a) + std::exp(b)), wa = std::exp(a - y), wb = std::exp(b - y);
  // scale · y, so that ȳ is not 1
  const auto by_tape = [&](double a, double b) -> Numbers {
    const auto [value, da, db] =
        autograd::value_and_gradient([&](const auto& a, const auto& b) { return scale * log_add_exp(a, b); }, a, b);
    return {value, da, db};
  };
  const auto scaled = [&](double y, double da, double db) { return Numbers{scale * y, scale * da, scale * db}; };
  lesson::equal(attempt, fmt::format("c log_add_exp(a, b), and its slopes in a and in b, c = {:.3f}:", scale),
                by_tape(a, b), scaled(y, wa, wb),
                {{{scale * y, wa, wb}, "", "the slopes are right, but ȳ is not in them. x̄ += ȳ ∂y/∂x"},
                 {scaled(y, wb, wa), "", "the slopes are those of the other operand."},
                 {scaled(y, std::exp(a), std::exp(b)), "", "∂y/∂a is eᵃ divided by something. What is (log u)'?"},
                 {scaled(y, 1 - wb * wb, wb * wb), "", "a slope is squared."},
                 {scaled(y, wa, 0), "", "nothing flows back to b."},
                 {scaled(y, 0, wb), "", "nothing flows back to a."},
                 {scaled(std::exp(a) + std::exp(b), wa, wb), "", "the logarithm of the value is missing."},
                 {scaled(y, 0, 0), "", "the value is right, but nothing flows back."}});

  for (const double large : {800.0, -800.0}) {
    const Numbers yours = by_tape(large, large - 1),
                  there = scaled(large + std::log1p(std::exp(-1)), 1 / (1 + std::exp(-1)), 1 / (1 + std::exp(1)));
    attempt.require(
        std::ranges::all_of(yours, [](double x) { return std::isfinite(x); }),
        fmt::format("right for small numbers, but not finite at a = {}\n"
                    "likely: eᵃ overflows, or the log of 0 is taken. What is left if the larger of the two "
                    "is taken out of the sum first?",
                    large));
    lesson::equal(attempt, fmt::format("at a = {}, b = {}:", large, large - 1), yours, there,
                  {{scaled(large, 1, 0), "", "the smaller of the two is left out: it is only 1 below."}});
  }
  Tape tape;
  const autograd::Trace trace(tape);
  log_add_exp(tape.variable(a), tape.variable(b));
  attempt.require(
      trace.records().size() == 3,
      fmt::format("right, but it makes {} records, and one is asked for. record<\"log_add_exp\"> takes the "
                  "value and the pullback of the whole",
                  trace.records().size() - 2));
}

const Exercise kLogAddExp{
    .number = "0.3",
    .slug = "eq:chain",
    .task = "an operation of your own, with `record`",
    .statement = "y = log(eᵃ + eᵇ),   ā += ȳ ∂y/∂a,   b̄ += ȳ ∂y/∂b",
    .points = 3,
    .minutes = 25,
    .hints =
        {"On paper: take the larger of a and b out of the sum, so that no exponential is above 1. And write ∂y/∂a so "
         "that y appears in it.",
         "record<\"log_add_exp\"> takes two functions and the operands a, b. The first gets the nodes of a and b and "
         "returns the value; the second gets the node of y too, and calls a.accumulate(...) and b.accumulate(...).",
         "max(a, b) + log1p(exp(-|a - b|)); a.accumulate(y.grad() * std::exp(a.value() - y.value())), and so for b"},
    .check = check_log_add_exp};

// 0.4

// The three numbers, with what a mistake does to products, sums and tanhs.
struct Parts {
  double products = 0, first_products = 0, sums = 0, tanhs = 0, outputs = 0, layers = 0, hidden = 0;
};
Parts parts_of(const std::vector<int>& sizes, double n) {
  Parts p;
  for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {
    const double products = n * sizes[layer] * sizes[layer + 1];
    p.products += products, p.sums += products, p.layers += 1;
    if (layer == 0) p.first_products = products;
    if (layer + 2 < sizes.size()) p.tanhs += n * sizes[layer + 1], p.hidden += 1;
  }
  p.outputs = n * sizes.back();
  return p;
}

void check_count(lesson::Attempt& attempt) {
  std::vector<int> sizes{3, 5 + static_cast<int>(attempt.seed() % 3), 4};
  if (attempt.seed() % 2 == 0) sizes.push_back(2);
  const int n = 7 + attempt.seed() % 5;
  const Parts p = parts_of(sizes, n), one = parts_of(sizes, 1);
  const auto answer = [](const Parts& p, double numbers, double shares) {
    return Numbers{numbers, p.layers + p.hidden, shares};
  };
  const double numbers = p.products + p.sums + p.tanhs,
               shares = 2 * p.products - p.first_products + 2 * p.sums + p.tanhs;
  const double points_shares = 2 * one.products - one.first_products + 2 * one.sums + one.tanhs;
  const Count yours = count_operations(sizes, n);
  lesson::equal(
      attempt, fmt::format("operations with numbers, with matrices, and shares; {} layers, {} points:", p.layers, n),
      Numbers{1.0 * yours.numbers, 1.0 * yours.matrices, 1.0 * yours.shares}, answer(p, numbers, shares),
      {{answer(p, one.products + one.sums + one.tanhs, points_shares), "", "this is one point. There are n of them."},
       {answer(p, p.products + p.tanhs, shares - 2 * p.sums), "", "the sums are missing: each is a record too."},
       {answer(p, numbers, shares + p.first_products), "",
        "the inputs of the first layer are plain numbers: nothing flows back to them."},
       {answer(p, numbers, numbers), "", "a sum hands out a share to each of its two operands, not one."},
       {{numbers + p.outputs, 2 * p.layers, shares + p.outputs},
        "",
        "tanh stands between the layers: not after the last."},
       {answer(p, p.products + p.sums, shares - p.tanhs), "", "the tanhs are missing."},
       {{numbers, n * (p.layers + p.hidden), shares}, "", "a matrix holds all points: they make one record, not n."},
       {{numbers, p.layers, shares}, "", "with matrices, each tanh is a record too."}});
  const Count shallow = count_operations({4, 3}, 5);
  lesson::equal(attempt, "a network of one layer, 4 inputs, 3 outputs, 5 points:",
                Numbers{1.0 * shallow.numbers, 1.0 * shallow.matrices, 1.0 * shallow.shares}, Numbers{120, 1, 180},
                {{Numbers{135, 2, 195}, "", "tanh stands between the layers: there is but one here."}});
}

const Exercise kCount{
    .number = "0.4",
    .slug = "claim:cheap-gradient",
    .task = "how long a network's tape becomes",
    .statement = "operations and shares of a network, with numbers and with matrices",
    .points = 2,
    .minutes = 20,
    .hints =
        {"Count one unit of one layer first: how many products, how many sums? Then one layer, then one point.",
         "A unit with k inputs makes k products and k sums, since s starts as b. Every unit of a hidden layer makes "
         "one tanh. A sum has two operands, a tanh one.",
         "with P = Σ n · sizes[l] · sizes[l+1], T = Σ n · hidden units, P₁ the products of the first layer: 2 P + T; "
         "layers + hidden layers; 2 P - P₁ + 2 P + T"},
    .check = check_count};

// 0.5

using M = Var<Matrix<double>>;

void check_x_log_x(lesson::Attempt& attempt) {
  Matrix<double> x = lesson::normal_matrix(attempt.seed(), 1, 2 + attempt.seed() % 3, 4);
  x(0, 1) = 0.7, x(1, 2) = 1.9;
  const auto condition = [](const M& x) { return x.value().array() > 0; };
  const auto safe = [=](const M& x) { return where(condition(x), x, 1.0); };
  const auto cut = [](const M& x) { return x.tape().constant(Matrix<double>(x.value())); };
  lesson::Question question{
      .names = {"x"},
      .inputs = {x},
      .yours = [](const lesson::Vars& v) { return x_log_x(v[0]); },
      .right = [=](const lesson::Vars& v) { return safe(v[0]) * log(safe(v[0])); },
      .wrong = {{"log x where x log x is asked for.", [=](const lesson::Vars& v) { return log(safe(v[0])); }},
                {"x stands where x is not above 0. What is asked for there?",
                 [=](const lesson::Vars& v) { return where(condition(v[0]), safe(v[0]) * log(safe(v[0])), v[0]); }},
                {"the sign: an entropy has a minus, this has none.",
                 [=](const lesson::Vars& v) { return -safe(v[0]) * log(safe(v[0])); }},
                {"the log of |x| is taken where x is negative. 0 is asked for there.",
                 [=](const lesson::Vars& v) { return v[0] * log(abs(v[0])); }}},
      .wrong_gradients = {{0, "the logarithm is a constant in your answer: where does it leave the tape?",
                           [=](const lesson::Vars& v) { return safe(v[0]) * log(safe(cut(v[0]))); }}}};
  lesson::compare(attempt, question);
  question.inputs[0](0, 0) = 0, question.inputs[0](1, 3) = -800;
  question.wrong.clear(), question.wrong_gradients.clear();
  lesson::compare_extreme(attempt, question, "with x = 0 in it", "at x = 0 the branch not taken must be finite too.");
}

const Exercise kXLogX{
    .number = "0.5",
    .slug = "claim:where",
    .task = "$x \\log x$ without a NaN at 0",
    .statement = "y = x log x where x > 0, else 0",
    .points = 2,
    .minutes = 15,
    .hints =
        {"where(condition, a, b) computes both a and b everywhere, and sends a 0 back into the one that was not "
         "taken. What does that 0 meet inside log?",
         "x.value().array() > 0 is the condition. Make an argument for log that is x where the condition holds and a "
         "harmless number elsewhere. Which number has x log x = 0?",
         "const auto safe = where(x.value().array() > 0, x, 1.0), and then safe times its logarithm"},
    .check = check_x_log_x};

// 0.6

// The advances of a plan that says how many steps lie before the next checkpoint.
std::int64_t advances(int length, int c, int (*before)(int length, int c)) {
  if (length <= 1) return 0;
  const int k = c == 1 ? length - 1 : before(length, c);
  return k + advances(length - k, c - 1, before) + advances(k, c, before);
}

// The least over all plans. With `tape` a step on the tape counts too.
std::int64_t least(int length, int c, int tape) {
  std::vector<std::vector<std::int64_t>> best(c + 1, std::vector<std::int64_t>(length + 1, 0));
  for (int k = 1; k <= c; ++k) {
    best[k][1] = tape;
    for (int L = 2; L <= length; ++L) {
      best[k][L] = L * (L - 1) / 2 + tape * L;
      for (int before = 1; before < L && k > 1; ++before)
        best[k][L] = std::min(best[k][L], before + best[k - 1][L - before] + best[k][before]);
    }
  }
  return best[c][length];
}

void check_fewest_advances(lesson::Attempt& attempt) {
  // short enough for a recursion that keeps no table
  const int length = 11 + attempt.seed() % 5, c = 4;
  const double right = least(length, c, 0);
  const auto half = [](int length, int) { return length / 2; };
  attempt.equal(
      fewest_advances(length, c), right, 0,
      {{1.0 * length * (length - 1) / 2, "",
        "this is what one checkpoint needs: every step is reached from the start."},
       {1.0 * advances(length, c, half), "", "the next checkpoint in the middle. Is the middle the best place?"},
       {1.0 * least(length, c, 1), "",
        "the steps on the tape are counted too. Only those without a tape are asked for."},
       {1.0 * least(length, c + 1, 0), "", "one checkpoint too many: the start takes one of the c."},
       {1.0 * least(length, c - 1, 0), "", "one checkpoint too few: with c = 1, one step more costs how many?"},
       {length - 1.0, "", "this is one run to the end. The earlier steps must be reached again."}});
  attempt.equal({1.0 * fewest_advances(1, 3), 1.0 * fewest_advances(9, 1), 1.0 * fewest_advances(10, 3),
                 1.0 * fewest_advances(6, 20)},
                {0, 36, 15, 5}, 0, {{{1, 36, 15, 5}, "", "a chain of one step stands at its start already."}});
}

const Exercise kFewestAdvances{
    .number = "0.6",
    .slug = "test:checkpointing",
    .task = "the least work of a reversal, derived",
    .statement = "min over plans of Σ steps taken without a tape",
    .points = 3,
    .minutes = 35,
    .hints =
        {"Call the answer t(L, c). With one checkpoint every step is reached from the start: t(L, 1) = 0 + 1 + ... + "
         "(L - 1). And with two?",
         "The next checkpoint stands behind k steps. Getting there takes k; then L - k steps are left with c - 1 "
         "checkpoints, and after them the first k with c again. Which k is best, a program may try.",
         "t(L, c) = min over k of k + t(L - k, c - 1) + t(k, c), t(1, c) = 0; in a table, since a plain recursion "
         "asks for the same values again and again"},
    .check = check_fewest_advances};

}  // namespace
}  // namespace ch00

int main(int argc, char** argv) {
  using namespace ch00;
  return lesson::check_exercises(argc, argv, "00_tape",
                                 {kSweepByHand, kSweep, kLogAddExp, kCount, kXLogX, kFewestAdvances});
}
