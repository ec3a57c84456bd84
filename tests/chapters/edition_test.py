"""chapters/edition makes a student's edition of the last commit: no solution is in it, its texts speak of nothing that is not
there, and it grades an untouched, a right and a partly right chapter 04 for GitHub Classroom and as Gradescope does.

edition_test.py BUILD   the folder that the checks of chapter 04 were built in; the edition's build borrows its libraries"""

import base64
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "chapters" / "course"))

from answers import code_of  # noqa: E402
from checkout import Stop  # noqa: E402
from edition import check_untouched, without_answers  # noqa: E402

BUILD = ROOT / "build"
CHAPTER = "04_iid_log_likelihood"
EXERCISE = f"chapters/{CHAPTER}/exercises/exercise.cpp"
PLACE = tempfile.TemporaryDirectory(prefix="edition_")
EDITION = Path(PLACE.name) / "source"  # beside it lie submission and results, as on Gradescope
DISTINCTIVE = 36  # characters of a line of code, blanks aside; shorter ones are alike by nature

# Lines of solutions that stand elsewhere, too. In a check: what the third hint says (1.1, 1.3, 2.1, 3.1, 5.4, 8.7), or an
# answer of which a listed mistake is a variant (0.2, 1.5, 3.4, 11.4). chapters/TEACHING.md says why.
IN_CHECKS = [
    "for (tiny::Record& record : tape.records) record.adjoint = 0;",
    "const auto error = [&](double t) { return share * phi(t - delta / 2) + (1 - share) * (1 - phi(t + delta / 2)); };",
    "const auto square = [&](double at, int k) { return (at - answer[K + k]) * (at - answer[K + k]); };",
    "return phi(-w.dot(mu) / std::sqrt(w.dot(sigma * w)));",
    "return u < 0.5 ? mu + b * std::log(2 * u) : mu - b * std::log(2 * (1 - u));",
    "for (const int parent : parents[j]) rows *= states[parent];",
    "for (const int parent : parents[j]) kept[parent] = true;",
    "if (!removed[p] && !removed[q] && (reached[p] || reached[q])) reached[p] = reached[q] = true;",
    "for (const double x : g) S2 += (x - mean) * (x - mean) / N;",
    "const double a = heads + 1, b = tails + 1, p = a / (a + b);",
    "auto m = adam.m.array(), v = adam.v.array();",
]
# In what the course is about: the library, and the chapters' programs and texts.
IN_THE_COURSE = [
    "for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {",
    "for (std::size_t k = 0; k < weight.size(); ++k) {",
    "for (std::size_t t = 1; t < betas.size(); ++t) {",
    "return 0.5 * sum(square(mu) + exp(log_var) - 1 - log_var, By::row);",
    "Buffer<double> gradient = Buffer<double>::Zero(theta.size());",
]


def lines_of(text):
    """The lines of code, without blanks, that are long enough to be told from others."""
    lines = (re.sub(r"\s", "", line) for line in code_of(text.splitlines()).splitlines())
    return {line for line in lines if len(line) >= DISTINCTIVE and not line.startswith("#include")}


KNOWN = set().union(*(lines_of(line) for line in IN_CHECKS + IN_THE_COURSE))


@functools.cache
def secrets():
    """The lines of all solutions that nobody has been handed out."""
    found = set()
    for solution in ROOT.glob("chapters/*/exercises/solution.cpp"):
        given = "".join(re.sub(r"\s", "", solution.with_name(name).read_text(encoding="utf-8"))
                        for name in ("exercise.hpp", "exercise.cpp"))
        found |= {line for line in lines_of(solution.read_text(encoding="utf-8")) if line not in given}
    return found


def leaks(files):
    """[(file, line)] of the solutions' lines in these files."""
    wanted, found = secrets(), []
    for file in files:
        text = file.read_bytes()
        if b"\0" not in text:
            # comments and strings, too: a line may be quoted
            lines = [re.sub(r"\s", "", line) for line in text.decode(errors="replace").splitlines()]
            found += [(file.relative_to(EDITION), secret) for secret in wanted if any(secret in line for line in lines)]
    return found


def files_in(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and
            not path.relative_to(folder).parts[0].startswith(("build", ".git")) or path.match(".github/workflows/*")]


def run(*words, folder=EDITION, **environment):
    return subprocess.run(list(map(str, words)), cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment}, check=False)


def make(*words):
    return run(sys.executable, "-B", ROOT / "chapters/course/edition.py", *words, folder=PLACE.name)


def grade(*words):
    """As chapters/grade does once all is installed and configured."""
    return run(sys.executable, "-B", "chapters/course/grade.py", *words)


def answer(*numbers):
    """A file with the reference answers to these exercises and the others untouched."""
    untouched = run("git", "show", f"HEAD:{EXERCISE}").stdout
    solution = (ROOT / EXERCISE).with_name("solution.cpp").read_text(encoding="utf-8")
    part = r"(?ms)^// {}\b.*?(?=^// 4\.\d|^\}}  // namespace)"
    for number in numbers:
        theirs = re.search(part.format(re.escape(number)), solution)[0]
        untouched = re.sub(part.format(re.escape(number)), lambda _, theirs=theirs: theirs, untouched)
    return untouched


def hand_in(*numbers):
    (EDITION / EXERCISE).write_text(answer(*numbers), encoding="utf-8")


def build():
    """Meson's options are those of BUILD. Libraries of the same commands are taken from there, as ninja's log knows; they are
    not older than the edition's files, whose stamps are set back."""
    options = json.loads(run("meson", "introspect", "--buildoptions", BUILD).stdout)
    chosen = [f"-D{option['name']}={option['value']}".replace("=True", "=true").replace("=False", "=false")
              for option in options if option["name"] in ("native", "werror", "optimization", "debug", "b_ndebug", "unity",
                                                          "blas", "openmp")]
    for file in files_in(EDITION):
        os.utime(file, (10 ** 9, 10 ** 9))
    configured = run("meson", "setup", "build", *chosen)
    log = (BUILD / ".ninja_log").read_text(encoding="utf-8").splitlines(keepends=True)
    (EDITION / "build" / ".ninja_log").write_text("".join(line for line in log if "\tbuild.ninja\t" not in line))
    shutil.copy2(BUILD / ".ninja_deps", EDITION / "build")
    for name in ("autograd", "models", "plots", "chapters/lesson"):
        shutil.copytree(BUILD / name, EDITION / "build" / name, dirs_exist_ok=True)
    made = run("ninja", "-C", "build", f"chapters/exercise_{CHAPTER[:2]}", f"chapters/handed_out_{CHAPTER[:2]}")
    return configured, made


def setUpModule():
    if run("git", "rev-parse", "HEAD", folder=ROOT).returncode != 0:
        raise unittest.SkipTest("this is no git repository, of which an edition could be made")
    made = make(EDITION, CHAPTER[:2])
    assert made.returncode == 0, made.stderr


def tearDownModule():
    PLACE.cleanup()


class WhatIsInIt(unittest.TestCase):
    def test_no_solution(self):
        found = leaks(files_in(EDITION))
        self.assertEqual([leak for leak in found if leak[1] not in KNOWN], [])
        self.assertEqual(KNOWN - {line for _, line in found}, set(), "these are no longer anywhere: take them off the list")
        for line in IN_CHECKS:
            self.assertTrue(all(file.name == "check.cpp" for file, secret in found if secret in lines_of(line)
                                and file.parts[0] == "chapters" and "exercises" in file.parts), line)

    def test_a_leak_would_be_found(self):
        """A line of each solution, in a text, in a comment of a program and in a string."""
        for number, solution in enumerate(sorted(ROOT.glob("chapters/*/exercises/solution.cpp"))):
            line = next(line for line in solution.read_text(encoding="utf-8").splitlines()
                        if lines_of(line) & secrets() - KNOWN)
            planted = EDITION / "chapters" / ("planted.md", "planted.cpp", "planted.py")[number % 3]
            planted.write_text(("```\n{}\n```\n", "  // {}\n", "text = '''{}'''\n")[number % 3].format(line), encoding="utf-8")
            self.assertEqual([file.name for file, secret in leaks([planted])], [planted.name], line)
            planted.unlink()

    def test_exercises_are_as_handed_out(self):
        for exercise in ROOT.glob("chapters/*/exercises/exercise.cpp"):
            name = exercise.relative_to(ROOT)
            head = run("git", "show", f"HEAD:{name}", folder=ROOT).stdout
            self.assertEqual((EDITION / name).read_text(encoding="utf-8"), head)
            self.assertIn(head.split("#include", 1)[1], (EDITION / name).with_name("handed_out.cpp").read_text(encoding="utf-8"))
        with self.assertRaisesRegex(Stop, "not as handed out: expected 2 times lesson::todo, found 1"):
            check_untouched("exercise.cpp", "{ lesson::todo(1); } { return 1; }", "{.number = 1}, {.number = 2}")

    def test_texts(self):
        """Links, quotes and the lines that speak of what is not there."""
        quotes = run(sys.executable, "-B", "tests/quotes_test.py")
        self.assertEqual(quotes.returncode, 0, quotes.stderr)
        speaking = [text.relative_to(EDITION) for text in EDITION.rglob("*.md")
                    if re.search(r"TEACHING|solution\.cpp|chapters/edition|[Ff]or teachers", text.read_text(encoding="utf-8"))]
        self.assertEqual(speaking, [])
        self.assertEqual(without_answers("x.md", "a\n| `solution.cpp` |\nb\n\n[teachers](TEACHING.md)\n"), "a\nb\n")
        with self.assertRaisesRegex(Stop, "expected the line"):
            without_answers("chapters/README.md", "a\n")
        self.assertIn("`exercises/handed_out.cpp`", (EDITION / "chapters/README.md").read_text(encoding="utf-8"))

    def test_its_repository(self):
        self.assertEqual(run("git", "log", "--format=%s").stdout, "Tapestry 0.1.0, student's edition\n")
        kept = run("git", "rev-list", "--all", "--objects").stdout  # also what only the history holds
        self.assertIn("handed_out.cpp", kept)
        for name in ("solution.cpp", "TEACHING.md", "wrong_answers_test.py", "broken_answers_test.py", "class_test.py",
                     "grade_test.py", "edition", "whole_class.py"):
            self.assertNotRegex(kept, rf"(?m)/{re.escape(name)}$")
        self.assertEqual(run("git", "ls-files", "autograder", ".github").stdout.split(), [
            ".github/workflows/classroom.yml", "autograder/chapters", "autograder/run_autograder", "autograder/setup.sh"])
        self.assertEqual((EDITION / "autograder/chapters").read_text(encoding="utf-8"), CHAPTER + "\n")


class WhereItIsMade(unittest.TestCase):
    def refused(self, sentence, *words):
        made = make(*words)
        self.assertEqual((made.returncode, made.stderr.count("\n")), (2, 1), made.stderr)
        self.assertIn(sentence, made.stderr)

    def test_a_place_that_will_not_do(self):
        self.refused("exists already. Expected a new folder, or an empty one", EDITION)
        self.refused("expected a folder outside of the project, found", ROOT / "edition")
        self.refused("expected a folder outside of the project, found", ROOT)
        self.refused("found no folder /nowhere", "/nowhere/edition")
        self.refused("there is no chapter '99' with exercises", Path(PLACE.name) / "other", "99")
        self.refused("unrecognized arguments: --solutions", "--solutions", Path(PLACE.name) / "other")
        self.assertFalse((ROOT / "edition").exists() or (Path(PLACE.name) / "other").exists())

    def test_no_space(self):
        """A limit of a file's size stands for a disk that is full."""
        place = Path(PLACE.name) / "full"
        place.mkdir()
        script = f'ulimit -f 100; trap "" XFSZ; exec "{sys.executable}" -B "{ROOT}/chapters/course/edition.py" "{place}/x"'
        made = run("bash", "-c", script)
        self.assertEqual((made.returncode, made.stderr.splitlines()[-1].startswith("chapters/edition: ")), (2, True), made.stderr)
        self.assertNotIn("Traceback", made.stderr)
        self.assertEqual(list(place.iterdir()), [])

    def test_interrupted(self):
        for signal_ in (signal.SIGINT, signal.SIGTERM):
            place = Path(PLACE.name) / f"interrupted_{signal_}"
            place.mkdir()
            made = subprocess.Popen([sys.executable, "-B", ROOT / "chapters/course/edition.py", place / "x"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not any(place.glob(".x.draft_*/*")) and made.poll() is None:
                time.sleep(0.001)
            made.send_signal(signal_)
            self.assertEqual((made.wait(), list(place.iterdir())), (128 + signal_, []))


class Grading(unittest.TestCase):
    """Chapter 04: 1, 2, 2, 2 and 3 points."""

    @classmethod
    def setUpClass(cls):
        for step in build():
            assert step.returncode == 0, step.stdout + step.stderr

    def tearDown(self):
        hand_in()

    def graded(self, *words):
        """Gradescope's results of the command line, after a look at their format, and GitHub Classroom's."""
        results, outputs = EDITION.parent / "results.json", EDITION.parent / "outputs"
        outputs.write_text("other=1\n", encoding="utf-8")
        done = grade(*words, "--gradescope", results, "--github", outputs)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        other, result = outputs.read_text(encoding="utf-8").splitlines()
        self.assertTrue(other == "other=1" and result.startswith("result="))
        return self.gradescope(results), self.classroom(result.removeprefix("result="))

    def gradescope(self, file):
        found = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual(set(found), {"score", "max_score", "stdout_visibility", "tests"})
        self.assertIn(found["stdout_visibility"], ("hidden", "after_due_date", "after_published", "visible"))
        for test in found["tests"]:
            kinds = {key: type(value) for key, value in test.items()}
            self.assertEqual(kinds, {"name": str, "number": str, "score": int, "max_score": int, "status": str, "output": str})
            self.assertIn(test["status"], ("passed", "failed"))
        self.assertEqual(found["score"], sum(test["score"] for test in found["tests"]))
        self.assertEqual(found["max_score"], sum(test["max_score"] for test in found["tests"]))
        return found

    def classroom(self, encoded):
        found = json.loads(base64.b64decode(encoded))
        self.assertEqual((found["version"], found["max_score"]), (1, 10))
        for test in found["tests"]:
            self.assertEqual(set(test), {"name", "status", "score", "message", "test_code", "filename", "line_no", "duration"})
            self.assertIn(test["status"], ("pass", "fail"))
        return found

    def test_an_untouched_a_right_and_a_partial_submission(self):
        for numbers, points in (((), [0] * 5), (("4.1", "4.2", "4.3", "4.4", "4.5"), [1, 2, 2, 2, 3]),
                                (("4.2", "4.5"), [0, 2, 0, 0, 3])):
            hand_in(*numbers)
            gradescope, classroom = self.graded("04")
            self.assertEqual([test["score"] for test in gradescope["tests"]], points)
            self.assertEqual([test["max_score"] for test in gradescope["tests"]], [1, 2, 2, 2, 3])
            self.assertEqual([test["score"] for test in classroom["tests"]], points)
            self.assertEqual(classroom["status"], "pass" if sum(points) == 10 else "fail")
            self.assertEqual([test["status"] for test in gradescope["tests"]],
                             ["passed" if own else "failed" for own in points])

    def test_one_that_does_not_compile_and_one_that_is_wrong(self):
        """The answers that are handed out stand in for what is broken, and earn nothing."""
        text = answer("4.1", "4.2", "4.5")
        text = text.replace("const double squares = summary", "const double squares = = summary")
        text = text.replace("-0.5 * (n - 1) * std::log1p", "-0.5 * n * std::log1p")
        (EDITION / EXERCISE).write_text(text, encoding="utf-8")
        found, _ = self.graded("04")
        self.assertEqual([test["output"].split("\n")[0] for test in found["tests"]],
                         ["passed", "not built", "not attempted", "not attempted", "failed"])
        self.assertEqual(found["score"], 1)
        self.assertIn("How many pairs of neighbours do n points have?", found["tests"][4]["output"])

    def test_several_exercises_by_name(self):
        hand_in("4.2")
        results = EDITION.parent / "results.json"
        grade("4.4", "04.2", "--gradescope", results)
        self.assertEqual([test["number"] for test in self.gradescope(results)["tests"]], ["4.2", "4.4"])
        self.assertIn("there is no exercise '4.9'", grade("4.2", "4.9").stderr)

    def test_as_gradescope_does(self):
        """run_autograder finds the file in each of the places that it may have been handed in to."""
        submission, results = EDITION.parent / "submission", EDITION.parent / "results" / "results.json"
        results.parent.mkdir()
        for place in (f"chapters/{CHAPTER}/exercises/exercise.cpp", f"{CHAPTER}/exercise.cpp", "exercise.cpp"):
            file = submission / place
            file.parent.mkdir(parents=True)
            file.write_text(answer("4.5"), encoding="utf-8")
            done = run("autograder/run_autograder", AUTOGRADER=str(EDITION.parent))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"{CHAPTER}: grading {place}\n", done.stdout)
            self.assertEqual(self.gradescope(results)["score"], 3)
            shutil.rmtree(submission)
            hand_in()

    def test_hints_and_the_table(self):
        self.assertIn("4.5         3       25   eq:iid", grade("--list", "04").stdout)
        self.assertIn("(hint 2 of 3; more: ", grade("--hint", "4.2", "--level", "2").stdout)
        self.assertIn("unrecognized arguments: --class", grade("--class", EDITION).stderr)


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
