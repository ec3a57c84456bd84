#pragma once
// Files that are written whole or not at all.

#include <string>

namespace lesson {

// Throws std::runtime_error, naming the file, when nothing could be written there. Leaves nothing behind.
void require_writable(const std::string& path);

// The whole file or, on an error (which is thrown), none of it, as models::replace_file does.
void write_whole(const std::string& path, const std::string& text);

}  // namespace lesson
