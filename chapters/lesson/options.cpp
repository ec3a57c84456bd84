#include "chapters/lesson/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "chapters/lesson/numbers.hpp"
#include "models/data/nearest.hpp"

// CLI11 is included in this file alone, since it takes seconds to compile.

namespace lesson {
namespace {

std::string expected_text(std::string_view kind, Range range) {
  const bool low = std::isfinite(range.lowest), high = std::isfinite(range.highest);
  std::string text(kind);
  if (low && high && !range.above) return text + fmt::format(" from {:g} to {:g}", range.lowest, range.highest);
  if (low) text += fmt::format(" {} {:g}", range.above ? "above" : "of at least", range.lowest);
  if (high) text += fmt::format("{} of at most {:g}", low ? " and" : "", range.highest);
  return text;
}

// The whole text as a number of the range. The kind is the one word the reader needs: "an integer", "a number".
template <class Number>
Number read(const std::string& name, std::string_view kind, const std::string& text, Range range) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool is_number = error == std::errc{} && stop == end && !text.empty();
  const double size = value;
  const bool in_range = size >= range.lowest && size <= range.highest && !(range.above && size == range.lowest);
  if (is_number && in_range && std::isfinite(size)) return value;  // no number is infinite, and NaN is in no range
  const bool looks_like_one = is_number || (error == std::errc::result_out_of_range && stop == end);
  throw UsageError(fmt::format("{}: expected {}, found {}", name, expected_text(kind, range),
                               looks_like_one ? text : fmt::format("'{}'", text)));
}

std::string text_of(const OptionValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

std::unique_ptr<CLI::App> make_app(std::string_view description, std::string_view program) {
  auto app = std::make_unique<CLI::App>(std::string(description), std::string(program));
  app->allow_extras();   // what is unknown is reported here, with the nearest known name
  app->set_help_flag();  // --help is declared below, in the common options' group
  app->get_formatter()->column_width(34);
  return app;
}

[[noreturn]] void report_unknown(const std::string& word, const std::vector<std::string>& known) {
  if (word.empty() || word[0] != '-') throw UsageError(fmt::format("unexpected argument '{}' (see --help)", word));
  const std::string name = word.substr(0, word.find('='));
  const std::string meant = models::nearest(name, known);
  throw UsageError(meant.empty() ? fmt::format("unknown option {} (see --help)", name)
                                 : fmt::format("unknown option {}: did you mean {}?", name, meant));
}

}  // namespace

Options::Options() = default;
Options::~Options() = default;

Option& Option::when_quick(OptionValue value) {
  quick_text_ = text_of(value);
  help_ += fmt::format(" (--quick: {})", quick_text_);
  return *this;
}

Option& Options::declare(std::string_view name, std::string_view help, std::string_view placeholder,
                         std::function<void(const std::string&)> set, std::function<OptionValue()> value) {
  auto option = std::make_unique<Option>();
  option->name_ = name;
  option->help_ = help;
  option->placeholder_ = placeholder;
  option->group_ = group_;
  option->set_ = std::move(set);
  option->value_ = std::move(value);
  const std::string standard = text_of(option->value_());
  if (!placeholder.empty() && !standard.empty()) option->help_ += fmt::format(" [{}]", standard);
  options_.push_back(std::move(option));
  return *options_.back();
}

Option& Options::add(std::string_view name, bool& value, std::string_view help) {
  return declare(
      name, help, "", [&value](const std::string& text) { value = text != "false"; },
      [&value]() -> OptionValue { return value; });
}

Option& Options::add(std::string_view name, int& value, std::string_view help, Range range) {
  return declare(
      name, help, "N",
      [&value, range, name = std::string(name)](const std::string& t) {
        value = read<int>(name, "an integer", t, range);
      },
      [&value]() -> OptionValue { return std::int64_t{value}; });
}

Option& Options::add(std::string_view name, std::int64_t& value, std::string_view help, Range range) {
  return declare(
      name, help, "N",
      [&value, range, name = std::string(name)](const std::string& t) {
        value = read<std::int64_t>(name, "an integer", t, range);
      },
      [&value]() -> OptionValue { return value; });
}

Option& Options::add(std::string_view name, std::uint64_t& value, std::string_view help, Range range) {
  range.lowest = std::max(range.lowest, 0.0);
  return declare(
      name, help, "N",
      [&value, range, name = std::string(name)](const std::string& t) {
        value = read<std::uint64_t>(name, "an integer", t, range);
      },
      [&value]() -> OptionValue { return value; });
}

Option& Options::add(std::string_view name, double& value, std::string_view help, Range range) {
  return declare(
      name, help, "X",
      [&value, range, name = std::string(name)](const std::string& t) {
        value = read<double>(name, "a number", t, range);
      },
      [&value]() -> OptionValue { return value; });
}

Option& Options::add(std::string_view name, std::string& value, std::string_view help, std::string_view placeholder) {
  return declare(
      name, help, placeholder,
      [&value, name = std::string(name), placeholder = std::string(placeholder)](const std::string& text) {
        const bool of_file = placeholder == "FILE" || placeholder == "DIR";
        if (of_file && text.empty())
          throw UsageError(
              fmt::format("{}: expected the name of a {}, found ''", name, placeholder == "DIR" ? "folder" : "file"));
        value = text;
      },
      [&value]() -> OptionValue { return value; });
}

Option& Options::add(std::string_view name, std::string& value, std::string_view help,
                     std::vector<std::string> known) {
  return add_choice(
      name, help, known, [&value, known](std::size_t index) { value = known.at(index); }, [&value] { return value; });
}

Option& Options::add_choice(std::string_view name, std::string_view help, std::vector<std::string> known,
                            std::function<void(std::size_t)> set, std::function<std::string()> get) {
  const std::string placeholder = joined(known, "|");
  const auto choose = [known, set, name = std::string(name)](const std::string& text) {
    const auto found = std::find(known.begin(), known.end(), text);
    if (found != known.end()) return set(found - known.begin());
    const std::string meant = models::nearest(text, known);
    throw UsageError(fmt::format("{}: '{}' is not known{} (known: {})", name, text,
                                 meant.empty() ? "" : fmt::format(": did you mean '{}'?", meant), joined(known)));
  };
  return declare(name, help, placeholder, choose, [get]() -> OptionValue { return get(); });
}

std::vector<std::pair<std::string, OptionValue>> Options::values() const {
  std::vector<std::pair<std::string, OptionValue>> all;
  for (const auto& option : options_) all.emplace_back(option->name_.substr(2), option->value_());
  return all;
}

bool Options::parse(int argc, const char* const* argv, const bool& quick) {
  const auto app = make_app("", "");
  std::vector<std::string> texts(options_.size()), known{"--help"};
  std::vector<CLI::Option*> parsed;
  CLI::Option* help_flag = app->add_flag("-h,--help");
  for (std::size_t i = 0; i < options_.size(); ++i) {
    const Option& option = *options_[i];
    known.push_back(option.name_);
    parsed.push_back(option.placeholder_.empty() ? app->add_flag(option.name_)->disable_flag_override()
                                                 : app->add_option(option.name_, texts[i])->take_last());
  }
  try {
    app->parse(argc, argv);
  } catch (const CLI::ArgumentMismatch& error) {
    // "--latent: 1 required TEXT missing", "quick was given a disallowed flag override"
    const std::string what = error.what();
    const std::string name = what.substr(0, what.find_first_of(": "));
    if (what.find("override") != std::string::npos) throw UsageError(fmt::format("--{}: takes no value", name));
    throw UsageError(fmt::format("{}: expected a value", name));
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  if (help_flag->count() > 0) return false;
  if (const auto unknown = app->remaining(); !unknown.empty()) report_unknown(unknown.front(), known);

  for (std::size_t i = 0; i < options_.size(); ++i) {
    // an option's name in the place of a value: the value was forgotten
    if (std::find(known.begin(), known.end(), texts[i]) != known.end())
      throw UsageError(fmt::format("{}: expected a value, found {}", options_[i]->name_, texts[i]));
    if (parsed[i]->count() > 0) options_[i]->set_(texts[i]);
  }
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (quick && parsed[i]->count() == 0 && !options_[i]->quick_text_.empty())
      options_[i]->set_(options_[i]->quick_text_);
  return true;
}

std::string Options::help(std::string_view program, std::string_view description) const {
  const auto app = make_app(description, program);
  for (const auto& option : options_) {
    CLI::Option* shown = nullptr;
    std::string unused;
    if (option->placeholder_.empty()) {
      shown = app->add_flag(option->name_)->description(option->help_);
    } else {
      shown = app->add_option(option->name_, unused, option->help_)->option_text(option->placeholder_);
    }
    shown->group(option->group_);
  }
  app->add_flag("-h,--help")->description("print this and end")->group(group_);
  return app->help();
}

}  // namespace lesson
