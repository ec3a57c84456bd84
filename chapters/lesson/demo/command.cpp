#include "chapters/lesson/demo/command.hpp"

#include <algorithm>

namespace lesson {

std::string shell_word(std::string_view text) {
  const auto ordinary = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("_-./,:=+@%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, ordinary)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string command_with(int argc, const char* const* argv, std::string_view option, std::string_view value) {
  std::string command;
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (i > 0 && word == option) {
      ++i;  // its value
      continue;
    }
    if (i > 0 && word.starts_with(std::string(option) + "=")) continue;
    command += shell_word(word) + " ";
  }
  return command.append(option).append(" ").append(shell_word(value));
}

}  // namespace lesson
