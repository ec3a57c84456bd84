"""install_test.py BUILD: programs of others use the engine as autograd/USE.md says. What BUILD installs is found by
pkg-config and by CMake, and the repository is a subproject of meson; with g++ and clang++, for any processor and
for this one. The first program and its build files are those of the page."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else ROOT / "build"
COMPILERS = ["g++", "clang++"]
PROCESSORS = {"any": [], "this": ["-march=native"]}
# pkg-config and CMake give the same flags to the compiler: each pair of compiler and processor is tried with one of them.
BY_PKG_CONFIG = [("g++", "any"), ("clang++", "this")]
BY_CMAKE = [("g++", "this"), ("clang++", "any")]

# What the page's program does with matrices, done by the models' trainer.
WITH_MODELS = """
#include <cstdio>

#include "autograd/autograd.hpp"
#include "models/training/layers.hpp"
#include "models/training/trainer.hpp"

int main() {
  models::Matrix<float> x(4, 2), t(4, 1);
  x << 0, 0, 0, 1, 1, 0, 1, 1;
  t << 0, 1, 1, 0;
  models::Parameters<float> parameters;
  const models::Mlp network(parameters, "network", {2, 8, 1}, models::Activation::tanh, 1);
  models::Trainer<float> trainer(parameters, {.shards = 2});
  const models::Trainer<float>::ShardLoss loss = [&](const models::Watched<float>& theta, const models::Shard& shard) {
    const auto rows = [&](const models::Matrix<float>& all) {
      return theta.tape().constant(all.middleRows(shard.first, shard.count));
    };
    return mean(square(network(theta, rows(x)) - rows(t)));
  };
  for (int step = 0; step <= 1000; ++step) {
    const float now = trainer.step(loss, 4, 0.01).loss;
    if (step % 250 == 0) std::printf("step %4d: %.4f\\n", step, now);
  }
}
"""


def page_block(language):
    """The first block of that language in the page."""
    return re.search(rf"^```{language}\n(.*?)^```", (ROOT / "autograd/USE.md").read_text(), re.MULTILINE | re.DOTALL)[1]


def run(*command, **settings):
    """What a command prints. Fails with all of it if the command does."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **settings)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def has_learned(printed):
    """Whether the losses that a program printed fall to less than a tenth."""
    losses = [float(loss) for loss in re.findall(r"^step +\d+: (\S+)", printed, re.MULTILINE)]
    return len(losses) == 5 and losses[-1] < 0.1 * losses[0]


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.folder / "stage")
        [cls.packages] = (cls.folder / "stage").rglob("pkgconfig")
        prefix = re.search(r"^prefix=(.*)$", (cls.packages / "tapestry.pc").read_text(), re.MULTILINE)[1]
        cls.prefix = Path(f"{cls.folder}/stage{prefix}")
        for package in cls.packages.iterdir():  # what is staged stands elsewhere
            package.write_text(package.read_text().replace(f"prefix={prefix}", f"prefix={cls.prefix}", 1))

    def package_flags(self, kind, package="tapestry"):
        return run("pkg-config", kind, package, env={**os.environ, "PKG_CONFIG_PATH": str(self.packages)}).split()

    def new_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        (folder / "main.cpp").write_text(page_block("cpp"))
        return folder

    def assert_learns(self, program):
        printed = run(program)
        self.assertTrue(has_learned(printed), printed)

    def test_what_is_installed(self):
        installed = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        headers = {f"include/tapestry/{path.relative_to(ROOT)}" for top in ["autograd", "models"]
                   for path in (ROOT / top).rglob("*.hpp")}
        self.assertEqual({path for path in installed if path.startswith("include/")}, headers)
        self.assertEqual({Path(path).name for path in installed - headers},
                         {"libtapestry.a", "libtapestry-models.a", "tapestry.pc", "tapestry-models.pc",
                          "tapestryConfig.cmake", "tapestryConfigVersion.cmake"})

    def test_pkg_config(self):
        for compiler, processor in BY_PKG_CONFIG:
            with self.subTest(compiler=compiler, processor=processor):
                folder = self.new_folder(f"pkg-config {compiler} {processor}")
                run(compiler, "-std=c++20", "-O1", *PROCESSORS[processor], *self.package_flags("--cflags"),
                    folder / "main.cpp", "-o", folder / "first", *self.package_flags("--libs"))
                self.assert_learns(folder / "first")

    def build_with_cmake(self, folder, compiler, *flags):
        run("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={' '.join(flags)}")
        run("cmake", "--build", folder / "build")

    def test_cmake(self):
        for compiler, processor in BY_CMAKE:
            with self.subTest(compiler=compiler, processor=processor):
                folder = self.new_folder(f"cmake {compiler} {processor}")
                (folder / "CMakeLists.txt").write_text(page_block("cmake"))
                self.build_with_cmake(folder, compiler, *PROCESSORS[processor])
                self.assert_learns(folder / "build/first")

    def test_subproject(self):
        """The engine, alone and without OpenBLAS, is built for this processor; of libraries only Eigen is found."""
        eigen = self.folder / "eigen alone"
        eigen.mkdir()
        where = run("pkg-config", "--variable=pcfiledir", "eigen3").strip()
        shutil.copy(Path(where) / "eigen3.pc", eigen)
        meson = page_block("meson")
        for processor, flags in PROCESSORS.items():
            meson += f"executable('{processor}', 'main.cpp', dependencies: tapestry, cpp_args: {flags})\n"
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                folder = self.new_folder(f"subproject {compiler}")
                (folder / "meson.build").write_text(meson)
                (folder / "subprojects").mkdir()
                (folder / "subprojects/tapestry").symlink_to(ROOT)
                (folder / "subprojects/tapestry.wrap").write_text(page_block("ini"))
                configured = run("meson", "setup", folder / "build", folder, "-Dbuildtype=plain", "-Dunity=subprojects",
                                 env={**os.environ, "CXX": compiler, "PKG_CONFIG_LIBDIR": str(eigen)})
                self.assertRegex(configured, r"Parts +: autograd\n")
                self.assertRegex(configured, r"Matrix products +: Eigen\n")
                run("ninja", "-C", folder / "build", *PROCESSORS)
                for processor in PROCESSORS:
                    self.assert_learns(folder / "build" / processor)

    def test_models(self):
        folder = self.new_folder("models")
        (folder / "main.cpp").write_text(WITH_MODELS)
        run("g++", "-std=c++20", *self.package_flags("--cflags", "tapestry-models"), folder / "main.cpp", "-o",
            folder / "first", *self.package_flags("--libs", "tapestry-models"))
        self.assert_learns(folder / "first")
        (folder / "CMakeLists.txt").write_text(page_block("cmake").replace("tapestry::tapestry", "tapestry::models"))
        self.build_with_cmake(folder, "clang++")
        self.assert_learns(folder / "build/first")

    def test_only_this_version_is_found(self):
        folder = self.new_folder("versions")
        for version, found in {"0.1": True, "0.2": False, "1.0": False}.items():
            asks = page_block("cmake").replace("(tapestry REQUIRED)", f"(tapestry {version} REQUIRED)")
            (folder / "CMakeLists.txt").write_text(asks)
            if found:
                self.build_with_cmake(folder, "g++")
            else:
                with self.assertRaisesRegex(AssertionError, f"compatible with requested version.*{version}"):
                    self.build_with_cmake(folder, "g++")

    def test_other_alignment_is_refused(self):
        folder = self.new_folder("other alignment")
        flags = self.package_flags("--cflags")
        for alignment in ["-DEIGEN_MAX_ALIGN_BYTES=64", "-DEIGEN_MAX_STATIC_ALIGN_BYTES=64"]:
            without = [flag for flag in flags if flag != alignment]
            self.assertEqual(len(without), len(flags) - 1)
            for compiler in COMPILERS:
                with self.assertRaisesRegex(AssertionError, "compile with the flags of the package tapestry"):
                    run(compiler, "-std=c++20", "-fsyntax-only", *without, folder / "main.cpp")

    def test_the_engine_includes_eigen_and_the_standard_library_alone(self):
        included = {name for path in (ROOT / "autograd").rglob("*.?pp")
                    for name in re.findall(r"^#include <(.*)>", path.read_text(), re.MULTILINE)}
        self.assertEqual({name for name in included if not re.match(r"(unsupported/)?Eigen/|\w+$", name)}, set())
        self.assertIn("Eigen/Core", included)

    def test_who_has_not_learned_is_told_apart(self):
        printed = "".join(f"step {step:4}: {loss}\n" for step, loss in enumerate([0.7, 0.3, 0.2, 0.1, 0.01]))
        self.assertTrue(has_learned(printed))
        for old, new in [("0.01", "0.08"), ("0.01", "nan"), ("0.7", "0.01"), ("step    4: 0.01\n", "")]:
            self.assertFalse(has_learned(printed.replace(old, new)), new)


if __name__ == "__main__":
    unittest.main()
