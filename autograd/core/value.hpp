#pragma once
// The kinds of value a Var can have: a number (float, double, Dual) or a row-major matrix of them, one row an example.

#include <Eigen/Core>
#include <concepts>
#include <type_traits>

namespace autograd {

using Index = Eigen::Index;

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class S>
using MatrixMap = Eigen::Map<Matrix<S>>;
template <class S>
using ConstMatrixMap = Eigen::Map<const Matrix<S>>;
// A matrix, or a map that may write, for reading alone.
template <class M>
ConstMatrixMap<typename M::Scalar> read_only(const M& x) {
  return {x.data(), x.rows(), x.cols()};
}

// Row by row (n numbers for n×d) or column by column (d numbers).
enum class By { row, column };

template <class S>
struct Dual;  // dual.hpp
template <class S>
inline constexpr bool is_element = std::floating_point<S>;
template <class S>
inline constexpr bool is_element<Dual<S>> = true;

// The element types: float trains, double proves, Dual<S> carries a directional derivative along.
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

namespace detail {  // only declared: who can call them derives from the class, segments included
template <class Derived>
void takes_eigen(const Eigen::EigenBase<Derived>&);
template <class Derived>
void takes_array(const Eigen::ArrayBase<Derived>&);
}  // namespace detail

// Any Eigen expression: matrices, maps, blocks, arithmetic that is not evaluated yet.
template <class E>
concept EigenExpression = requires(const std::remove_cvref_t<E>& e) { detail::takes_eigen(e); };
// Array expressions (coefficient by coefficient), as against matrix expressions.
template <class E>
inline constexpr bool is_array = requires(const E& e) { detail::takes_array(e); };

// A matrix product that is not evaluated yet: the work of a kernel, not of one coefficient after the other.
template <class E>
inline constexpr bool is_product = false;
template <class A, class B, int option>
inline constexpr bool is_product<Eigen::Product<A, B, option>> = true;

}  // namespace autograd
