#include "chapters/lesson/whole_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>

#include "models/data/files.hpp"

namespace lesson {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_write(const std::string& path) {
  const std::string why = errno != 0 ? std::strerror(errno) : "unknown reason";
  throw std::runtime_error(fmt::format("cannot write {}: {}", path, why));
}

constexpr std::size_t kPart = 20;  // bytes that the name of a draft is longer: ".part" and a process

bool is_in_place(const fs::path& path) { return fs::exists(path) && !fs::is_regular_file(path); }

// Where a link points, so that renaming replaces the file and not the link.
fs::path resolved(const std::string& path) { return fs::exists(path) ? fs::canonical(path) : fs::path(path); }

fs::path beside(const fs::path& path) { return fmt::format("{}.part{}", path.string(), getpid()); }

}  // namespace

void require_writable(const std::string& path) {
  if (path.empty()) throw std::runtime_error("expected the name of a file to write, found ''");
  errno = ENAMETOOLONG;
  if (fs::path(path).filename().native().size() + kPart > NAME_MAX || path.size() + kPart > PATH_MAX)
    fail_to_write(path);
  if (fs::is_directory(path)) throw std::runtime_error(fmt::format("cannot write {}: it is a directory", path));
  if (is_in_place(path)) {
    if (access(path.c_str(), W_OK) != 0) fail_to_write(path);
    return;
  }
  const fs::path part = beside(resolved(path));
  errno = 0;
  if (!std::ofstream(part)) fail_to_write(path);
  fs::remove(part);
}

void write_whole(const std::string& path, const std::string& text) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  models::replace_file(path, {&bytes, 1});
}

}  // namespace lesson
