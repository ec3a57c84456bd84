#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct gzFile_s;

namespace models {

// A file read from its beginning on; one whose name ends in .gz is decompressed on the way, and no further than what
// is asked for. All of it throws std::runtime_error that names the file.
class InputFile {
 public:
  // Throws when the file is missing, is a directory, cannot be opened, or is not gzip in spite of its name.
  explicit InputFile(const std::string& path);

  // The next `most` bytes, or all that are left. Memory grows with what is found, not with what is asked for. Throws
  // when the file cannot be read, ends too early or fails gzip's checksum.
  std::vector<std::uint8_t> read(std::size_t most);

 private:
  std::size_t read_some(std::span<std::uint8_t> out);

  std::string path_;
  std::ifstream plain_;
  std::unique_ptr<gzFile_s, int (*)(gzFile_s*)> gz_;
};

// The most that a compressed file may hold: a small one can unpack to any size.
inline constexpr std::size_t kMostUnpacked = 0x7fffffff;

// The whole content of a file; one whose name ends in .gz is decompressed. Throws std::runtime_error as InputFile
// does, and when more than most_unpacked bytes come out of a compressed file.
std::vector<std::uint8_t> read_file(const std::string& path, std::size_t most_unpacked = kMostUnpacked);

// Throws std::runtime_error when what was read from a file begins as compressed data do (gzip, zip, xz, bzip2, zstd):
// the reason why it is not what a reader expects.
void refuse_compressed(const std::string& path, std::span<const std::uint8_t> content);

// path, or path + ".gz" when only that exists; the same errors as read_file.
std::string plain_or_gz(const std::string& path);

// Replaces a file by the given parts one after the other, atomically: they are written to a draft beside it that no
// other process writes to, brought to the disk, and renamed. Whatever goes wrong, a full disk, a crash, the file at
// path holds its old content or the new; a process that is killed may leave its draft, path + ".PID.N.tmp". The new
// file has the old one's permissions, a link stays a link to it, and what is no regular file, such as a pipe or a
// device, is written to as it is. Throws std::runtime_error when the parts cannot be written.
void replace_file(const std::string& path, std::span<const std::span<const std::byte>> parts);

}  // namespace models
