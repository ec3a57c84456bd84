#pragma once
// Breaking an equation on purpose, to see that its check can fail. A chapter keeps what its equations are made of in
// one struct, and a list of mistakes, each of which replaces one of these ingredients by a wrong one.
//
//   lesson.option("--break", mistake, "one equation on purpose, to see its check fail", lesson::names(breaks()));
//   ...
//   const Ingredients use = lesson::broken(right(), breaks(), mistake);
//
// The chapter's tests make every mistake and see the equations fail that it concerns.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lesson {

template <class Ingredients>
struct Break {
  std::string name, what;          // "factor", "no N/M"
  std::vector<std::string> slugs;  // equations that cannot survive it
  void (*make)(Ingredients&);
};

// What --break knows: "none" and every mistake by name.
template <class Ingredients>
std::vector<std::string> names(const std::vector<Break<Ingredients>>& breaks) {
  std::vector<std::string> names{"none"};
  for (const auto& one : breaks) names.push_back(one.name);
  return names;
}

// What a broken run says first: "Broken on purpose: no N/M." Nothing for "none".
template <class Ingredients>
std::string announcement(const std::vector<Break<Ingredients>>& breaks, std::string_view name) {
  const auto found = std::ranges::find(breaks, name, &Break<Ingredients>::name);
  return found == breaks.end() ? "" : "Broken on purpose: " + found->what + ".\n";
}

// The ingredients with the mistake of that name; the right ones for "none". Throws std::invalid_argument for a name
// that is not in the list.
template <class Ingredients>
Ingredients broken(Ingredients right, const std::vector<Break<Ingredients>>& breaks, std::string_view name) {
  if (name == "none") return right;
  const auto found = std::ranges::find(breaks, name, &Break<Ingredients>::name);
  if (found == breaks.end()) throw std::invalid_argument("there is no break '" + std::string(name) + "'");
  found->make(right);
  return right;
}

}  // namespace lesson
