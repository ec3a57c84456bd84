#pragma once
// The command line as a user can type it again.

#include <string>
#include <string_view>

namespace lesson {

// The text as one word for a shell: as it is if it has ordinary characters only, else in single quotes.
std::string shell_word(std::string_view text);

// The words of a command line with this option set to this value: where it stood before, it is left out.
std::string command_with(int argc, const char* const* argv, std::string_view option, std::string_view value);

}  // namespace lesson
