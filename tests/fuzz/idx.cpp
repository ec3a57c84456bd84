// IDX files, plain and compressed: the first byte says which, and whether images or labels are expected.
#include "models/data/idx.hpp"

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  const bool compressed = (data[0] & 1) != 0, labels = (data[0] & 2) != 0;
  const std::string path = fuzz::file(compressed ? "f.gz" : "f", bytes);
  if (labels) {
    fuzz::reads([&] { models::read_idx_labels(path); });
    return 0;
  }
  fuzz::reads([&] {
    const models::IdxImages images = models::read_idx_images(path);
    const bool sizes = images.count >= 0 && images.height >= 0 && images.width >= 0;
    fuzz::require(sizes, "sizes are not negative");
    fuzz::require(std::int64_t{images.height} * images.width <= INT32_MAX, "an int counts the pixels of an image");
    fuzz::require(std::size_t(images.count) * images.height * images.width == images.pixels.size(),
                  "the sizes are those of the pixels");
    fuzz::require(compressed || images.pixels.size() + 16 == bytes.size(), "every byte is a pixel");
  });
  return 0;
}
