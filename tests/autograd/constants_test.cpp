// What a constant refers to and what it copies.
#include <doctest/doctest.h>

#include <memory>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

bool refers_to(const Var<M>& constant, const double* data) { return constant.value().data() == data; }

// Heap memory that is overwritten and freed when the temporary ends: a reference to it would show.
template <class Matrix>
struct Temporary : Matrix {
  explicit Temporary(double value) : Matrix(Matrix::Constant(40, 40, value)) {}
  ~Temporary() { this->setConstant(-1); }
};

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("constants: row-major lvalues are referenced") {
    Tape tape;
    M a = sample(3, 4, -1, 1, 1);
    const M b = a;
    const Eigen::RowVectorXd row = a.row(0);
    CHECK(refers_to(tape.constant(a), a.data()));
    CHECK(refers_to(tape.constant(b), b.data()));
    CHECK(refers_to(tape.constant(row), row.data()));
    const auto x = tape.constant(a);
    a(1, 1) = 9;
    CHECK(x.value()(1, 1) == 9);
    const autograd::ConstMatrixMap<double> map(a.data(), 4, 3);
    CHECK(refers_to(tape.constant(map), a.data()));
    CHECK(refers_to(tape.constant(autograd::ConstMatrixMap<double>(a.data() + 4, 2, 4)), a.data() + 4));
    const auto middle = a.middleRows(1, 2);
    CHECK(refers_to(tape.constant(middle), a.data() + 4));
  }

  TEST_CASE("constants: an operand of an operation is referenced or copied by the same rule") {
    Tape tape;
    M a = M::Ones(2, 3);
    const auto x = tape.variable(M::Ones(2, 3).eval());
    const auto from_lvalue = x * a, from_rvalue = x * M(a), from_expression = x * (a * 1.0);
    a.setConstant(5);  // the pullback reads the factor now
    tape.backward(sum(from_lvalue));
    CHECK(x.grad()(0, 0) == 5);
    tape.backward(sum(from_rvalue));
    CHECK(x.grad()(0, 0) == 1);
    tape.backward(sum(from_expression));
    CHECK(x.grad()(0, 0) == 1);
  }

  TEST_CASE("constants: rvalues, expressions and parts of temporaries are copied") {
    Tape tape;
    const M big = M::Constant(40, 40, 2);
    const auto whole = tape.constant(Temporary<M>(2));
    const auto moved = [&] {
      M gone = big;
      return tape.constant(std::move(gone));
    }();
    const auto block = tape.constant(Temporary<M>(2).topRows(20));
    const auto row = tape.constant(Temporary<M>(2).row(3));
    const auto segment = tape.constant(Temporary<M>(2).row(3).head(7));
    const auto vector = tape.constant(Eigen::RowVectorXd(Eigen::RowVectorXd::Constant(40, 2)));
    const auto fixed = tape.constant(Eigen::RowVector3d(2, 2, 2));
    const auto array = tape.constant(Eigen::Array<double, -1, -1, Eigen::RowMajor>(big.array()));
    const auto expression = tape.constant(Temporary<M>(1) + Temporary<M>(1));
    const M overwrite = M::Constant(40, 40, -3);  // takes the memory that was freed
    for (const Var<M>& x : {whole, moved, block, row, segment, vector, fixed, array, expression}) {
      CHECK(M(x.value()) == M::Constant(x.rows(), x.cols(), 2));
    }
    CHECK(segment.cols() == 7);
    CHECK(overwrite(0, 0) == -3);
  }

  TEST_CASE("constants: column-major, array and strided lvalues have the right elements") {
    Tape tape;
    const M a = sample(5, 4, -1, 1, 1);
    const Eigen::MatrixXd column_major = a;
    const Eigen::ArrayXXd array = a;
    const Eigen::VectorXd vector = a.col(1);
    const auto block = a.block(1, 1, 3, 2);
    const auto every_other = a(Eigen::seq(0, 4, 2), Eigen::all);
    const Eigen::Map<const M, 0, Eigen::OuterStride<>> strided(a.data(), 2, 4, Eigen::OuterStride<>(8));
    const Eigen::Ref<const M> ref = a.topRows(2);
    CHECK(M(tape.constant(column_major).value()) == a);
    CHECK(M(tape.constant(array).value()) == a);
    CHECK(M(tape.constant(vector).value()) == M(a.col(1)));
    CHECK(M(tape.constant(block).value()) == M(block));
    CHECK_FALSE(refers_to(tape.constant(block), block.data()));
    CHECK(M(tape.constant(every_other).value()) == M(every_other));
    CHECK(M(tape.constant(strided).value()) == M(strided));
    CHECK(M(tape.constant(ref).value()) == M(ref));
    CHECK(M(tape.constant(a.transpose()).value()) == M(a.transpose()));
    CHECK(M(tape.constant(a.row(2)).value()) == M(a.row(2)));
    const auto x = tape.variable(M::Zero(5, 4).eval());
    CHECK(M((x + column_major).value()) == a);
    CHECK(M((array - x).value()) == a);
    CHECK(M((x + vector).value()) == M(a.col(1).replicate(1, 4)));
  }

  TEST_CASE("constants: numbers") {
    Tape tape;
    double number = 2;
    const auto x = tape.constant(number);
    number = 3;
    CHECK(x.value() == 2);
    CHECK(tape.constant(3).value() == 3);
    static_assert(std::same_as<decltype(tape.constant(3)), Var<double>>);
    static_assert(std::same_as<decltype(tape.constant(3.0f)), Var<float>>);
  }
}
