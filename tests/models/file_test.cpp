#include "models/data/files.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/models/faults.hpp"
#include "tests/models/files.hpp"
#include "tests/models/processes.hpp"

namespace fs = std::filesystem;
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

std::set<std::string> names_in(const TemporaryFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path)) names.insert(entry.path().filename().string());
  return names;
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

  TEST_CASE("file: a small compressed file is not unpacked without end") {
    const TemporaryFolder folder;
    const std::string path = write_gz(folder / "a.gz", std::string(1000, 'x'));
    CHECK(read_file(path, 1000).size() == 1000);
    CHECK(error_of<std::runtime_error>([&] { read_file(path, 999); }, folder / "") ==
          "a.gz: unpacks to more than 999 bytes");
    CHECK(read_file(write_file(folder / "a", std::string(1000, 'x')), 999).size() == 1000);
  }

  TEST_CASE("file: a pipe is read to its end") {
    const TemporaryFolder folder;
    const std::string pipe = folder / "pipe", content(100'000, 'x');
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::thread writer([&] { write_file(pipe, content); });
    CHECK(text(read_file(pipe)) == content);
    writer.join();
  }

  TEST_CASE("file: replacing leaves the new content and nothing else") {
    const TemporaryFolder folder;
    replace(folder / "a", "one", "two");
    CHECK(content_of(folder / "a") == "onetwo");
    replace(folder / "a", "3");
    CHECK(content_of(folder / "a") == "3");
    CHECK(names_in(folder) == std::set<std::string>{"a"});
  }

  TEST_CASE("file: the new file has the old one's permissions, and a link stays a link") {
    const TemporaryFolder folder;
    fs::create_directory(folder.path / "elsewhere");
    const std::string path = write_file(folder / "elsewhere/a", "old"), link = folder / "link";
    fs::create_symlink("elsewhere/a", link);
    for (const fs::perms mode : {fs::perms(0600), fs::perms(0664), fs::perms(0755)}) {
      fs::permissions(path, mode);
      replace(link, "new");
      CHECK(fs::status(path).permissions() == mode);
      CHECK(fs::is_symlink(link));
      CHECK(content_of(path) == "new");
    }
    CHECK(names_in(folder) == std::set<std::string>{"elsewhere", "link"});
  }

  TEST_CASE("file: what is no regular file is written in place") {
    const TemporaryFolder folder;
    const std::string pipe = folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);  // does not wait for a writer
    replace(pipe, "one", "two");
    char received[10] = {};
    CHECK(read(reader, received, sizeof received) == 6);
    CHECK(std::string(received) == "onetwo");
    close(reader);
    CHECK(fs::is_fifo(pipe));
    // through a link, and with an error. No real device is written to: a fault here could replace it.
    fs::create_symlink("pipe", folder / "link");
    const int other = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    tests::inject(tests::Fault::fail, 2, ENOSPC);  // the first write
    const std::string error = error_of<std::runtime_error>([&] { replace(folder / "link", "new"); }, folder / "");
    tests::calls_since_inject();
    close(other);
    CHECK(error == "link: cannot be written: No space left on device");
    CHECK(fs::is_fifo(folder / "link"));
    CHECK(names_in(folder) == std::set<std::string>{"link", "pipe"});
  }

  TEST_CASE("file: every draft is its own") {
    // Whatever lies where a draft could have been, the draft of another process too, stays as it is.
    const TemporaryFolder folder;
    const std::string first = folder / fmt::format("a.{}.0.tmp", getpid());
    write_file(first, "another's");
    fs::create_symlink(first, folder / fmt::format("a.{}.1.tmp", getpid()));
    write_file(folder / "a.tmp", "another's");
    const auto before = names_in(folder);
    replace(folder / "a", "new");
    CHECK(content_of(folder / "a") == "new");
    CHECK(content_of(first) == "another's");
    CHECK(content_of(folder / "a.tmp") == "another's");
    fs::remove(folder.path / "a");
    CHECK(names_in(folder) == before);
  }

  TEST_CASE("file: two that replace one file leave a whole one") {
    const TemporaryFolder folder;
    const std::string contents[] = {std::string(300'000, 'a'), std::string(300'000, 'b')};
    replace(folder / "f", contents[0]);
    const pid_t child = tests::start_process([&] {
      for (int i = 0; i < 100; ++i) replace(folder / "f", contents[1]);
    });
    int damaged = 0;
    for (int i = 0; i < 100; ++i) {
      replace(folder / "f", contents[0]);
      const std::string found = content_of(folder / "f");
      damaged += found != contents[0] && found != contents[1];
    }
    CHECK(tests::status_of(child) == 0);
    CHECK(damaged == 0);
    CHECK(names_in(folder) == std::set<std::string>{"f"});
  }

  TEST_CASE("file: what cannot be replaced keeps its old content, and no draft is left") {
    const TemporaryFolder folder;
    const std::string root = folder / "";
    CHECK(error_of<std::runtime_error>([&] { replace(folder / "none/a", "x"); }, root) ==
          "none/a: cannot be written: No such file or directory");
    CHECK(error_of<std::runtime_error>([&] { replace(folder / "", "x"); }) ==
          (folder / "") + ": is a directory, expected a file");

    write_file(folder / "a", "old");
    // open, fchmod, two writes, fsync, close, rename
    tests::inject(tests::Fault::none, 0);
    replace(folder / "a", "old", "er");
    const int calls = tests::calls_since_inject();
    CHECK(calls == 7);
    for (int n = 1; n <= calls; ++n) {
      CAPTURE(n);
      tests::inject(tests::Fault::fail, n, ENOSPC);
      const std::string error = error_of<std::runtime_error>([&] { replace(folder / "a", "new", "er"); }, root);
      tests::calls_since_inject();
      CHECK(error == "a: cannot be written: No space left on device");
      CHECK(content_of(folder / "a") == "older");
      CHECK(names_in(folder) == std::set<std::string>{"a"});
    }
  }

  TEST_CASE("file: writes that are cut short or interrupted go on") {
    const TemporaryFolder folder;
    write_file(folder / "a", "");
    const std::pair<tests::Fault, int> faults[] = {{tests::Fault::shorten, 0}, {tests::Fault::fail, EINTR}};
    for (const auto& [fault, error] : faults) {
      for (const int n : {3, 4}) {  // the writes
        tests::inject(fault, n, error);
        replace(folder / "a", "first part, ", "second part");
        CHECK(tests::calls_since_inject() == 8);
        CHECK(content_of(folder / "a") == "first part, second part");
        write_file(folder / "a", "");
      }
    }
  }
}
