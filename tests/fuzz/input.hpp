#pragma once
// What the fuzzing targets share.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>

#include "tests/models/files.hpp"

namespace fuzz {

// A file of this name with these bytes, the same file at each call.
inline std::string file(const std::string& name, const std::string& bytes) {
  static const TemporaryFolder folder;
  return write_file(folder / name, bytes);
}

// Ends the process, which the fuzzer reports with the input, unless a property holds.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::cerr << "does not hold: " << property << '\n';
  std::abort();
}

// Calls read(), which may throw what a reader's header says it throws, and nothing else. Whether it threw nothing.
template <class Read>
bool reads(Read read) {
  try {
    read();
    return true;
  } catch (const std::runtime_error& error) {
    require(*error.what() != '\0', "an error says what is wrong");
    return false;
  }
}

}  // namespace fuzz
