#pragma once
// What a Var can hold: a number S, or a row-major matrix of numbers, one row an example.

#include <Eigen/Core>
#include <concepts>
#include <type_traits>

namespace autograd {

// Eigen's matrices are laid out and freed in one way in the library and in every program that uses it.
static_assert(
    EIGEN_MAX_ALIGN_BYTES == 64 && EIGEN_MAX_STATIC_ALIGN_BYTES == 64,
    "compile with the flags of the package tapestry (pkg-config --cflags tapestry), before any Eigen header");

using Index = Eigen::Index;

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class S>
using MatrixMap = Eigen::Map<Matrix<S>>;
template <class S>
using ConstMatrixMap = Eigen::Map<const Matrix<S>>;

// The element types: float trains, double proves. Another type of number can join (arithmetic/dual.hpp).
template <class S>
inline constexpr bool is_element = std::floating_point<S>;
template <class S>
concept Element = is_element<S>;

// element_t<T> is S for both S and Matrix<S>.
template <class T>
struct ElementOf {
  using type = T;
};
template <class S>
struct ElementOf<Matrix<S>> {
  using type = S;
};
template <class T>
using element_t = typename ElementOf<T>::type;

template <class T>
concept MatrixValue = std::same_as<T, Matrix<element_t<T>>>;
template <class T>
concept Value = Element<T> || MatrixValue<T>;

namespace detail {  // only declared: what can be passed to them derives from the class
template <class Derived>
void takes_eigen(const Eigen::EigenBase<Derived>&);
template <class Derived>
void takes_array(const Eigen::ArrayBase<Derived>&);
}  // namespace detail

// Any Eigen expression: matrices, maps, blocks, arithmetic that is not evaluated yet.
template <class E>
concept EigenExpression = requires(const std::remove_cvref_t<E>& e) { detail::takes_eigen(e); };
// Among them, those that Eigen counts as arrays and not as matrices.
template <class E>
concept ArrayExpression = requires(const E& e) { detail::takes_array(e); };

// Numbers that lie in memory row after row.
template <class M>
concept RowByRow = std::same_as<M, Matrix<typename M::Scalar>> || std::same_as<M, MatrixMap<typename M::Scalar>> ||
                   std::same_as<M, ConstMatrixMap<typename M::Scalar>>;

// The type T that a value is recorded as: S for a number, double for an int, Matrix<S> for an Eigen expression.
template <class E>
struct KindOf {
  using type = Matrix<typename E::Scalar>;
};
template <Element S>
struct KindOf<S> {
  using type = S;
};
template <std::integral I>
struct KindOf<I> {
  using type = double;
};
template <class E>
using kind_of = typename KindOf<std::remove_cvref_t<E>>::type;

}  // namespace autograd
