// CSV files, as tables and as images: the first byte says which, and whether a header is skipped.
#include "models/data/csv.hpp"

#include "models/data/dataset.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string path = fuzz::file("f.csv", std::string(data + 1, data + size));
  if ((data[0] & 1) != 0) {
    fuzz::reads([&] {
      const models::Dataset images = models::load_csv_images(path, "f", 16);
      fuzz::require(images.count() > 0, "there are images");
      fuzz::require(images.pixels.size() == std::size_t(images.count()) * images.dimensions(), "all have all pixels");
      for (const std::uint8_t pixel : images.pixels) fuzz::require(pixel <= 16, "no pixel is above the scale");
    });
    return 0;
  }
  fuzz::reads([&] {
    const auto table = models::read_csv(path, (data[0] & 2) != 0 ? models::Header::skip : models::Header::none);
    fuzz::require(table.size() > 0, "there are rows");
    fuzz::require(table.allFinite(), "every number is finite");
  });
  return 0;
}
