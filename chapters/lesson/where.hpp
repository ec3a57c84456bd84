// The file and line of a call, as std::source_location gives it (clang 14 has that class only by name).
#pragma once

namespace lesson {

struct Where {
  const char* file = "";
  unsigned line = 0;

  // As a default argument: of the line that calls the function.
  static constexpr Where current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace lesson
