// A training that is killed, at each system call of a save and at random moments, loses nothing but the steps since
// its last save, and resumes to the bits of one that was never stopped.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "models/vae/vae_trainer.hpp"
#include "tests/models/faults.hpp"
#include "tests/models/files.hpp"
#include "tests/models/processes.hpp"
#include "tests/models/small_training.hpp"

using namespace models;

namespace {

using KilledTrainer = VaeTrainer<float>;

// One thread: a copy of a process has only the one that made it.
const VaeTrainingSettings kKilledSettings{.batch = 50, .epochs = 4, .trainer = {.shards = 2, .threads = 1}};
constexpr int kSteps = 20;

void save_state(const KilledTrainer& trainer, const std::string& path) {
  trainer.save(path, Matrix<double>::Zero(trainer.epoch(), 1));
}

// Goes on from the file if there is one, and saves after each step; `after` is called then.
template <class F>
void go_on(const std::string& path, int last_step, F after) {
  KilledTrainer trainer(few_digits(), kSmallVae, kKilledSettings);
  if (std::filesystem::exists(path)) trainer.load(path, 1);
  while (int(trainer.steps()) < last_step) {
    trainer.step();
    save_state(trainer, path);
    after();
  }
}

void go_on(const std::string& path, int last_step) {
  go_on(path, last_step, [] {});
}

// The checkpoint of a training that was never stopped, after so many steps.
std::string unbroken(int last_step) {
  const TemporaryFolder folder;
  KilledTrainer trainer(few_digits(), kSmallVae, kKilledSettings);
  for (int i = 0; i < last_step; ++i) trainer.step();
  save_state(trainer, folder / "run");
  return content_of(folder / "run");
}

int steps_in(const std::string& path) {
  if (!std::filesystem::exists(path)) return 0;
  KilledTrainer trainer(few_digits(), kSmallVae, kKilledSettings);
  trainer.load(path, 1);
  return trainer.steps();
}

// How many system calls a save of the step after `old` makes.
int calls_of_a_save(const std::string& old) {
  const TemporaryFolder folder;
  KilledTrainer trainer(few_digits(), kSmallVae, kKilledSettings);
  if (!old.empty()) trainer.load(write_file(folder / "run", old), 1);
  trainer.step();
  tests::inject(tests::Fault::none, 0);
  save_state(trainer, folder / "run");
  return tests::calls_since_inject();
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("vae kill: at each system call of a save, the first and a later one") {
    for (const int saved : {0, 6}) {
      const std::string old = saved == 0 ? "" : unbroken(saved), fresh = unbroken(saved + 1);
      const int calls = calls_of_a_save(old);
      CHECK(calls > 30);
      for (int n = 1; n <= calls; ++n) {
        CAPTURE(n);
        const TemporaryFolder folder;
        const std::string path = folder / "run";
        if (saved > 0) write_file(path, old);
        const pid_t child = tests::start_process([&] {
          tests::inject(tests::Fault::kill, n);
          go_on(path, saved + 1);
        });
        CHECK(tests::status_of(child) == -SIGKILL);
        CHECK(std::filesystem::exists(path) == (saved > 0));  // renaming is the last call
        if (saved > 0) CHECK((content_of(path) == old));
        go_on(path, saved + 1);
        CHECK((content_of(path) == fresh));
      }
    }
  }

  TEST_CASE("vae kill: at random system calls of a training, until it is done") {
    const TemporaryFolder folder;
    const std::string path = folder / "run", whole = unbroken(kSteps);
    const int calls = calls_of_a_save(unbroken(kSteps - 1));  // no other makes more
    const Random random(1, Purpose::shuffle);
    int kills = 0;
    for (int before = 0, trial = 0; before < kSteps; ++trial) {
      const int n = 1 + random.below(6 * calls, trial);  // within the next six saves
      const pid_t child = tests::start_process([&] {
        tests::inject(tests::Fault::kill, n);
        go_on(path, kSteps);
      });
      const int status = tests::status_of(child), after = steps_in(path);
      CAPTURE(trial);
      CHECK((status == 0 || status == -SIGKILL));
      kills += status == -SIGKILL;
      CHECK(after - before >= std::min((n - 1) / calls, kSteps - before));
      REQUIRE(trial < 100);
      before = after;
    }
    CHECK(kills > 3);
    CHECK((content_of(path) == whole));
  }

  TEST_CASE("vae kill: by a signal, whatever it is doing, until it is done") {
    const TemporaryFolder folder;
    const std::string path = folder / "run", whole = unbroken(kSteps);
    const Random random(2, Purpose::shuffle);
    for (int before = 0, trial = 0; before < kSteps; ++trial) {
      int ends[2];
      REQUIRE(pipe(ends) == 0);
      const pid_t child = tests::start_process([&] {
        close(ends[0]);
        go_on(path, kSteps, [&] { (void)!write(ends[1], ".", 1); });
      });
      close(ends[1]);
      // so many saves are waited for, and what follows is interrupted wherever it stands
      int seen = 0;
      char dot;
      for (const int wanted = 1 + random.below(5, trial); seen < wanted && read(ends[0], &dot, 1) == 1; ++seen) {
      }
      kill(child, SIGKILL);
      const int status = tests::status_of(child);
      close(ends[0]);
      CHECK((status == 0 || status == -SIGKILL));
      const int after = steps_in(path);
      CHECK(after >= before + seen);
      before = after;
      REQUIRE(trial < kSteps);
    }
    CHECK((content_of(path) == whole));
  }

  TEST_CASE("vae kill: a save that fails at any system call leaves the last one and no draft") {
    const std::string old = unbroken(6);
    const int calls = calls_of_a_save(old);
    const TemporaryFolder folder;
    const std::string path = write_file(folder / "run", old);
    KilledTrainer trainer(few_digits(), kSmallVae, kKilledSettings);
    trainer.load(path, 1);
    trainer.step();
    for (int n = 1; n <= calls; ++n) {
      CAPTURE(n);
      tests::inject(tests::Fault::fail, n, EIO);
      const std::string error = error_of<std::runtime_error>([&] { save_state(trainer, path); }, folder / "");
      tests::calls_since_inject();
      CHECK(error == "run: cannot be written: Input/output error");
      CHECK((content_of(path) == old));
      CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
    }
    save_state(trainer, path);
    CHECK((content_of(path) == unbroken(7)));
  }
}
