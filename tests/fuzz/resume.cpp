// Resuming a training: the input is a list of edits of a good checkpoint (place: 2 bytes, how
// many bytes go: 1, how many come: 1, and those). What is refused leaves the trainer as it was;
// what is accepted is a state of this training.
#include <algorithm>
#include <cstring>

#include "models/vae/vae_trainer.hpp"
#include "tests/fuzz/input.hpp"

using namespace models;

namespace {

constexpr Index kColumns = 2;

const Dataset& images() {
  static const Dataset data{"images", 2, 2, 255, {0, 9, 99, 255, 255, 0, 1, 2, 3, 4, 5, 255}, {0, 1, 2}};
  return data;
}

struct Training : VaeTrainer<float> {
  Training()
      : VaeTrainer(images(), {.pixels = 4, .latent = 1, .hidden = {2}},
                   {.batch = 2, .epochs = 3, .trainer = {.shards = 1, .threads = 1}}) {}
};

std::string saved(const Training& trainer) {
  const std::string path = fuzz::file("saved", "");
  trainer.save(path, Matrix<double>::Zero(trainer.epoch(), kColumns));
  return content_of(path);
}

const std::string& good_checkpoint() {
  static const std::string bytes = [] {
    Training trainer;
    for (int i = 0; i < 3; ++i) trainer.step();
    return saved(trainer);
  }();
  return bytes;
}

// Everything behind the header's length may be edited; the length follows what is edited in the header.
std::string edited(const std::uint8_t* data, std::size_t size) {
  std::uint64_t length;
  std::memcpy(&length, good_checkpoint().data(), 8);
  std::string bytes = good_checkpoint().substr(8);
  while (size >= 4) {
    const std::size_t place = (data[0] | data[1] << 8) % (bytes.size() + 1),
                      gone = std::min<std::size_t>(data[2], bytes.size() - place),
                      come = std::min<std::size_t>(data[3], size - 4);
    bytes.replace(place, gone, std::string(data + 4, data + 4 + come));
    if (place < length) length = std::max(place, length - std::min(length, gone)) + come;
    data += 4 + come, size -= 4 + come;
  }
  return std::string(reinterpret_cast<const char*>(&length), 8) + bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = fuzz::file("run", edited(data, size));
  Training trainer;
  const std::string before = saved(trainer);
  if (!fuzz::reads([&] { trainer.load(path, kColumns); })) {
    fuzz::require(saved(trainer) == before, "what is refused changes nothing");
    return 0;
  }
  fuzz::require(trainer.epoch() <= 3, "no more steps are done than the run has");
  fuzz::require(trainer.parameters().values().allFinite(), "every parameter is finite");
  fuzz::require(trainer.images_in_epoch() <= 3, "no more images are seen than there are");
  fuzz::reads([&] { trainer.step(); });  // may find its loss not finite
  return 0;
}
