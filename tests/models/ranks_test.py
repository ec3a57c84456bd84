"""ranks_test.py BUILD: a training gives the same bits on any number of ranks, and ends in good order whatever happens to one
of them. The ranks are processes on this machine, started by mpirun, more of them than it has cores."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else ROOT / "build"
PROGRAM = BUILD / "tests/ranks_program"
MNIST_NLL = BUILD / "tests/bench/mnist_nll"

ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
               "OMPI_MCA_btl": "self,vader", "OMP_NUM_THREADS": "1"}
RECIPES = ["adam", "momentum", "sgd", "soap"]


def command(ranks, *words):
    """What starts a program on so many ranks; on 0: without MPI."""
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return [*launcher, *map(str, words)]


def run(ranks, *words):
    return subprocess.run(command(ranks, PROGRAM, *words), capture_output=True, text=True, env=ENVIRONMENT, timeout=120,
                          stdin=subprocess.DEVNULL)


def tensors(path):
    """The bytes of each tensor of a checkpoint but the history, which keeps times."""
    file = path.read_bytes()
    start = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:start])
    return {name: file[start + of["data_offsets"][0]:start + of["data_offsets"][1]] for name, of in header.items()
            if name not in ("__metadata__", "history")}


class Ranks(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def train(self, name, ranks, steps, shards=5):
        """The checkpoints in the folder of that name, and what was printed."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        done = run(ranks, "train", folder, shards, steps)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), RECIPES)
        self.assertEqual(len(done.stdout.splitlines()), len(RECIPES))  # one rank prints
        return {name: (folder / name).read_bytes() for name in RECIPES}, done.stdout

    def assert_same(self, found, expected):
        self.assertEqual([name for name in RECIPES if found[0][name] != expected[0][name]], [])
        self.assertEqual(found[1], expected[1])

    def test_the_bits_do_not_depend_on_the_ranks(self):
        without = self.train("0", 0, 11)  # SOAP's basis turns in step 10
        for ranks in [1, 2, 3, 4]:
            with self.subTest(ranks=ranks):
                self.assert_same(self.train(str(ranks), ranks, 11), without)

    def test_more_ranks_than_shards(self):
        self.assert_same(self.train("3", 3, 2, shards=2), self.train("0", 0, 2, shards=2))
        self.assertNotEqual(self.train("other", 0, 2)[0], self.train("0 again", 0, 2, shards=2)[0])

    def test_a_training_goes_on_with_another_number_of_ranks(self):
        whole = self.train("whole", 0, 9)
        for ranks in [3, 0, 2]:
            parts = self.train("parts", ranks, 3)
        self.assert_same(parts, whole)

    def assert_one_sentence(self, done, sentence):
        self.assertNotEqual(done.returncode, 0)
        said = [line for line in done.stderr.splitlines() if "ranks_program: " in line or line.startswith("rank ")]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn(sentence, said[0])

    def test_what_a_shard_throws_ends_all(self):
        for ranks, first in [(0, 1), (3, 1), (3, 4), (2, 0)]:
            with self.subTest(ranks=ranks, first=first):
                self.assert_one_sentence(run(ranks, "shard", first), f"ranks_program: shard {first} is broken")
        self.assert_one_sentence(run(3, "not-finite"), "the loss is no longer finite: first at log: value ")

    def test_a_checkpoint_that_cannot_be_written_ends_all(self):
        self.assert_one_sentence(run(2, "unwritable"), "/dev/null/x: cannot be written")

    def test_an_error_of_one_rank_alone_ends_all(self):
        self.assert_one_sentence(run(3, "alone", 1), "rank 1 of 3: this rank has had enough")

    def test_a_rank_that_is_killed_ends_all_and_the_checkpoint_is_whole(self):
        for rank in [0, 2]:
            with self.subTest(rank=rank):
                killed = self.folder / f"killed {rank}"
                killed.mkdir()
                done = run(3, "killed", rank, killed)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"process rank {rank}", done.stderr)
                self.assertEqual([path.name for path in killed.iterdir()], ["adam"])

    def mnist_nll(self, ranks, folder, epochs, *words):
        """The command of a training whose steps do not depend on how many epochs it is to have."""
        return command(ranks, MNIST_NLL, "--quick", "--training-images", 600, "--batch", 30, "--shards", 3, "--threads", 1,
                       "--schedule", "constant", "--probe-every", 1, "--probe-samples", 1, "--epochs", epochs,
                       "--folder", folder, *words)

    def test_ctrl_c_on_the_launcher_saves(self):
        """The benchmark, stopped in an epoch, goes on without MPI to its end with the bits of one that never stopped."""
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        checkpoint = stopped / "checkpoint.safetensors"
        # so many seconds lie between Ctrl-C and mpirun's SIGTERM, and again until its SIGKILL
        patience = {"OMPI_MCA_odls_base_sigkill_timeout": "3"}
        with subprocess.Popen(self.mnist_nll(2, stopped, 10_000), env={**ENVIRONMENT, **patience}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            while not checkpoint.exists() and running.poll() is None:
                time.sleep(0.01)
            running.send_signal(signal.SIGINT)
            printed, errors = running.communicate(timeout=60)
        self.assertNotEqual(running.returncode, 0, printed + errors)
        self.assertIn(f"--resume {checkpoint}", printed, errors)
        self.assertEqual(printed.count("To go on:"), 1)
        epoch = int(re.search(r"^Stopped in epoch (\d+)", printed, re.MULTILINE)[1])

        quiet = {"check": True, "env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(self.mnist_nll(0, whole, epoch), **quiet)
        self.assertNotEqual(tensors(checkpoint), tensors(whole / "checkpoint.safetensors"))
        subprocess.run(self.mnist_nll(0, stopped, epoch, "--resume", checkpoint), **quiet)
        self.assertEqual(tensors(checkpoint), tensors(whole / "checkpoint.safetensors"))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever started this test ignores it
    unittest.main()
