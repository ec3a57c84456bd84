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

// A folder of its own for each test, so that a checkpoint is found only where it was made. A hangup is not ignored,
// even if whoever runs the tests ignores it, as nohup does.
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
  check_message("--beta inf", 2, "--beta: expected a number of at least 0, found inf");
  check_message("--checkpoint ''", 2, "--checkpoint: expected the name of a file, found ''");
  check_message("--lattent 3", 2, "did you mean --latent?");
  check_message("--likelihood bernouli", 2, "did you mean 'bernoulli'?");
  check_message("--hidden 20,x", 1, "--hidden: expected sizes of at least 1 with commas between, found '20,x'");
  check_message("--batch 2000", 1, "batch: expected at most the 1437 images of digits train, found 2000");
  check_message("--data mnits", 1, "did you mean 'mnist'?");
}

TEST_CASE("what no machine has the memory for is refused, with the option and the number") {
  for (const std::string option :
       {"--latent 1000000000", "--samples 100000000", "--shards 100000000", "--evaluation-samples 2000000000"}) {
    const Home folder;
    const Run run = folder.run(kSmall + option);
    CAPTURE(run.text);
    CHECK(run.status == 1);
    CHECK(run.text.find("11_vae: " + option + ": the run takes at least ") != std::string::npos);
  }
}

TEST_CASE("an address space too small for the library of matrix products is refused") {
  const Home folder;
  const Run run = folder.run(kSmall + "--epochs 1", "ulimit -v 500000;");
  CAPTURE(run.text);
  CHECK((run.status == 0 || run.text.find("the address space is limited to 488 MB") != std::string::npos));
}

TEST_CASE("one sample has no Monte Carlo error, and the run says so") {
  const Home folder;
  const Run run = folder.run(kSmall + "--epochs 1 --evaluation-samples 1");
  CAPTURE(run.text);
  CHECK(run.status == 0);
  CHECK(run.text.find("one sample has no Monte Carlo error") != std::string::npos);
  CHECK(run.text.find("nan") == std::string::npos);
}

namespace {

// Four IDX files of 2×2 images with these labels.
void write_idx(const fs::path& folder, const std::string& train_labels, const std::string& test_labels) {
  fs::create_directories(folder);
  for (const auto& [name, labels] : {std::pair{"train", train_labels}, std::pair{"t10k", test_labels}}) {
    const auto size = [](int n) { return std::string{0, 0, 0, static_cast<char>(n)}; };
    const int n = labels.size();
    std::string pixels;
    for (int i = 0; i < 4 * n; ++i) pixels += static_cast<char>(37 * i);
    std::ofstream(folder / (std::string(name) + "-images-idx3-ubyte"), std::ios::binary)
        << std::string{0, 0, 8, 3} << size(n) << size(2) << size(2) << pixels;
    std::ofstream(folder / (std::string(name) + "-labels-idx1-ubyte"), std::ios::binary)
        << std::string{0, 0, 8, 1} << size(n) << labels;
  }
}

const std::string kForeign =
    "--data here --hidden 4 --latent 3 --batch 2 --evaluation-images 2 --evaluation-samples 2 --quick --epochs 1 ";

}  // namespace

TEST_CASE("foreign data: every figure stands alone, and what the end needs is looked for at the start") {
  const std::string three = "\3\7\11\3";
  for (const std::string& test : {std::string("\3\3\3\3"), std::string("\7")}) {
    const Home folder;
    write_idx(folder.path / "here", three, test);
    const Run run = folder.run(kForeign, "PATH=/nonexistent");
    CAPTURE(run.text);
    CHECK(run.status == 0);
    CHECK(run.text.find("11_interpolations is not drawn: it needs test images of two classes, found 1") !=
          std::string::npos);
    for (const char* figure : {"11_elbo.csv", "11_reconstructions.csv", "11_samples.csv", "11_codes.csv"})
      CHECK(fs::exists(folder.path / "figures" / figure));
  }
  const auto refusal = [&](const std::string& train, const std::string& test) {
    const Home folder;
    write_idx(folder.path / "here", train, test);
    const Run run = folder.run(kForeign);
    CHECK(run.status == 1);
    CHECK(run.text.find("eq:elbo") == std::string::npos);  // before any work
    return run.text;
  };
  const std::string expected = "-images-idx3-ubyte: expected at least 1 image with at least 1 pixel, found 0 of";
  CHECK(refusal(three, "").find("t10k" + expected) != std::string::npos);
  CHECK(refusal("", three).find("train" + expected) != std::string::npos);
}

TEST_CASE("a figure that cannot be written keeps no other from being drawn") {
  const Home folder;
  fs::create_directories(folder.path / "figures" / "11_samples.csv");
  const Run run =
      folder.run(kSmall.substr(0, kSmall.find("--no-plots")) + "--epochs 1 --figures figures", "PATH=/nonexistent");
  CAPTURE(run.text);
  CHECK(run.status == 1);
  CHECK(run.text.find("cannot write figures/11_samples.csv: Is a directory") != std::string::npos);
  CHECK(fs::exists(folder.path / "figures" / "11_codes.csv"));
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

TEST_CASE("test images become a file, the file images again; any other file is refused") {
  const Home folder;
  const Run first = folder.run(kSmall + "--epochs 2 --compress digits.bits");
  CAPTURE(first.text);
  CHECK(first.status == 0);
  CHECK(first.text.find("   digits.bits, of which 28 are the header and ") != std::string::npos);
  const std::string file = content_of(folder / "digits.bits");
  CHECK(file.size() > 360 * 64 / 8 / 10);
  CHECK(file.size() < 360 * 64 / 8);

  const std::string model = kSmall + "--epochs 2 --resume 11_vae.safetensors ";
  CHECK(folder.run(model + "--compress again.bits").status == 0);
  CHECK(content_of(folder / "again.bits") == file);
  const Run back = folder.run(model + "--decompress digits.bits");
  CAPTURE(back.text);
  CHECK(back.status == 0);
  CHECK(back.text.find("digits.bits: 360 images decoded.") != std::string::npos);

  const auto refusal = [&](const std::string& options) {
    const Run run = folder.run(options + "--decompress digits.bits");
    CHECK(run.status == 1);
    return run.text;
  };
  write_file(folder / "digits.bits", file.substr(0, 900));
  CHECK(refusal(model).find("digits.bits: expected ") != std::string::npos);
  CHECK(refusal(model).find(" bytes of code after its header, found 872: it was cut short") != std::string::npos);
  std::string damaged = file;
  damaged[500] ^= 1;
  write_file(folder / "digits.bits", damaged);
  CHECK(refusal(model).find("it is damaged") != std::string::npos);
  write_file(folder / "digits.bits", file);
  CHECK(folder.run(kSmall + "--epochs 3 --checkpoint other").status == 0);
  CHECK(refusal(kSmall + "--epochs 3 --resume other ").find("only the same parameters decode it") !=
        std::string::npos);
  CHECK(refusal(kSmall).find("--decompress: expected --resume too") != std::string::npos);
}

TEST_CASE("only black and white pixels are compressed, and only into a file that can be written") {
  for (const std::string options : {"--likelihood gaussian", "--binarisation none"})
    check_message(options + " --compress x.bits", 1, "--compress: expected black and white pixels");
  check_message("--compress /dev/null/x.bits", 1, "/dev/null/x.bits");
}

TEST_CASE("a full covariance, and a prior that is a VAE: whole runs, and what is asked of them in vain") {
  const Home folder;
  const Run full = folder.run(kSmall + "--covariance full --checkpoint full.safetensors");
  CAPTURE(full.text);
  CHECK(full.status == 0);
  CHECK(full.text.find(" full-covariance, seed 3") != std::string::npos);
  std::string drawn = kSmall;
  drawn.erase(drawn.find("--no-plots "), 11);
  const Run layers = folder.run(drawn + "--prior 8,2 --kl sampled --checkpoint layers.safetensors --figures layers");
  CAPTURE(layers.text);
  CHECK(layers.status == 0);
  CHECK(layers.text.find(", prior ") != std::string::npos);
  CHECK(content_of(folder / "layers/11_samples.gp").find("z ~ p(z)") != std::string::npos);
  check_message("--prior 8,2", 1, "--prior: the divergence from it has no closed form, expected --kl sampled");
  check_message("--prior 8,two --kl path", 1,
                "--prior: expected sizes of at least 1 with commas between, found '8,two'");
  check_message("--covariance full --kl path", 1, "--kl path: expected --covariance diagonal, found full");
  for (const std::string options : {"--prior 8,2 --kl path", "--covariance full"})
    check_message(options + " --compress x.bits", 1, "--compress: expected --covariance diagonal and --prior none");
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
  CHECK(again.text.find("Stopped before the first step: no file was changed.") != std::string::npos);
  CHECK(content_of(folder / "11_vae.safetensors") == finished);
}

namespace {

// Starts the program in the background and runs the shell commands, which know it as $child; the status is its own.
Run with_child(const Home& home, const std::string& options, const std::string& commands) {
  return home.run(options + "& child=$!; " + commands + "; wait $child", "set -m;");
}

const std::string kUntilSaved = "while [ ! -e 11_vae.safetensors ]; do sleep 0.02; done; ";

}  // namespace

TEST_CASE("SIGTERM and a closed terminal save as Ctrl-C does") {
  for (const auto& [signal, status] : {std::pair{"TERM", 143}, std::pair{"HUP", 129}}) {
    const Home folder;
    const Run run =
        with_child(folder, kSmall + "--epochs 100000 ", kUntilSaved + "kill -" + std::string(signal) + " $child");
    CAPTURE(run.text);
    CHECK(run.status == status);
    CHECK(run.text.find("--resume 11_vae.safetensors") != std::string::npos);
    CHECK(run.text.find("; interrupted") != std::string::npos);
  }
}

TEST_CASE("stopped before the first step of a rerun: the finished checkpoint stays, and --resume is not offered") {
  const Home folder;
  CHECK(folder.run(kSmall + "--epochs 1").status == 0);
  const std::string finished = content_of(folder / "11_vae.safetensors");
  // as soon as the first equation is printed
  const Run run = with_child(folder, kSmall + "--epochs 1 > out ",
                             "until grep -q eq:elbo out; do sleep 0.01; done; kill -INT $child; wait $child; "
                             "status=$?; cat out; (exit $status)");
  CAPTURE(run.text);
  const std::string text = content_of(folder / "out");
  CHECK(text.find("Stopped before the first step: no file was changed.") != std::string::npos);
  CHECK(text.find("--resume") == std::string::npos);
  CHECK(text.find("interrupted, not checked: ") != std::string::npos);
  CHECK(text.find("test:ppca") != std::string::npos);
  CHECK(content_of(folder / "11_vae.safetensors") == finished);
}

TEST_CASE("Ctrl-C ends the estimate of the log-likelihood") {
  const Home folder;
  const std::string options =
      "--data digits --hidden 16 --latent 3 --batch 50 --epochs 1 --quick --no-plots "
      "--evaluation-images 360 --evaluation-samples 5000000 > out ";
  const Run run = with_child(folder, options, "until grep -q 'test ELBO' out; do sleep 0.02; done; kill -INT $child");
  const std::string text = content_of(folder / "out");
  CAPTURE(text);
  CHECK(run.status == 130);
  CHECK(text.find("Stopped before the log-likelihood was estimated. The trained model is saved.") !=
        std::string::npos);
}

TEST_CASE("a program without stdin draws its figures") {
  const Home folder;
  const Run run = folder.run(kSmall.substr(0, kSmall.find("--no-plots")) + "--epochs 1 <&-");
  CAPTURE(run.text);
  CHECK(run.status == 0);
  CHECK(fs::exists(folder.path / "figures" / "11_elbo.csv"));
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
