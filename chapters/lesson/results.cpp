#include "chapters/lesson/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace lesson {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json finite_or_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json to_object(const Check& check) {
  Json object{{"slug", check.slug},         {"section", check.section}, {"statement", check.statement},
              {"label", check.label},       {"kind", check.kind},       {"relation", check.relation},
              {"expected", check.expected}, {"passed", check.passed},   {"file", check.file},
              {"line", check.line}};
  object["lhs"] = finite_or_text(check.lhs);
  object["rhs"] = finite_or_text(check.rhs);
  if (check.tolerance) object["tolerance"] = finite_or_text(*check.tolerance);
  if (check.se) object["se"] = finite_or_text(*check.se);
  if (check.z) object["z"] = finite_or_text(*check.z);
  return object;
}

Json to_value(const OptionValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return finite_or_text(*number);
  return std::visit([](const auto& v) { return Json(v); }, value);
}

[[noreturn]] void fail_to_write(const std::string& path) {
  const std::string why = errno != 0 ? std::strerror(errno) : "unknown reason";
  throw std::runtime_error(fmt::format("cannot write {}: {}", path, why));
}

bool is_in_place(const fs::path& path) { return fs::exists(path) && !fs::is_regular_file(path); }

// Where a link points, so that renaming replaces the file and not the link.
fs::path resolved(const std::string& path) { return fs::exists(path) ? fs::canonical(path) : fs::path(path); }

fs::path beside(const fs::path& path) { return fmt::format("{}.part{}", path.string(), getpid()); }

void write_file(const fs::path& path, const std::string& text, const std::string& named) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) fail_to_write(named);
}

}  // namespace

std::string to_json(const Results& results) {
  Json object{{"chapter", results.chapter}, {"seed", results.seed}};
  object["options"] = Json::object();
  for (const auto& [name, value] : results.options) object["options"][name] = to_value(value);
  object["checks"] = Json::array();
  for (const Check& check : results.checks) object["checks"].push_back(to_object(check));
  object["metrics"] = Json::object();
  for (const auto& [name, value] : results.metrics) object["metrics"][name] = finite_or_text(value);
  object["seconds"] = results.seconds;
  if (results.interrupted) object["interrupted"] = true;
  if (!results.error.empty()) object["error"] = results.error;
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void require_writable(const std::string& path) {
  if (fs::is_directory(path)) throw std::runtime_error(fmt::format("cannot write {}: it is a directory", path));
  if (is_in_place(path)) {
    if (access(path.c_str(), W_OK) != 0) fail_to_write(path);
    return;
  }
  const fs::path part = beside(resolved(path));
  write_file(part, "", path);
  fs::remove(part);
}

void write_whole(const std::string& path, const std::string& text) {
  if (is_in_place(path)) return write_file(path, text, path);
  const fs::path target = resolved(path), part = beside(target);
  try {
    write_file(part, text, path);
    fs::rename(part, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw;
  }
}

}  // namespace lesson
