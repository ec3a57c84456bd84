// Chapter 11's program as a user meets it: what it says to wrong options and damaged files, and that stopping loses
// nothing. Runs on the 8×8 digits.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/models/files.hpp"

namespace {

namespace fs = std::filesystem;

struct Run {
  int status;
  std::string text;  // standard output and error together
};

// A folder of its own for each test, so that a checkpoint is found only where it was made.
struct Home : TemporaryFolder {
  Run run(const std::string& options, const std::string& environment = "") const {
    const std::string command =
        "cd '" + path.string() + "' && " + environment + " '" TAPESTRY_VAE "' " + options + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    Run result;
    std::array<char, 4096> buffer;
    for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) result.text.append(buffer.data(), n);
    const int status = pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
  }
};

const std::string kSmall =
    "--data digits --hidden 16 --latent 3 --batch 50 --evaluation-images 20 --evaluation-samples 5 "
    "--quick --no-plots --seed 3 ";

void check_message(const std::string& options, int status, const std::string& sentence) {
  const Home folder;
  const Run run = folder.run(kSmall + options);
  CAPTURE(run.text);
  CHECK(run.status == status);
  CHECK(run.text.find(sentence) != std::string::npos);
}

}  // namespace

TEST_CASE("options out of range or unknown get one sentence") {
  check_message("--latent 0", 2, "--latent: expected an integer of at least 1, found 0");
  check_message("--samples 0", 2, "--samples: expected an integer of at least 1, found 0");
  check_message("--learning-rate -0.1", 2, "--learning-rate: expected a number above 0, found -0.1");
  check_message("--lattent 3", 2, "did you mean --latent?");
  check_message("--likelihood bernouli", 2, "did you mean 'bernoulli'?");
  check_message("--hidden 20,x", 1, "--hidden: expected sizes of at least 1 with commas between, found '20,x'");
  check_message("--batch 2000", 1, "batch: expected at most the 1437 images of digits train, found 2000");
  check_message("--data mnits", 1, "did you mean 'mnist'?");
}

TEST_CASE("places that cannot be written are found before the work begins") {
  check_message("--checkpoint /dev/null/x.safetensors", 1, "/dev/null/x.safetensors");
  const Home folder;
  std::ofstream(folder.path / "file") << "not a folder";
  const std::string shown = kSmall.substr(0, kSmall.find("--no-plots")) + "--figures file/figures";
  const Run run = folder.run(shown);
  CAPTURE(run.text);
  CHECK(run.status != 0);
  CHECK(run.text.find("is not a folder") != std::string::npos);
}

TEST_CASE("a learning rate that drives the loss to infinity stops and names the operation") {
  const Home folder;
  const Run run = folder.run(kSmall + "--optimiser sgd --learning-rate 1e30 --schedule constant");
  CAPTURE(run.text);
  CHECK(run.status == 1);
  CHECK(run.text.find("the loss is no longer finite: first at ") != std::string::npos);
  CHECK(run.text.find("there is no checkpoint") != std::string::npos);
}

TEST_CASE("a run goes on from its checkpoint, and from no other model's") {
  const Home folder;
  const Run first = folder.run(kSmall + "--epochs 2");
  CAPTURE(first.text);
  CHECK(first.status == 0);
  CHECK(first.text.find("test log-likelihood") != std::string::npos);

  const Run again = folder.run(kSmall + "--epochs 2 --resume 11_vae.safetensors");
  CHECK(again.status == 0);

  const Run other = folder.run(kSmall + "--epochs 2 --latent 4 --resume 11_vae.safetensors");
  CHECK(other.status == 1);
  CHECK(other.text.find("its model is 'vae 64-16-3 tanh bernoulli', this run's is 'vae 64-16-4 tanh bernoulli'") !=
        std::string::npos);

  fs::resize_file(folder.path / "11_vae.safetensors", 100);
  const Run truncated = folder.run(kSmall + "--epochs 2 --resume 11_vae.safetensors");
  CHECK(truncated.status == 1);
  CHECK(truncated.text.find("11_vae.safetensors") != std::string::npos);
}

TEST_CASE("Ctrl-C saves, and the resumed run ends with the bits of one that was never stopped") {
  const std::string training = kSmall + "--epochs 300 ";
  const Home whole, stopped;
  CHECK(whole.run(training).status == 0);

  const Run interrupted = stopped.run(training +
                                          "& child=$!; while [ ! -e 11_vae.safetensors ]; do sleep 0.02; done; "
                                          "kill -INT $child; wait $child",
                                      "set -m;");
  CAPTURE(interrupted.text);
  CHECK(interrupted.status == 130);
  CHECK(interrupted.text.find("--resume 11_vae.safetensors") != std::string::npos);
  CHECK(content_of(stopped / "11_vae.safetensors") != content_of(whole / "11_vae.safetensors"));
  CHECK(stopped.run(training + "--resume 11_vae.safetensors").status == 0);
  CHECK(content_of(stopped / "11_vae.safetensors") == content_of(whole / "11_vae.safetensors"));
}

TEST_CASE("Ctrl-C before the first step changes no file") {
  const Home folder;
  fs::create_directory(folder.path / "data");
  const std::string pixels(100 * 64, '\x33');
  for (const std::string part : {"train", "t10k"}) {
    write_file(folder / ("data/" + part + "-images-idx3-ubyte"), idx_bytes(0x803, {100, 8, 8}, pixels));
    write_file(folder / ("data/" + part + "-labels-idx1-ubyte"),
               idx_bytes(0x801, {100}, std::string(50, '\0') + std::string(50, '\1')));
  }
  const std::string training = kSmall.substr(kSmall.find("--hidden")) + "--data data --epochs 1 ";
  const Run whole = folder.run(training);
  CAPTURE(whole.text);
  CHECK(whole.status == 0);
  const std::string finished = content_of(folder / "11_vae.safetensors");

  // The program waits for the images, which come through a pipe, and Ctrl-C comes before them.
  const Run again = folder.run(training +
                                   "& child=$!; exec 3>data/train-images-idx3-ubyte; kill -INT $child; "
                                   "cat data/images >&3; exec 3>&-; wait $child",
                               "set -m; mv data/train-images-idx3-ubyte data/images; "
                               "mkfifo data/train-images-idx3-ubyte;");
  CAPTURE(again.text);
  CHECK(again.text.find("Stopped before the first step; no file was changed.") != std::string::npos);
  CHECK(content_of(folder / "11_vae.safetensors") == finished);
}

TEST_CASE("the run goes on without gnuplot, and leaves data and script") {
  const Home folder;
  const std::string plotted = kSmall.substr(0, kSmall.find("--no-plots")) + "--epochs 1 --figures figures";
  const Run run = folder.run(plotted, "PATH=/nonexistent");
  CAPTURE(run.text);
  CHECK(run.status == 0);
  CHECK(run.text.find("gnuplot not found") != std::string::npos);
  CHECK(fs::exists(folder.path / "figures" / "11_elbo.csv"));
  CHECK(fs::exists(folder.path / "figures" / "11_elbo.gp"));
  CHECK_FALSE(fs::exists(folder.path / "figures" / "11_elbo.png"));
}
