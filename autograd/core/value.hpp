#pragma once
// What a Var can hold: a number S, or a row-major matrix of numbers, one row an example.

#include <Eigen/Core>
#include <concepts>
#include <type_traits>
#include <utility>

namespace autograd {

// The library and every program that uses it must lay out and free Eigen's matrices alike.
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

// The element types: float for training, double for proofs. Another type of number can join (arithmetic/dual.hpp).
template <class S>
inline constexpr bool is_element = std::floating_point<S>;
template <class S>
concept Element = is_element<S>;

namespace detail {  // never defined: what counts is what can be passed to them, and the types of their results
template <Element S>
S kind(const S&);
double kind(std::integral auto);
template <class E>
Matrix<typename E::Scalar> kind(const E&);
template <class Derived>
void takes_eigen(const Eigen::EigenBase<Derived>&);
}  // namespace detail

// The type that a value is recorded as: S for a number, double for an int, Matrix<S> for an expression of numbers S.
template <class E>
using kind_of = decltype(detail::kind(std::declval<const std::remove_cvref_t<E>&>()));

template <class T>
concept MatrixValue = std::same_as<T, Matrix<typename T::Scalar>>;
template <class T>
concept Value = Element<T> || MatrixValue<T>;

// Any Eigen expression: matrices, maps, blocks, arithmetic that is not evaluated yet.
template <class E>
concept EigenExpression = requires(const std::remove_cvref_t<E>& e) { detail::takes_eigen(e); };

// A matrix or a map whose rows lie in memory one after the other.
template <class M>
concept RowByRow = std::same_as<M, Matrix<typename M::Scalar>> || std::same_as<M, MatrixMap<typename M::Scalar>> ||
                   std::same_as<M, ConstMatrixMap<typename M::Scalar>>;

}  // namespace autograd
