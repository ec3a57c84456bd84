// tape.constant copies whatever it is given; tape.reference does not copy, and reads the caller's memory.
#include <doctest/doctest.h>

#include <memory>

#include "tests/autograd/operations.hpp"

using namespace autograd_test;

namespace {

bool refers_to(const Var<M>& constant, const double* data) { return constant.value().data() == data; }

// Heap memory that is overwritten and freed when the temporary ends, so that a reference to it reads wrong numbers.
template <class Matrix>
struct Temporary : Matrix {
  explicit Temporary(double value) : Matrix(Matrix::Constant(40, 40, value)) {}
  ~Temporary() { this->setConstant(-1); }
};

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("constants: a constant copies, and tape.reference refers to the memory it is given") {
    Tape tape;
    M a = sample(3, 4, -1, 1, 1);
    const M before = a;
    const auto copy = tape.constant(a), reference = tape.reference(a);
    const autograd::ConstMatrixMap<double> map(a.data() + 4, 2, 4);
    const auto copy_of_map = tape.constant(map), reference_to_map = tape.reference(map);
    CHECK(refers_to(reference, a.data()));
    CHECK(refers_to(reference_to_map, a.data() + 4));
    CHECK(refers_to(tape.reference(autograd::MatrixMap<double>(a.data(), 4, 3)), a.data()));
    a.setConstant(9);
    CHECK(M(copy.value()) == before);
    CHECK(M(copy_of_map.value()) == before.bottomRows(2));
    CHECK(M(reference.value()) == M::Constant(3, 4, 9));
    CHECK_FALSE(reference.needs_gradient());
    CHECK(M(reference.grad()) == M::Zero(3, 4));
  }

  TEST_CASE("constants: no operation keeps a reference to a plain matrix that it is given") {
    // A changes between the forward pass and the sweep. The gradient of each f(x, A) must be that at the old A.
    using F = Var<M> (*)(const Var<M>&, const M&);
    const F operations[] = {
        [](const Var<M>& x, const M& A) { return x * A; },
        [](const Var<M>& x, const M& A) { return A / x; },
        [](const Var<M>& x, const M& A) { return x - A; },
        [](const Var<M>& x, const M& A) { return pow(x, A); },
        [](const Var<M>& x, const M& A) { return where(A, x, A) * where(A.array() > 1, A, x); },
        [](const Var<M>& x, const M& A) { return matmul(x, x.tape().constant(A)); },
    };
    for (const F f : operations) {
      const auto gradient = [f](bool change) {
        M A(2, 2);
        A << 1, 0, 3, 2;
        Tape tape;
        const auto x = tape.variable(M::Constant(2, 2, 1.5));
        const auto y = sum(f(x, A));
        if (change) A << -7, 5, 0, 100;
        tape.backward(y);
        return M(x.grad());
      };
      CHECK(gradient(true) == gradient(false));
    }
    // a temporary condition, of the element type itself
    Tape tape;
    const auto a = tape.variable(M::Ones(2, 2).eval()), b = tape.variable(M::Zero(2, 2).eval());
    const auto y = where(M(M::Identity(2, 2)), a, b);
    const M overwrite = M::Constant(2, 2, 3);
    tape.backward(sum(y));
    CHECK(M(a.grad()) == M::Identity(2, 2));
    CHECK(overwrite(0, 1) == 3);
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

  TEST_CASE("constants: a number is copied, and its type is the element type") {
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
