// Options on CLI11. It stands in this file alone, since it takes seconds to compile.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "chapters/lesson/options.hpp"
#include "models/data/nearest.hpp"

namespace lesson {
namespace {

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
