#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace models {

// The whole content of a file; one whose name ends in .gz is decompressed. Throws std::runtime_error when the file is
// missing, is a directory, cannot be read, is not gzip in spite of its name, ends too early or fails gzip's checksum.
std::vector<std::uint8_t> read_file(const std::string& path);

// path, or path + ".gz" when only that exists; the same errors as read_file.
std::string plain_or_gz(const std::string& path);

// Replaces a file by the given parts one after the other, atomically: they are written to path + ".tmp", brought to
// the disk, and renamed. Whatever goes wrong, a full disk, a crash, the file at path holds its old content or the new.
// Throws std::runtime_error when they cannot be written.
void replace_file(const std::string& path, std::span<const std::span<const std::byte>> parts);

}  // namespace models
