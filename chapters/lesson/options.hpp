// Command-line options: a line each, with a range, and one clear sentence when a value is wrong.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lesson {

// A wrong command line: the program ends with status 2 and this one sentence.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The values an option accepts.
struct Range {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool above = false;  // lowest itself is left out
};
constexpr Range at_least(double lowest) { return {.lowest = lowest}; }
constexpr Range above(double lowest) { return {.lowest = lowest, .above = true}; }
constexpr Range between(double lowest, double highest) { return {.lowest = lowest, .highest = highest}; }

using OptionValue = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

// One declared option. `when_quick` gives the value it takes under --quick, unless the command line sets it.
class Option {
 public:
  Option& when_quick(OptionValue value);

 private:
  friend class Options;
  std::string name_;         // "--latent"
  std::string help_;         // "dimensions of the code z"
  std::string placeholder_;  // "N"; empty for a flag
  std::string group_;
  std::function<void(const std::string&)> set_;  // throws UsageError
  std::function<OptionValue()> value_;
  std::string quick_text_;  // empty: as without --quick
};

// REQUIRES: the variables outlive the Options.
class Options {
 public:
  Options();
  ~Options();

  Option& add(std::string_view name, bool& value, std::string_view help);  // a flag: given or not
  Option& add(std::string_view name, int& value, std::string_view help, Range range = {});
  Option& add(std::string_view name, std::int64_t& value, std::string_view help, Range range = {});
  Option& add(std::string_view name, std::uint64_t& value, std::string_view help, Range range = {});
  Option& add(std::string_view name, double& value, std::string_view help, Range range = {});
  // A placeholder of FILE or DIR refuses an empty text.
  Option& add(std::string_view name, std::string& value, std::string_view help, std::string_view placeholder = "TEXT");
  Option& add(std::string_view name, std::string& value, std::string_view help, std::vector<std::string> known);

  // An enum by name: options.add("--likelihood", likelihood, "of x given z", {{"bernoulli", kBernoulli}, ...});
  template <class Enum>
  requires std::is_enum_v<Enum>
  Option& add(std::string_view name, Enum& value, std::string_view help,
              std::initializer_list<std::pair<const char*, std::type_identity_t<Enum>>> known) {
    std::vector<std::pair<std::string, Enum>> names(known.begin(), known.end());
    std::vector<std::string> texts;
    for (const auto& [text, member] : names) texts.push_back(text);
    auto set = [&value, names](std::size_t index) { value = names.at(index).second; };
    auto get = [&value, names]() -> std::string {
      for (const auto& [text, member] : names)
        if (member == value) return text;
      return "?";
    };
    return add_choice(name, help, std::move(texts), set, get);
  }

  // Options added from here on stand under this heading in --help.
  void group(std::string_view heading) { group_ = heading; }

  // Reads the command line into the variables. `quick` is looked at afterwards: it may itself be one of them.
  // Throws UsageError. Returns false when --help was asked for: help() is then the text to print.
  bool parse(int argc, const char* const* argv, const bool& quick);
  std::string help(std::string_view program, std::string_view description) const;

  // Every option with the value it now has, in the order of declaration; names without the dashes.
  std::vector<std::pair<std::string, OptionValue>> values() const;

 private:
  Option& declare(std::string_view name, std::string_view help, std::string_view placeholder,
                  std::function<void(const std::string&)> set, std::function<OptionValue()> value);
  Option& add_choice(std::string_view name, std::string_view help, std::vector<std::string> known,
                     std::function<void(std::size_t)> set, std::function<std::string()> get);

  std::string group_;
  std::vector<std::unique_ptr<Option>> options_;
};

}  // namespace lesson
