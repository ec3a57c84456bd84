"""chapters/course without a compiler: running a program that misbehaves, reports, and what an index must not lack."""

import csv
import io
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "chapters" / "course"))

import equations  # noqa: E402
import figures  # noqa: E402
import index  # noqa: E402
from answers import Answers  # noqa: E402
from checkout import Exercise, compiler_messages  # noqa: E402
from exercise_table import faults_of_table, with_table  # noqa: E402
from limits import Limits  # noqa: E402
from reports import to_json, to_junit, write_csv  # noqa: E402
from run import Result, run  # noqa: E402


def exercise(number="5.2", points=2):
    return Exercise(number, "eq:scaled", "E[ c·Σ ] = ∇log p(D)", points, 15)


class Running(unittest.TestCase):
    """A check program stands in as a script: $verdict is the file it writes, $word what it read."""

    def state(self, script, limits=Limits(seconds=5)):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_text(f'#!/usr/bin/env bash\nread -r word\nverdict=$3\n{script}\n')
            program.chmod(0o755)
            result = run(program, exercise(), Path("ann/exercise.cpp"), limits)
        return result.state, result.report, result.points

    def test_verdicts(self):
        self.assertEqual(self.state('echo "$word right" >"$verdict"'), ("passed", "", 2))
        self.assertEqual(self.state('echo no; echo "$word wrong" >"$verdict"; exit 1'), ("failed", "no", 0))
        self.assertEqual(self.state('echo "$word not attempted" >"$verdict"; exit 77')[0], "not attempted")

    def test_a_forged_verdict_earns_nothing(self):
        for forged in ("echo right", "echo '5.2   right'; exit 0", 'echo right >"$verdict"',
                       'echo "0123456789 right" >"$verdict"', 'echo "$word right" >"$verdict"; exit 1',
                       'echo "$word wrong" >"$verdict"; exit 0', 'echo "$word right" >"$verdict"; kill -SEGV $$'):
            state, _, points = self.state(forged)
            self.assertEqual((state, points), ("crashed", 0), forged)

    def test_crash(self):
        state, report, _ = self.state("echo so far; kill -SEGV $$")
        self.assertEqual(state, "crashed")
        self.assertEqual(report, "so far\nit ended by signal 11: Segmentation fault\n"
                                 "edit ann/exercise.cpp        (hint: chapters/grade 05 --hint 5.2)")
        self.assertIn("it ended with status 3 before its answer was checked", self.state("exit 3")[1])

    def test_time(self):
        for script in ("while :; do :; done", "sleep 60", "trap '' TERM; sleep 60"):
            state, report, _ = self.state(script, Limits(seconds=1))
            self.assertEqual(state, "timed out", script)
            self.assertIn("it did not end within 1 s", report)

    def test_what_it_started_ends_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            alive = Path(folder) / "alive"
            self.state(f'(sleep 1; touch "{alive}") & echo "$word right" >"$verdict"')
            Running.state(self, "sleep 1.5")
            self.assertFalse(alive.exists())

    def test_output_without_end(self):
        state, report, _ = self.state("yes 'a line'")
        self.assertEqual(state, "crashed")
        self.assertIn("it printed more than 1 MB", report)
        self.assertLess(len(report), 2000)

    @unittest.skipUnless(sys.platform == "linux", "ulimit -v is Linux's")
    def test_memory(self):
        script = f"exec {sys.executable} -c 'x = bytearray(2**30); import os; os.kill(os.getpid(), 9)'"
        state, report, _ = self.state(script, Limits(megabytes=500))
        self.assertEqual(state, "crashed")
        self.assertIn("MemoryError", report)


class Compiling(unittest.TestCase):
    text = "#include <x>\n// 1.6 is the notes'\n// 5.1 one\nint a() {\n}\n// 5.2 two\nint b() {\n}\n// 5.10\nint c() {\n}\n"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "exercise.cpp"
        self.file.write_text(self.text)
        self.answers = Answers(self.file, ["5.1", "5.2", "5.10"])

    def lost(self, *messages):
        return self.answers.lost_with("\n".join(f"{self.file}:{message}" for message in messages))

    def test_where_the_errors_lie(self):
        self.assertEqual(self.lost("7:3: error: expected ;"), {"5.2"})
        self.assertEqual(self.lost("3:3: error: no", "11:1: error: no"), {"5.1", "5.10"})
        self.assertEqual(self.lost("2:3: error: no", "11:1: error: no"), set())  # above all answers
        self.assertEqual(self.answers.lost_with("/usr/bin/ld: undefined reference"), set())

    def test_where_a_brace_is_missing(self):
        for compiler in ("a function-definition is not allowed here before", "function definition is not allowed here"):
            self.assertEqual(self.lost(f"10:9: error: {compiler}", "11:1: error: expected }"), {"5.2"})
        self.assertEqual(self.lost("4:9: error: a function-definition is not allowed here before"), set())

    def test_the_messages_of_one_answer(self):
        one, two = f"{self.file}:4:1: error: no\n  hint\n", f"{self.file}:7:1: error: never"
        self.assertEqual(self.answers.errors_of("5.2", one + two), two)
        self.assertEqual(self.answers.errors_of("5.1", one + two), one.rstrip())
        self.assertEqual(self.answers.errors_of("5.10", one + two), one + two)

    def test_the_reference_stands_in(self):
        reference = self.file.parent / "solution.cpp"
        reference.write_text("// 5.2\nint b() { return 2; }\n")
        text = self.answers.without({"5.2"}, Answers(reference, ["5.1", "5.2", "5.10"]))
        self.assertNotIn("int b() {\n", text)
        self.assertIn('#line 1 "solution.cpp"\n// 5.2\nint b() { return 2; }\n#line 9 ', text)
        self.assertIn(f'#line 3 "{self.file}"\n// 5.1 one\nint a() {{\n}}\n', text)

    def test_the_compiler_alone(self):
        log = ("[1/2] Compiling C++ object x.o\nFAILED: x.o \nccache c++ -Ix -c ../x.cpp\n../x.cpp: In function ‘f’:\n"
               "../x.cpp:1:2: \x1b[01;31merror:\x1b[m expected ;\nninja: build stopped\n")
        self.assertEqual(compiler_messages(log), "../x.cpp:1:2: error: expected ;")


class Reports(unittest.TestCase):
    ann = {"05_minibatch_sgd": [Result(exercise(), "passed"), Result(exercise("5.3"), "failed", "a < b \x1b[1m&")]}
    ben = {"05_minibatch_sgd": [Result(exercise(), "not attempted"), Result(exercise("5.3"), "timed out")]}

    def test_csv(self):
        file = io.StringIO()
        write_csv({"ann": self.ann, "ben, jr.": self.ben}, file)
        self.assertEqual(list(csv.reader(io.StringIO(file.getvalue()))),
                         [["student", "5.2", "5.3", "total"], ["ann", "2", "failed", "2"],
                          ["ben, jr.", "not attempted", "timed out", "0"]])

    def test_json(self):
        report = to_json(self.ann)
        self.assertEqual((report["points"], report["possible"]), (2, 4))
        self.assertEqual([e["state"] for e in report["chapters"][0]["exercises"]], ["passed", "failed"])

    def test_junit(self):
        report = [Result(exercise(), state, "a < b") for state in
                  ("passed", "failed", "crashed", "timed out", "not built", "not attempted")]
        suite = ElementTree.fromstring(to_junit({"ch05": report}).partition("\n")[2])[0]
        self.assertEqual([suite.get(name) for name in ("tests", "failures", "errors", "skipped")], ["6", "1", "3", "1"])
        self.assertEqual([[child.tag for child in case] for case in suite],
                         [[], ["failure"], ["error"], ["error"], ["error"], ["skipped"]])


def checked(slug, **changes):
    return {"slug": slug, "section": "1.6", "statement": "a = b", "label": "every subset", "kind": "exact", "relation": "=",
            "expected": "holds", "passed": True, "file": "chapters/05_x/demo.cpp", "line": 7, "lhs": 20.0, "rhs": 20.0,
            "tolerance": 1e-12, **changes}


class Figures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "05_a.csv").write_text('series,label,x,y\n0,rate,1,3\n0,rate,2,4\n1,"b, c",1,7\n')
        (self.folder / "05_images.csv").write_text("image,y,x,grey\n0,0,0,0.5\n")

    def faults(self, *shown, since=0.0, **metrics):
        shown = [dict(zip(("metric", "figure", "series"), one)) for one in shown]
        return figures.faults_of_figures({"chapter": "05_x", "metrics": metrics, "shown": shown}, self.folder, since)

    def test_a_series_ends_with_its_metric(self):
        self.assertEqual(self.faults(("test_rate", "05_a", "rate"), ("b", "05_a", "b, c"), test_rate=4.0, b=7.0), [])

    def test_another_number_a_missing_series_and_a_missing_metric(self):
        self.assertEqual(self.faults(("r", "05_a", "rate"), r=3.0), ["05_a.csv: 'rate' ends with 4, and r is 3"])
        self.assertEqual(self.faults(("r", "05_a", "x"), r=3.0), ["05_a.csv: no series 'x', which is to end with r"])
        self.assertEqual(self.faults(("r", "05_b", "rate"), r=4.0), ["05_b.csv: no series 'rate', which is to end with r"])
        self.assertEqual(self.faults(("r", "05_a", "rate")), ["05_a.csv: 'rate' is to end with r, which is no metric"])

    def test_a_figure_of_an_earlier_run_shows_nothing_of_this_one(self):
        later = (self.folder / "05_a.csv").stat().st_mtime + 1
        self.assertEqual(self.faults(("r", "05_a", "rate"), r=4.0, since=later),
                         ["05_a.csv: no series 'rate', which is to end with r"])

    def test_a_series_without_a_number_is_a_fault_of_any_chapter(self):
        (self.folder / "05_b.csv").write_text("series,label,x,y\n0,lost,1,NaN\n0,lost,2,Inf\n")
        self.assertEqual(self.faults(), ["05_b.csv: 'lost' has no finite number"])


class Index(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "table.csv").write_text("slug,notes,chapter\neq:a,1.6,05_x\neq:b,1.6,05_x\neq:c,1.7,06_y\n")
        self.equations = equations.Equations(self.folder / "table.csv")

    def faults(self, *checks, **results):
        return equations.faults_of_results(self.equations, "05_x", {"checks": list(checks), **results})

    def test_a_demo_that_owes_nothing(self):
        self.assertEqual(self.faults(checked("eq:a"), checked("eq:b"), checked("eq:c", section="1.7")), [])

    def test_missing_unknown_failed_and_misplaced(self):
        a, b = checked("eq:a"), checked("eq:b")
        self.assertEqual(self.faults(a), ["eq:b is owed, and the demo does not check it"])
        self.assertEqual(self.faults(a, b, checked("eq:z")),
                         ["eq:z is checked by the demo, and chapters/equations.csv does not know it"])
        self.assertEqual(self.faults(a, checked("eq:b", passed=False)), ["eq:b, every subset: failed"])
        self.assertEqual(self.faults(a, checked("eq:b", section="1.5")),
                         ["eq:b is printed as of section 1.5, expected 1.6"])
        self.assertEqual(self.faults(a, b, error="no data"), ["the demo failed: no data"])

    def folder_faults(self, text="`eq:a` `eq:b`", header="// 5.1 eq:a", solution="// 5.1 eq:a", table="eq:a"):
        (self.folder / "README.md").write_text(text)
        (self.folder / "exercises").mkdir(exist_ok=True)
        (self.folder / "exercises" / "exercise.hpp").write_text(header)
        (self.folder / "exercises" / "solution.cpp").write_text(solution)
        (self.folder / "exercises" / "check.cpp").write_text(f'{{.number = "5.1",\n .slug = "{table}"}}')
        return equations.faults_of_folder(self.equations, "05_x", self.folder)

    def test_slugs_in_the_files(self):
        self.assertEqual(self.folder_faults(), [])
        self.assertEqual(self.folder_faults(text="`eq:a`"), ["eq:b is owed, and README.md does not name it"])
        self.assertEqual(self.folder_faults(text="`eq:a` `eq:b-2` `eq:b`"),
                         ["README.md names eq:b-2, which chapters/equations.csv does not know"])
        self.assertEqual(self.folder_faults(solution="// 5.1"),
                         ["exercise 5.1 treats eq:a, and exercises/solution.cpp does not name it"])
        self.assertIn("exercises/check.cpp names eq:d, which chapters/equations.csv does not know",
                      self.folder_faults(table="eq:d"))

    def test_the_index_lasts(self):
        checks = [checked("eq:a"), checked("eq:b", kind="sampled", se=0.1, z=1.0, label="p(z|x), 10 draws")]
        text = index.page(self.equations, {"05_x": {"checks": checks}})
        self.assertIn("| [p(z\\|x), 10 draws](05_x/demo.cpp#L7) | 20.00 ± 0.10 | 20 | z +1.00 | holds |", text)
        self.assertIn("| [eq:a](#eqa) | 1.6 | `a = b` | [05_x](05_x/README.md) | 1 holds |", text)
        self.assertEqual(index.summary(checks + [checked("eq:a", expected="fails")]), "2 hold, 1 does not, as said")
        self.assertEqual(index.faults_of_index("05_x", checks, text), [])
        moved = [dict(check, line=9, lhs=20.1, se=0.2, z=0.5) for check in checks]
        self.assertEqual(index.faults_of_index("05_x", moved, text), [])

    def test_a_stale_index(self):
        checks = [checked("eq:a"), checked("eq:b")]
        text = index.page(self.equations, {"05_x": {"checks": checks}})
        for change in ({"label": "every pair"}, {"statement": "a = c"}, {"expected": "fails"}, {"passed": False},
                       {"file": "chapters/05_x/proof.cpp"}):
            changed = [checks[0], {**checks[1], **change}]
            self.assertEqual(index.faults_of_index("05_x", changed, text),
                             ["eq:b: chapters/EQUATIONS.md is not what the demo checks; run chapters/index"], change)
        self.assertEqual(len(index.faults_of_index("05_x", checks[:1], text)), 1)
        self.assertEqual(len(index.faults_of_index("05_x", checks + [checked("eq:c")], text)), 1)
        self.assertEqual(index.faults_of_index("06_y", [], text), [])

    def test_the_table_of_exercises(self):
        table = "| | what to write |\n|---|---|\n| 5.1 | a sum |\n"
        text = with_table("# 05\n<!-- exercises: begin -->\nold\n<!-- exercises: end -->\nmore\n", table)
        self.assertEqual(text, f"# 05\n<!-- exercises: begin -->\n\n{table}\n<!-- exercises: end -->\nmore\n")
        self.assertEqual(faults_of_table(text, table), [])
        stale = ["the table of exercises in README.md is not that of exercises/check.cpp; run chapters/index"]
        self.assertEqual(faults_of_table(text.replace("a sum", "a mean"), table), stale)
        self.assertEqual(faults_of_table(text, table + "| 5.2 | a mean |\n"), stale)
        self.assertEqual(len(faults_of_table("# 05\n" + table, table)), 1)

    def test_the_demo_that_fails(self):
        script = self.folder / "05_x"
        script.write_text("#!/usr/bin/env bash\necho no data\nexit 1\n")
        script.chmod(0o755)
        self.assertEqual(equations.run_demo(script)["error"], "its exit status was 1")


if __name__ == "__main__":
    unittest.main()
