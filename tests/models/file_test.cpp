#include "models/data/files.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "tests/models/files.hpp"

using models::plain_or_gz;
using models::read_file;
using models::replace_file;

namespace {

std::string text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string read_error(const std::string& path, const std::string& folder) {
  return error_of<std::runtime_error>([&] { read_file(path); }, folder);
}

void replace(const std::string& path, const std::string& first, const std::string& second = "") {
  const std::span<const std::byte> parts[] = {std::as_bytes(std::span(first)), std::as_bytes(std::span(second))};
  replace_file(path, parts);
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("file: plain and compressed files read the same") {
    const TemporaryFolder folder;
    std::string content(3'000'000, 'x');  // more than the first buffer
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = i * i / 1000;
    CHECK(text(read_file(write_file(folder / "a", content))) == content);
    CHECK(text(read_file(write_gz(folder / "a.gz", content))) == content);
    CHECK(text(read_file(write_file(folder / "b", ""))).empty());
    CHECK(text(read_file(write_gz(folder / "b.gz", ""))).empty());
  }

  TEST_CASE("file: errors say what is wrong and where") {
    const TemporaryFolder folder;
    const std::string root = folder / "";
    CHECK(read_error(folder / "none", root) == "none: no such file");
    CHECK(read_error(folder / "", "") == (folder / "") + ": is a directory, expected a file");
    CHECK(read_error(write_file(folder / "plain.gz", "not compressed"), root) ==
          "plain.gz: its name ends in .gz, but it is not a gzip file");
    CHECK(read_error(write_file(folder / "empty.gz", ""), root) ==
          "empty.gz: its name ends in .gz, but it is not a gzip file");

    std::string text(10'000, 'a');
    text.append("end");
    const std::string whole = content_of(write_gz(folder / "whole.gz", text));
    std::string damaged = whole;
    damaged[damaged.size() - 6] ^= 1;  // the checksum
    CHECK(read_error(write_file(folder / "crc.gz", damaged), root) == "crc.gz: the gzip data is damaged or cut short");
    for (const std::size_t size : {whole.size() - 1, whole.size() - 8, whole.size() / 2, std::size_t{12}})
      CHECK(read_error(write_file(folder / "cut.gz", whole.substr(0, size)), root) ==
            "cut.gz: the gzip data is damaged or cut short");
  }

  TEST_CASE("file: the plain name, or the compressed one when only that exists") {
    const TemporaryFolder folder;
    CHECK(plain_or_gz(folder / "a") == folder / "a");
    write_gz(folder / "a.gz", "");
    CHECK(plain_or_gz(folder / "a") == folder / "a.gz");
    write_file(folder / "a", "");
    CHECK(plain_or_gz(folder / "a") == folder / "a");
  }

  TEST_CASE("file: replacing leaves the new content and nothing else") {
    const TemporaryFolder folder;
    replace(folder / "a", "one", "two");
    CHECK(content_of(folder / "a") == "onetwo");
    replace(folder / "a", "3");
    CHECK(content_of(folder / "a") == "3");
    CHECK_FALSE(std::filesystem::exists(folder / "a.tmp"));
  }

  TEST_CASE("file: what cannot be replaced keeps its old content") {
    const TemporaryFolder folder;
    const std::string root = folder / "";
    CHECK(error_of<std::runtime_error>([&] { replace(folder / "none/a", "x"); }, root) ==
          "none/a: cannot be written: No such file or directory");
    CHECK(error_of<std::runtime_error>([&] { replace(folder / "", "x"); }) ==
          (folder / "") + ": is a directory, expected a file");

    write_file(folder / "a", "old");
    std::filesystem::create_symlink("/dev/full", folder / "a.tmp");  // a device on which every write finds no space
    CHECK(error_of<std::runtime_error>([&] { replace(folder / "a", "new"); }, root) ==
          "a: cannot be written: No space left on device");
    CHECK(content_of(folder / "a") == "old");
    CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(folder / "a.tmp")));
  }
}
