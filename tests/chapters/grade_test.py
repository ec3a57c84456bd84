"""chapters/grade with a compiler: a class whose students make every kind of mistake in chapter 11.

grade_test.py BUILD   the folder that the checks of chapter 11 were built in
"""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "chapters" / "11_vae"
BUILD = ROOT / "build"
SKELETON, SOLUTION = ((FOLDER / "exercises" / name).read_text(encoding="utf-8")
                      for name in ("exercise.cpp", "solution.cpp"))
NEEDS = '#include <cmath>\n#include <cstdio>\n#include <cstdlib>\n#include "chapters/lesson/exercise/todo.hpp"\n'


def grade(*words):
    return subprocess.run([sys.executable, "-B", ROOT / "chapters" / "course" / "grade.py", "--build", BUILD, *words],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def answers(bodies, text=SKELETON):
    """The student's file with these bodies, {exercise: C++}, in place of what stands there."""
    for number, body in bodies.items():
        text, count = re.subn(rf"(// {re.escape(number)}\b.*?\{{\n).*?(\n\}}\n)", lambda found: found[1] + body + found[2],
                              text, count=1, flags=re.DOTALL)
        assert count == 1, number
    return text.replace("#include <cmath>\n", NEEDS, 1)


STUDENTS = {
    # right and wrong answers, and one that is not there
    "ann": answers({"11.2": "  return mu + exp(log_var) * epsilon;", "11.3": '  lesson::todo("later");'}, SOLUTION),
    # what ends without a verdict; the right answer above costs nothing
    "ben": answers({"11.1": "  return 0.5 * sum(square(mu) + exp(log_var) - 1 - log_var, By::row);",
                    "11.2": "  volatile int* nowhere = nullptr;\n  *nowhere = 1;\n  return mu;",
                    "11.3": "  for (volatile int i = 0;; i = i + 1) {}",
                    "11.4": '  for (;;) std::puts("a line");',
                    "11.5": '  std::puts("11.5   right");\n  std::_Exit(0);'}),
    # two answers that do not compile
    "cem": answers({"11.2": "  return mu + exp(0.5 * log_var) * epsilon", "11.5": "  return log_sum_exp(log_weights);"},
                   SOLUTION),
    # nothing compiles
    "dan": "#error not finished\n",
    # a brace is missing
    "dee": SOLUTION.replace("epsilon;\n}", "epsilon;\n"),
    # has a verdict of its own
    "kim": SOLUTION + "int main() { return 0; }\n",
    # 0 from 1/2, a float and what is not used, std::exp on a Var, a value where a Var is expected, NaN
    "ida": answers({"11.1": "  return 1 / 2 * sum(square(mu) + exp(log_var) - 1 - log_var, By::row);",
                    "11.2": "  int unused = 1;\n  const float half = 0.25;\n  return mu + exp(half * log_var) * epsilon;",
                    "11.3": "  return decode(std::exp(q.mu));",
                    "11.4": "  autograd::Tape tape;\n  const Var<double> loss = tape.variable(1.0).value();\n  return loss.value();",
                    "11.5": "  return log(-1 - square(sum(log_weights, By::row)));"}),
    # errors of which the compiler shows the second when the first is out of its way
    "lea": answers({"11.1": '#include "nowhere.hpp"\n  return mu;', "11.3": "  return decode(q.mu)"}, SOLUTION),
    # throws what is no exception, answers on a tape of its own, fills the memory
    "eve": answers({"11.1": "  throw 1;",
                    "11.5": "  Matrix<double> large(40000, 40000);\n  large.setZero();\n  return log_weights;"}),
}


class Class(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.students = Path(folder) / "class"
            for name, text in STUDENTS.items():
                (cls.students / name / "11_vae").mkdir(parents=True)
                (cls.students / name / "11_vae" / "exercise.cpp").write_text(text, encoding="utf-8")
            (cls.students / "fay").mkdir()
            report, junit = Path(folder) / "report.json", Path(folder) / "junit.xml"
            before = [(file, file.stat().st_mtime_ns) for file in sorted(FOLDER.rglob("*"))]
            cls.graded = grade("11", "--class", cls.students, "--limit", "3", "--memory", "4000", "--json", report,
                               "--junit", junit)
            cls.untouched = before == [(file, file.stat().st_mtime_ns) for file in sorted(FOLDER.rglob("*"))]
            cls.rows = {row["student"]: row for row in csv.DictReader(io.StringIO(cls.graded.stdout))}
            cls.reports = {student["student"]: {e["number"]: e["report"] for e in student["chapters"][0]["exercises"]}
                           for student in json.loads(report.read_text(encoding="utf-8"))["students"]}
            cls.junit = junit.read_text(encoding="utf-8")

    def row(self, student):
        """The points of what passed, the state of what did not, and the sum."""
        row = self.rows[student]
        return [row[number] if row[f"{number} state"] == "passed" else row[f"{number} state"]
                for number in ("11.1", "11.2", "11.3", "11.4", "11.5")] + [row["total"]]

    def test_the_class(self):
        self.assertEqual((self.graded.returncode, sorted(self.rows)), (0, sorted([*STUDENTS, "fay"])), self.graded.stderr)
        self.assertTrue(self.untouched)
        self.assertEqual(self.junit.count("<testsuite "), len(STUDENTS) + 1)

    def test_right_wrong_and_untouched(self):
        self.assertEqual(self.row("ann"), ["2", "failed", "not attempted", "3", "2", "7"])
        self.assertIn("likely: ε is scaled by the variance.", self.reports["ann"]["11.2"])
        self.assertRegex(self.reports["ann"]["11.2"], r"edit 11_vae/exercise.cpp, line \d+ ")

    def test_crashes_and_hangs_cost_their_own_points(self):
        self.assertEqual(self.row("ben"), ["2", "crashed", "timed out", "crashed", "crashed", "2"])
        self.assertIn("it printed more than 1 MB", self.reports["ben"]["11.4"])
        self.assertIn("it ended with status 0 before its answer was checked", self.reports["ben"]["11.5"])

    def test_what_does_not_compile_costs_its_own_points(self):
        self.assertEqual(self.row("cem"), ["2", "not built", "3", "3", "not built", "8"])
        self.assertIn("error: expected", self.reports["cem"]["11.2"])
        self.assertNotIn("By::row", self.reports["cem"]["11.2"])
        self.assertIn("likely: your answer is one number.", self.reports["cem"]["11.5"])
        self.assertEqual(self.row("dee"), ["2", "not built", "3", "3", "2", "10"])
        self.assertIn("likely: in this answer a { has no }", self.reports["dee"]["11.2"])
        self.assertEqual(self.row("dan"), ["not built"] * 5 + ["0"])

    def test_other_ways_to_fail(self):
        self.assertEqual(self.row("kim"), ["2", "1", "3", "3", "not built", "9"])
        self.assertRegex(self.reports["kim"]["11.5"], "multiple definition of [`']main'")  # ld's and gold's quotes
        self.assertIn("likely: the program has a main of its own.", self.reports["kim"]["11.5"])
        self.assertEqual(self.row("eve"), ["failed", "not attempted", "not attempted", "not attempted", "failed", "0"])
        self.assertIn("it threw something that is no std::exception", self.reports["eve"]["11.1"])
        self.assertIn("it threw: std::bad_alloc\nlikely: it asks for more memory", self.reports["eve"]["11.5"])

    def test_what_is_likely(self):
        """What the compiler warns of, and numbers that are not what they seem, beside a wrong answer."""
        self.assertEqual(self.row("ida"), ["failed", "failed", "not built", "not built", "failed", "0"])
        self.assertRegex(self.reports["ida"]["11.1"], r"likely: line \d+: 1 / 2 of whole numbers is 0. Write 1.0 / 2")
        self.assertRegex(self.reports["ida"]["11.2"], r"likely: line \d+: a float keeps 7 digits")
        self.assertRegex(self.reports["ida"]["11.2"], r"exercise.cpp:\d+:\d+: warning: unused variable")
        self.assertIn("likely: the functions of std:: take plain numbers.", self.reports["ida"]["11.3"])
        self.assertIn("likely: .value() is a plain number", self.reports["ida"]["11.4"])
        self.assertIn("likely: NaN comes from", self.reports["ida"]["11.5"])
        self.assertNotIn("warning", self.reports["ida"]["11.5"])

    def test_errors_that_show_only_in_a_second_compile(self):
        """A header that is not there ends the first one before the rest is read."""
        self.assertEqual(self.row("lea"), ["not built", "1", "not built", "3", "2", "6"])
        self.assertIn("nowhere.hpp", self.reports["lea"]["11.1"])
        self.assertIn("error: expected", self.reports["lea"]["11.3"])

    def test_nothing_handed_in(self):
        self.assertEqual(self.row("fay"), ["missing"] * 5 + ["0"])
        self.assertEqual(self.reports["fay"]["11.1"], "expected 11_vae/exercise.cpp, found nothing of that name")


class Student(unittest.TestCase):
    def test_a_fresh_clone(self):
        graded = grade("11")
        self.assertEqual(graded.returncode, 0)
        self.assertEqual(graded.stdout.count("  not attempted  "), 5)
        self.assertTrue(graded.stdout.endswith("0 of 5 passed, 0 of 11 points\n\n"))
        self.assertEqual(grade("11.2").stdout.count("  not attempted  "), 1)
        self.assertEqual(grade("011.2").stdout, grade("11.2").stdout)

    def test_hints_and_table(self):
        second = grade("--hint", "11.2", "--level", "2").stdout
        self.assertIn("(hint 2 of 3; more: chapters/grade 11 --hint 11.2 --level 3)", second)
        self.assertNotIn("more:", grade("--hint", "11.2").stdout)  # the next is the last
        self.assertIn("11.4        3       25   eq:minibatch-grad", grade("11", "--list").stdout)

    def test_wrong_requests(self):
        for words, sentence in ((["12"], "there is no chapter '12' with exercises (known: "),
                                (["11.7"], "there is no exercise '11.7' (known: 11.1, "),
                                (["--limit", "0"], "expected an integer of at least 1, found '0'"),
                                (["²"], "there is no chapter '²' with exercises (known: "),
                                (["11_vea"], "there is no chapter '11_vea' with exercises: did you mean 11_vae? (known: "),
                                (["vae"], "did you mean 11_vae?"), (["11.²"], "there is no exercise '11.²' (known: 11.1, "),
                                (["--hint", "11"], "--hint: expected an exercise, found the chapter '11' (its exercises: 11.1"),
                                (["--level", "3"], "--level: of which exercise's hint? Expected --hint EXERCISE as well"),
                                (["--hnt", "11.2"], "unrecognized arguments: --hnt: did you mean --hint?"),
                                (["11", "--csv", "x.csv"], "--csv: of a class. Expected --class DIR as well"),
                                (["11", "--reports", "x"], "--reports: of a class. Expected --class DIR as well"),
                                (["--class", ROOT / "chapters"], "found the chapter 00_tape: is it of one student?"),
                                (["--class", ROOT / "models"], "expected a folder outside of "),
                                (["--seed", "²"], "expected an integer of at least 1, found '²'"),
                                (["--class", "/nowhere"], "expected a folder with one folder for each student"),
                                (["11", "--json", "/nowhere/x.json"], "/nowhere/x.json")):
            graded = grade(*words)
            self.assertEqual((graded.returncode, graded.stderr.count("\n")), (2, 1), graded.stderr)
            self.assertIn(sentence, graded.stderr)


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1))
    unittest.main()
