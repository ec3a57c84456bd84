#include "models/data/idx.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "tests/models/files.hpp"

using models::read_idx_images;
using models::read_idx_labels;

namespace {

constexpr std::uint32_t kLabelMagic = 0x801, kImageMagic = 0x803;

std::string images_error(const std::string& bytes) {
  const TemporaryFolder folder;
  return error_of<std::runtime_error>([&] { read_idx_images(write_file(folder / "f", bytes)); }, folder / "");
}

std::string labels_error(const std::string& bytes) {
  const TemporaryFolder folder;
  return error_of<std::runtime_error>([&] { read_idx_labels(write_file(folder / "f", bytes)); }, folder / "");
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("idx: images and labels, plain and compressed") {
    const TemporaryFolder folder;
    const std::string images = idx_bytes(kImageMagic, {2, 1, 3}, "abcd\xff\x80");
    for (const std::string& path : {write_file(folder / "i", images), write_gz(folder / "i.gz", images)}) {
      const auto read = read_idx_images(path);
      CHECK(read.count == 2);
      CHECK(read.height == 1);
      CHECK(read.width == 3);
      CHECK(read.pixels == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 255, 128});
    }
    const std::string labels = idx_bytes(kLabelMagic, {4}, std::string("\x00\x01\x09\xff", 4));
    CHECK(read_idx_labels(write_gz(folder / "l.gz", labels)) == std::vector<std::uint8_t>{0, 1, 9, 255});
    CHECK(read_idx_images(write_file(folder / "none", idx_bytes(kImageMagic, {0, 28, 28}, ""))).pixels.empty());
  }

  TEST_CASE("idx: a file of another kind") {
    CHECK(images_error(idx_bytes(kLabelMagic, {3}, "abc")) ==
          "f: expected IDX images (magic 0x00000803), found labels (magic 0x00000801)");
    CHECK(labels_error(idx_bytes(kImageMagic, {1, 1, 1}, "a")) ==
          "f: expected IDX labels (magic 0x00000801), found images (magic 0x00000803)");
    CHECK(labels_error("\x89PNG....") == "f: expected IDX labels (magic 0x00000801), found magic 0x89504e47");
    CHECK(images_error("ab") == "f: expected IDX images (magic 0x00000803), found only 2 bytes");
    CHECK(images_error("") == "f: expected IDX images (magic 0x00000803), found only 0 bytes");
  }

  TEST_CASE("idx: a header that does not fit the file") {
    CHECK(images_error(idx_bytes(kImageMagic, {2, 2}, "")) == "f: expected a header of 16 bytes, found only 12 bytes");
    CHECK(images_error(idx_bytes(kImageMagic, {2, 2, 2}, "1234567")) ==
          "f: the header announces 2×2×2 = 8 values, but 7 follow it");
    CHECK(images_error(idx_bytes(kImageMagic, {2, 2, 2}, "123456789")) ==
          "f: the header announces 2×2×2 = 8 values, but more follow it");
    CHECK(labels_error(idx_bytes(kLabelMagic, {5}, "1234")) ==
          "f: the header announces 5 = 5 values, but 4 follow it");
  }

  TEST_CASE("idx: sizes whose product wraps around or is absurd") {
    const std::string rest = " values, more than the 2^31 - 1 that can be read";
    CHECK(images_error(idx_bytes(kImageMagic, {0xffffffff, 0xffffffff, 0xffffffff}, "")) ==
          "f: the header announces 4294967295×4294967295×4294967295" + rest);
    // 2^31 · 2^31 · 4 is 0 in 64 bits
    CHECK(images_error(idx_bytes(kImageMagic, {1u << 31, 1u << 31, 4}, "")) ==
          "f: the header announces 2147483648×2147483648×4" + rest);
    // 2^64 is 0, too, though here every size could be read
    CHECK(images_error(idx_bytes(kImageMagic, {1u << 22, 1u << 21, 1u << 21}, "")) ==
          "f: the header announces 4194304×2097152×2097152" + rest);
    CHECK(images_error(idx_bytes(kImageMagic, {0, 0xffffffff, 1}, "")) ==
          "f: the header announces 0×4294967295×1" + rest);
    // no image, but an image would have more pixels than an int counts
    CHECK(images_error(idx_bytes(kImageMagic, {0, 65536, 65536}, "")) ==
          "f: the header announces 0×65536×65536" + rest);
    CHECK(images_error(idx_bytes(kImageMagic, {65536, 0, 65536}, "")) ==
          "f: the header announces 65536×0×65536" + rest);
  }

  TEST_CASE("idx: a compressed file is unpacked no further than its header says") {
    const TemporaryFolder folder;
    const std::string ones(1 << 20, '\1');
    // The damage lies behind what must be read: who unpacks everything meets it first.
    const auto damaged = [&](const std::string& content) {
      std::string bytes = content_of(write_gz(folder / "a.gz", content));
      bytes[bytes.size() - 6] ^= 1;
      return write_file(folder / "a.gz", bytes);
    };
    const auto error = [&](const std::string& content) {
      return error_of<std::runtime_error>([&] { read_idx_images(damaged(content)); }, folder / "");
    };
    CHECK(error(ones) == "a.gz: expected IDX images (magic 0x00000803), found magic 0x01010101");
    CHECK(error(idx_bytes(kImageMagic, {1u << 22, 1u << 21, 1u << 21}, ones)).find("2^31 - 1") != std::string::npos);
    CHECK(error(idx_bytes(kImageMagic, {2, 2, 2}, ones)) ==
          "a.gz: the header announces 2×2×2 = 8 values, but more follow it");
  }

  TEST_CASE("idx: compressed content in a file that is not named so") {
    const TemporaryFolder folder;
    const std::string packed = content_of(write_gz(folder / "i.gz", idx_bytes(kImageMagic, {1, 1, 1}, "a")));
    const std::string expected = "f: its content is compressed with gzip: give it a name that ends in .gz";
    CHECK(images_error(packed) == expected);
    CHECK(labels_error(packed) == expected);
  }

  TEST_CASE("idx: damaged compressed files") {
    const TemporaryFolder folder;
    std::string bytes =
        content_of(write_gz(folder / "i.gz", idx_bytes(kImageMagic, {1, 30, 30}, std::string(900, 'x'))));
    bytes[bytes.size() - 6] ^= 1;
    CHECK(error_of<std::runtime_error>([&] { read_idx_images(write_file(folder / "i.gz", bytes)); }, folder / "") ==
          "i.gz: the gzip data is damaged or cut short");
    CHECK(error_of<std::runtime_error>([&] { read_idx_labels(folder / "l"); }, folder / "") == "l: no such file");
  }
}
