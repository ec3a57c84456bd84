// A steady training step takes nothing from the heap.
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "tests/autograd/operations.hpp"
#include "tests/malloc_count.hpp"

using namespace autograd_test;
using autograd::Buffer;
using autograd::Matrix;
using autograd::Parameters;
using autograd::Watched;

#ifdef EIGEN_USE_BLAS
extern "C" void openblas_set_num_threads(int threads);
#endif

namespace {

// OpenBLAS allocates where it splits a product over threads of its own, which training does not let it.
void keep_blas_on_one_thread() {
#ifdef EIGEN_USE_BLAS
  openblas_set_num_threads(1);
#endif
}

// Classification by a network with one hidden layer: what a step does in each of the chapters.
template <class S>
struct Classifier {
  Index n, inputs, hidden, classes;
  Parameters<S> parameters;
  Buffer<S> gradient;
  std::array<autograd::Slot, 4> slots;
  Matrix<S> x;
  std::vector<int> labels;
  Tape tape;

  Classifier(Index n, Index inputs, Index hidden, Index classes)
      : n(n), inputs(inputs), hidden(hidden), classes(classes), x(sample(n, inputs, -1, 1, 1).cast<S>()) {
    slots = {parameters.add("W1", inputs, hidden), parameters.add("b1", 1, hidden),
             parameters.add("W2", hidden, classes), parameters.add("b2", 1, classes)};
    for (const auto slot : slots) {
      const M initial = sample(parameters[slot].rows(), parameters[slot].cols(), -0.3, 0.3, 2);
      parameters[slot] = initial.cast<S>();
    }
    gradient.setZero(parameters.size());
    for (Index i = 0; i < n; ++i) labels.push_back(i % classes);
  }

  S step() {
    const auto loss = [&](const Watched<S>& w) {
      const auto h = tanh(affine(w.tape().constant(x), w[slots[0]], w[slots[1]]));
      const auto log_p = log_softmax(affine(h, w[slots[2]], w[slots[3]]));
      return S(0.01) * squared_norm(w[slots[0]]) - mean(pick(log_p, labels));
    };
    const S value = value_and_gradient(loss, parameters, gradient, tape);
    parameters.values() -= S(0.5) * gradient;
    return value;
  }
};

}  // namespace

TEST_SUITE("autograd") {
  TEST_CASE("allocation: the counter sees new, malloc and Eigen") {
    if (!tests::malloc_is_counted()) return;
    const auto count = [](auto f) {
      const long before = tests::malloc_calls();
      f();
      return tests::malloc_calls() - before;
    };
    M a = M::Ones(8, 8), b = M::Ones(8, 8);
    CHECK(count([&] { a += b; }) == 0);
    CHECK(count([] {
            std::vector<int> v(10);
            asm volatile("" : : "r"(v.data()) : "memory");
          }) == 1);
    CHECK(count([&] {
            a = a.transpose().eval();
            asm volatile("" : : "r"(a.data()) : "memory");
          }) >= 1);
    CHECK(count([&] {
            a.noalias() = M(b) * M(b);
            asm volatile("" : : "r"(a.data()) : "memory");
          }) >= 2);
    CHECK(count([] { free(aligned_alloc(64, 128)); }) <= 1);
  }

  TEST_CASE_TEMPLATE("allocation: none after two steps of a small network", S, float, double) {
    keep_blas_on_one_thread();
    for (const auto& [n, inputs, hidden, classes] :
         {std::array<Index, 4>{100, 64, 48, 10}, std::array<Index, 4>{32, 7, 5, 3},
          std::array<Index, 4>{1, 20, 30, 10}}) {
      Classifier<S> classifier(n, inputs, hidden, classes);
      const S first = classifier.step();
      S last = classifier.step();
      const long before = tests::malloc_calls();
      for (int i = 0; i < 20; ++i) last = classifier.step();
      const long calls = tests::malloc_calls() - before;
      CHECK(last < first);  // the loss falls
#ifdef EIGEN_USE_BLAS
      if (tests::malloc_is_counted()) CHECK(calls == 0);
#else
      (void)calls;  // Eigen's own product kernel allocates
#endif
    }
  }

  TEST_CASE("allocation: none in scalar steps and in broadcasting") {
    Tape tape;
    const M x = sample(20, 6, 0.5, 2, 1), row = sample(1, 6, 0.5, 2, 2);
    const auto step = [&] {
      tape.rewind();
      const auto a = tape.variable(1.5);
      const auto r = tape.variable(row);
      const auto h = softplus(r * x - a) / 2 + sqrt(r) - pow(2, a);
      const auto y = sum(log_sum_exp(h, By::row)) + sum(mean(h, By::column) * r) + prod(columns(h, 0, 2));
      tape.backward(y);
      return y.value() + a.grad() + r.grad()(0, 0);
    };
    double total = step() + step();
    const long before = tests::malloc_calls();
    for (int i = 0; i < 10; ++i) total += step();
    const long calls = tests::malloc_calls() - before;
    CHECK(std::isfinite(total));
    CHECK(calls == 0);
  }
}
