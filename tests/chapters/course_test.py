"""chapters/course without a compiler: running a program that misbehaves, reports, and what an index must not lack."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "chapters" / "course"))

import equations  # noqa: E402
import index  # noqa: E402
import ladder  # noqa: E402
from answers import Answers, open_comment  # noqa: E402
from checkout import Checkout, Exercise, Stop  # noqa: E402
from classroom import Graded  # noqa: E402
from compiler import likely, messages_of, readable  # noqa: E402
from exercise_table import faults_of_table, with_table  # noqa: E402
from gradebook import Gradebook  # noqa: E402
from handed_in import handed_in  # noqa: E402
from limits import Limits  # noqa: E402
from look import alike, look_at  # noqa: E402
from reports import student_text, to_json, to_junit  # noqa: E402
from run import Result, run  # noqa: E402
from suspects import suspects  # noqa: E402
from symbols import name_of, signature  # noqa: E402


def exercise(number="5.2", points=2):
    return Exercise(number, "eq:scaled", "E[ c·Σ ] = ∇log p(D)", points, 15)


def ends(process, within):
    """Whether the process is gone, or is only not yet collected by its parent, before so many seconds have passed."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


class Running(unittest.TestCase):
    """A check program stands in as a script: $verdict is the file descriptor it writes to, $word what it read, and $signed
    with what the verdict on 5.2 begins."""

    def state(self, script, limits=Limits(seconds=60)):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_text(f'#!/usr/bin/env bash\nread -r word\nverdict=$3\nsigned="$word 5.2"\n{script}\n')
            program.chmod(0o755)
            result = run(program, exercise(), Path("ann/exercise.cpp"), limits)
        return result.state, result.report, result.points

    def test_verdicts(self):
        self.assertEqual(self.state('echo "$signed right" >&"$verdict"'), ("passed", "", 2))
        self.assertEqual(self.state('echo no; echo "$signed wrong" >&"$verdict"; exit 1'), ("failed", "no", 0))
        self.assertEqual(self.state('echo "$signed not attempted" >&"$verdict"; exit 77')[0], "not attempted")

    def test_a_forged_verdict_earns_nothing(self):
        for forged in ("echo right", "echo '5.2   right'; exit 0", 'echo right >&"$verdict"',
                       'echo "0123456789 5.2 right" >&"$verdict"', 'echo "$word 5.3 right" >&"$verdict"',
                       'echo "$word right" >&"$verdict"', 'for i in 1 2; do echo "$signed right" >&"$verdict"; done',
                       'echo "$signed right" >&"$verdict"; exit 1', 'echo "$signed wrong" >&"$verdict"; exit 0',
                       'echo "$signed right" >&"$verdict"; kill -SEGV $$',
                       'echo "$signed right" >&"$verdict"; kill -KILL $PPID; sleep 1'):
            state, _, points = self.state(forged)
            self.assertEqual((state, points), ("crashed", 0), forged)

    def test_crash(self):
        state, report, _ = self.state("echo so far; kill -SEGV $$")
        self.assertEqual(state, "crashed")
        self.assertEqual(report, "so far\nit ended by signal 11: Segmentation fault\nlikely: an index beyond the end, "
                                 "a pointer to nothing, or a function that calls itself without end\n"
                                 "edit ann/exercise.cpp        (hint: chapters/grade 05 --hint 5.2)")
        self.assertIn("it ended with status 3 before its answer was checked", self.state("exit 3")[1])

    def test_time(self):
        for script in ("while :; do :; done", "sleep 600", "trap '' TERM; sleep 600"):
            state, report, _ = self.state(script, Limits(seconds=1, waiting=2))
            self.assertEqual(state, "timed out", script)
            self.assertIn("it did not end within 1 s\nlikely: a loop without end", report)

    def test_a_busy_machine_costs_nothing(self):
        """What computes little may take long by the clock."""
        self.assertEqual(self.state('sleep 2; echo "$signed right" >&"$verdict"', Limits(seconds=1, waiting=60))[0], "passed")

    def test_a_short_limit_is_none_of_the_compiler(self):
        self.assertEqual(Limits(seconds=1).of_compiling.seconds, 60)
        self.assertEqual(Limits(seconds=20, megabytes=500).of_compiling, Limits(120, 1000, 500, 1000))

    def test_what_it_started_ends_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            started = Path(folder) / "started"
            self.state(f'sleep 600 & echo $! >"{started}"; echo "$signed right" >&"$verdict"')
            self.assertTrue(ends(int(started.read_text()), within=60))

    def test_also_what_left_its_session(self):
        with tempfile.TemporaryDirectory() as folder:
            started = Path(folder) / "started"
            self.state(f'setsid bash -c "echo \\$\\$ >{started}.part; mv {started}.part {started}; sleep 600" & '
                       f'while [ ! -e {started} ]; do sleep 0.1; done; echo "$signed right" >&"$verdict"')
            self.assertTrue(ends(int(started.read_text()), within=60))

    @unittest.skipUnless(sys.platform == "linux", "counted in Linux's /proc")
    def test_too_much_together(self):
        state, report, _ = self.state("for i in {1..20}; do sleep 600 & done; wait", Limits(processes=8))
        self.assertEqual((state, report.splitlines()[0]), ("crashed", "it started more than 8 processes"))
        fills = f"{sys.executable} -c 'import time; x = bytearray(b\"x\" * 2**27); time.sleep(600)' &"
        state, report, _ = self.state(f"for i in 1 2 3; do {fills} done; wait", Limits(megabytes=300))
        self.assertEqual((state, report.splitlines()[0]), ("crashed", "all its processes together held more than 300 MB"))

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


class TakenApart(unittest.TestCase):
    text = ("#include <x>\nnamespace ch05 {\n// 1.6 is the notes'\n// 5.1 one\nint a() {\n}\n// 5.2 two\nint b() {\n}\n"
            "// 5.10\nint c() {\n}\n}  // namespace\n")

    def answers(self, text=text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "exercise.cpp"
        self.file.write_text(text)
        return Answers(self.file, {"5.1": ["a"], "5.2": ["b"], "5.10": ["c"]})

    def test_where_an_answer_begins(self):
        answers = self.answers()
        self.assertEqual([answers.at(line) for line in range(1, 14)],
                         [""] * 3 + ["5.1"] * 3 + ["5.2"] * 3 + ["5.10"] * 4)
        self.assertEqual(answers.extent("5.10"), (10, 14))
        # 5.10 before 5.1: each by its whole number
        self.assertEqual([self.answers("// 5.10 c\nint c();\n// 5.1 a\nint a();\n").at(line) for line in (1, 2, 3, 4)],
                         ["5.10", "5.10", "5.1", "5.1"])
        # where the comment is gone, at the function
        answers = self.answers(self.text.replace("// 5.2 two\n", "  b();\n"))
        self.assertEqual([answers.at(line) for line in (6, 7, 8)], ["5.1", "5.1", "5.2"])

    def test_without_an_answer_the_others_keep_their_lines(self):
        answers = self.answers()
        start = f'#line 1 "{self.file}"\n'
        lines = self.text.splitlines()
        self.assertEqual(answers.without({"5.2"}), start + "\n".join(lines[:6] + [""] * 3 + lines[9:]) + "\n")
        # the last one closes the namespace
        self.assertEqual(answers.without({"5.10"}), start + "\n".join(lines[:9] + [""] * 3 + ["}"]) + "\n")

    def test_comments(self):
        for text, found in (("/* a", True), ("/*/", True), ("/* a */ b /* c\nd", True), ("/* a */", False), ("// /* a", False),
                            ('"/*"', False), ("/**/", False)):
            self.assertEqual(open_comment(text.splitlines()), found, text)

    def test_braces(self):
        self.assertEqual(self.answers().unbalanced(), {})
        for old, new, found in (("a() {\n", "a() {{\n", {"5.1": 1}), ("b() {\n}", "b() {\n}}", {"5.2": -1}),
                                ("c() {\n", "c() { if (1) {\n", {"5.10": 1}),
                                ("a() {\n", "a() {  // {\n\"{\" '{' /* {\n{ */\n", {})):
            self.assertEqual(self.answers(self.text.replace(old, new)).unbalanced(), found, new)


class Compiling(unittest.TestCase):
    def line(self, log):
        return [message.line_in("ann/e.cpp") for message in messages_of(log) if message.kind == "error"]

    def test_the_line_that_an_error_is_about(self):
        self.assertEqual(self.line("ann/e.cpp:7:3: error: expected ;\nann/e.cpp:9:1: fatal error: no"), [7, 9])
        # a note, and how the compiler came to it, are no places of errors
        self.assertEqual(self.line("ann/e.cpp: In function 'f':\nann/e.cpp:7:3: error: no match\n"
                                   "In file included from x.hpp:2,\n                 from ann/e.cpp:3:\n"
                                   "x.hpp:9:1: note: candidate\nann/e.cpp:5:1: note: declared here\n"), [7])
        # inside a header: g++, then clang++
        self.assertEqual(self.line("In file included from ann/e.cpp:3:\nx.hpp: In instantiation of 'f':\n"
                                   "ann/e.cpp:12:5:   required from here\nx.hpp:9:1: error: no\n"), [12])
        self.assertEqual(self.line("In file included from ann/e.cpp:3:\nx.hpp:9:1: error: no\n"
                                   "ann/e.cpp:14:5: note: in instantiation of 'f' requested here\n"), [14])
        self.assertEqual(self.line("In file included from ann/e.cpp:3:\nx.hpp:9:1: error: no\n"), [None])
        self.assertEqual(self.line("/usr/bin/ld: undefined reference\n"), [])

    def test_the_compiler_alone(self):
        log = ("[1/2] Compiling C++ object x.o\nFAILED: x.o \nccache c++ -Ix -c ../x.cpp\n../x.cpp: In function ‘f’:\n"
               "../x.cpp:1:2: \x1b[01;31merror:\x1b[m expected ;\nninja: build stopped\n")
        self.assertEqual(readable(log), "../x.cpp:1:2: error: expected ;")

    def test_what_is_likely_meant(self):
        matrix = "autograd::Var<Eigen::Matrix<double, -1, -1, 1, -1, -1> >"
        for message, code, guess in (
                (f"e.cpp:1:1: error: no matching function for call to ‘exp(const {matrix}&)’", "std::exp(x)",
                 "the functions of std::"),
                ("e.cpp:1:1: error: no matching function for call to 'exp'", "  return std::exp(x);", "the functions of std::"),
                (f"e.cpp:1:1: error: could not convert ‘x.value()’ from ‘Eigen::Map<double>’ to ‘{matrix}’", "x.value()",
                 ".value() is a plain number"),
                ("e.cpp:1:1: error: no viable conversion from returned value of type 'int' to function return type 'ch11::M' "
                 "(aka 'Var<Matrix<double>>')", "return 1;", "a plain number stands where a Var is expected"),
                ("e.cpp:1:1: error: cannot convert ‘autograd::Var<double>’ to ‘double’ in return", "return mean(x);",
                 "a Var stands where a plain number"),
                ("e.cpp:1:1: error: could not convert ‘sum(x)’ from ‘Var<double>’ to ‘Var<Matrix<double>>’", "sum(x)",
                 "your answer is one number."),
                ("e.cpp:1:1: error: no return statement [-Werror=return-type]", "}", "a way through the function"),
                ("e.cpp:1:1: error: ‘accumulate’ is not a member of ‘std’", "std::accumulate(a)", "the name is misspelt, or"),
                ("ld: error: multiple definition of 'main'", "", "the program has a main")):
            self.assertTrue(likely(message, [code]).startswith(guess), (message, likely(message, [code])))
        self.assertEqual(likely("e.cpp:1:1: error: expected ;", ["return x"]), "")

    def test_a_changed_header_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            exercises = Path(folder) / "chapters" / "05_x" / "exercises"
            exercises.mkdir(parents=True)
            for name in ("exercise.hpp", "exercise.cpp"):
                (exercises / name).write_text("// as handed out\n")
            git = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c"]
            for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
                subprocess.run([*git, *words], check=True)
            checkout = Checkout(Path(folder) / "build", Path(folder))
            errors = "chapters/05_x/exercises/solution.cpp:3:1: error: no"
            (exercises / "exercise.cpp").write_text("// an answer\n")
            self.assertIn("Was chapters/05_x/exercises/exercise.hpp changed?", checkout._changed("05_x", errors))
            self.assertEqual(checkout._changed("05_x", "models/x.hpp:1:1: error: no"), "")
            (exercises / "exercise.hpp").write_text("// changed\n")
            self.assertEqual(checkout._changed("05_x", errors),
                             "Changed since it was handed out: chapters/05_x/exercises/exercise.hpp. Only exercise.cpp is "
                             "yours to write in. To have it back: git checkout -- chapters/05_x/exercises/exercise.hpp")

    def test_names_and_signatures(self):
        symbol = "ch05::f(autograd::Var<double> const&, std::span<double const, 18446744073709551615ul>)"
        self.assertEqual((name_of(symbol), signature(symbol)), ("f", "f(Var<double> const&, std::span<double const>)"))
        self.assertEqual(name_of("ch05::Adam::step(int)"), "step")

    def test_suspicious_lines(self):
        for code, found in (("y = 1/2 * x;", "1 / 2 of whole numbers is 0. Write 1.0 / 2"), ("y = x * (3 / 2);", "is 1."),
                            ("float y = x;", "a float keeps 7 digits"), ("y = 0.5f * x;", "a float keeps 7 digits")):
            self.assertIn(found, " ".join(suspects(["", code], 7)), code)
            self.assertIn("line 8: ", suspects(["", code], 7)[0])
        for code in ("y = x * 1 / 2;", "y = 1.0 / 2;", "y = 1 / 2.0;", "// 1/2 float", "y = 4 / 2;", "y = x[1] / 2;",
                     "y = 1e-3 / 2;", "y = floats / 2;", '"1/2"', "y = 0x1f;"):
            self.assertEqual(suspects([code], 1), [], code)


class Configuring(unittest.TestCase):
    """chapters/setup, with a meson and a ninja that only say that they were called."""

    def configured(self, made_for, root):
        with tempfile.TemporaryDirectory() as folder:
            root, tools = Path(folder) / root, Path(folder) / "tools"
            (root / "build" / "meson-info").mkdir(parents=True)
            (root / "build" / "build.ninja").touch()
            (root / "build" / "meson-info" / "meson-info.json").write_text(
                json.dumps({"directories": {"source": str(Path(folder) / made_for)}}))
            tools.mkdir()
            for tool in ("meson", "ninja"):
                (tools / tool).write_text('#!/bin/sh\necho "$1" >>"$CALLS"\n')
                (tools / tool).chmod(0o755)
            script = f'. "{ROOT}/chapters/setup"; root=$1; configure build'
            calls = Path(folder) / "calls"
            subprocess.run(["bash", "-euc", script, "setup", root], check=True, capture_output=True,
                           env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls)})
            return "setup" in calls.read_text().split()

    def test_only_when_the_sources_lie_elsewhere(self):
        for name in ("tapestry", "Übung 1", "課程", 'a "b"'):
            self.assertFalse(self.configured(name, name), name)
            self.assertTrue(self.configured("elsewhere", name), name)


class Reports(unittest.TestCase):
    ann = {"05_minibatch_sgd": [Result(exercise(), "passed"), Result(exercise("5.3"), "failed", "a < b \x1b[1m&")]}
    ben = {"05_minibatch_sgd": [Result(exercise(), "not attempted"), Result(exercise("5.3"), "timed out")]}

    def test_json(self):
        report = to_json(self.ann)
        self.assertEqual((report["points"], report["possible"]), (2, 4))
        self.assertEqual([e["state"] for e in report["chapters"][0]["exercises"]], ["passed", "failed"])

    def test_junit(self):
        report = [Result(exercise(), state, "a < b") for state in
                  ("passed", "failed", "crashed", "timed out", "not built", "not attempted", "missing")]
        suite = ElementTree.fromstring(to_junit({"ch05": report}).partition("\n")[2])[0]
        self.assertEqual([suite.get(name) for name in ("tests", "failures", "errors", "skipped")], ["7", "1", "3", "2"])
        self.assertEqual([[child.tag for child in case] for case in suite],
                         [[], ["failure"], ["error"], ["error"], ["error"], ["skipped"], ["skipped"]])


    def test_a_text_to_hand_back(self):
        graded = Graded("ann", self.ann, "nearly the same as ben", 7, "2026-11-27 10:00:00")
        text = student_text(graded, {"05_minibatch_sgd": "05 · SGD"})
        self.assertTrue(text.startswith("ann: 2 of 4 points\n"
                                        "graded on 2026-11-27 10:00:00, on the instances of --seed 7\n\n05 · SGD\n"))
        self.assertIn("5.3   failed         0 of 2 ", text)
        self.assertNotIn("ben", text)


class Table(unittest.TestCase):
    ann = Graded("ann", Reports.ann, "", 7, "2026-11-27 10:00:00")
    ben = Graded("ben, jr.", Reports.ben, 'fork (line 3)', 7, "2026-11-27 10:00:01")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "points.csv"

    def book(self, seed=7, exercises=(exercise(), exercise("5.3"))):
        with contextlib.redirect_stderr(io.StringIO()):
            return Gradebook(self.file, exercises, seed)

    def test_points_are_numbers_and_states_stand_beside_them(self):
        book = self.book()
        book.add(self.ben)
        book.add(self.ann)
        rows = [["student", "5.2", "5.3", "total", "5.2 state", "5.3 state", "look at", "seed", "date"],
                ["ben, jr.", "0", "0", "0", "not attempted", "timed out", "fork (line 3)", "7", "2026-11-27 10:00:01"],
                ["ann", "2", "0", "2", "passed", "failed", "", "7", "2026-11-27 10:00:00"]]
        self.assertEqual(list(csv.reader(io.StringIO(self.file.read_text()))), rows)
        book.sort()
        self.assertEqual(list(csv.reader(io.StringIO(self.file.read_text()))), [rows[0], rows[2], rows[1]])

    def test_it_goes_on(self):
        self.book().add(self.ann)
        self.book().add(self.ben)
        whole = self.file.read_text()
        self.assertEqual(self.book().students, {"ann", "ben, jr."})
        self.file.write_text(whole[:-5])  # a row that was cut off
        self.assertEqual(self.book().students, {"ann"})

    def test_another_table(self):
        self.book().add(self.ann)
        before = self.file.read_text()
        for change, sentence in (({"seed": 8}, "expected rows of seed 8, found ann's of seed 7"),
                                 ({"exercises": [exercise()]}, "expected a table of these exercises, or no file, found "
                                                               "one that begins with: student,5.2,5.3")):
            with self.assertRaisesRegex(Stop, sentence):
                self.book(**change)
        with self.assertRaisesRegex(Stop, "expected a file that can be written, found /dev/null"):
            Gradebook(Path("/dev/null"), [exercise()], 7)
        self.file.write_text(before.replace(",7,", ","))
        with self.assertRaisesRegex(Stop, "expected 9 columns, found 8 in the row of ann"):
            self.book()


class ForTheTeachersEye(unittest.TestCase):
    def test_what_an_answer_has_no_business_with(self):
        for line, found in (("  fork();", "fork"), ("kill (getppid(), 9);", "kill"), ("std::exit(0);", "exit"),
                            ('fopen("x", "r");', "fopen"),
                            ('f("/proc/self/mem");', "/proc"), ("__attribute__((constructor)) void f();", "__attribute__"),
                            ("std::thread t;", "thread"), ('#include "/home/ben/a.cpp"', '#include "/home/ben/a.cpp"'),
                            ('# include "../solution.cpp"', '#include "../solution.cpp"'),
                            ("#include </etc/passwd>", "#include </etc/passwd>"),
                            ("#include HEADER", "#include HEADER")):
            self.assertIn(f"{found} (line 2)", look_at(f"\n{line}\n"), line)
        for line in ("#include <sys/types.h>", '#include "chapters/05_x/exercises/exercise.hpp"  // ours', "// fork()",
                     '"kill(1)"',
                     "double exit_rate = forks(2);"):
            self.assertEqual(look_at(line), [], line)

    def test_the_project_s_own_cpp_is_not_to_be_included(self):
        self.assertEqual(len(look_at('#include "chapters/05_x/exercises/solution.cpp"')), 1)

    def test_nearly_the_same(self):
        body = "\n".join(f"double f{i}(double x) {{ return x * {i} + y[{i}]; }}" for i in range(10))
        given = "double given(double x);\n" * 20
        texts = {"ann": given + body, "ben": given + "// mine\n" + body.replace(" * 3", " * 4"),
                 "cem": given + body.replace("x", "z"), "dan": given, "eve": given}
        self.assertEqual(alike(texts, given), {"ann": ["ben"], "ben": ["ann"], "cem": [], "dan": [], "eve": []})


class HandedIn(unittest.TestCase):
    def reason(self, name, make):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "ann" / name
            file.parent.mkdir(parents=True)
            make(file)
            return handed_in(Path(folder) / "ann", "05_x")

    def test_what_is_no_answer(self):
        self.assertEqual(self.reason("05_x/exercise.cpp", lambda file: file.write_text("int a;")), (b"int a;", ""))
        for name, make, sentence in (
                ("exercise.cpp", Path.touch, "expected 05_x/exercise.cpp, found exercise.cpp"),
                ("x/05_x/exercise.cpp", Path.touch, "expected 05_x/exercise.cpp, found x/05_x/exercise.cpp"),
                ("05_x/exercises.cpp", Path.touch, "expected 05_x/exercise.cpp, found 05_x/exercises.cpp"),
                ("06_y/exercise.cpp", Path.touch, "expected 05_x/exercise.cpp, found nothing of that name"),
                ("05_x/exercise.cpp", Path.mkdir, "found something of that name that is no file"),
                ("05_x/exercise.cpp", os.mkfifo, "found something of that name that is no file"),
                ("05_x/exercise.cpp", lambda file: file.symlink_to("/etc/passwd"), "found a link to elsewhere"),
                ("05_x/exercise.cpp", lambda file: file.write_bytes(b" " * (2**20 + 1)),
                 "of at most 1048576 bytes, found 1048577")):
            text, reason = self.reason(name, make)
            self.assertIsNone(text, name)
            self.assertIn(sentence, reason)


def checked(slug, **changes):
    return {"slug": slug, "section": "1.6", "statement": "a = b", "label": "every subset", "kind": "exact", "relation": "=",
            "expected": "holds", "passed": True, "file": "chapters/05_x/demo.cpp", "line": 7, "lhs": 20.0, "rhs": 20.0,
            "tolerance": 1e-12, **changes}


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


class Ladder(unittest.TestCase):
    NET = {"model": "belief net", "kind": "exact", "mean": -96.8, "se": 0.23, "images": 10000, "data": "seed 1"}
    VAE = {"model": "VAE", "kind": "estimate", "mean": -92.2, "se": 0.78, "images": 1000, "data": "seed 1"}

    def setUp(self):
        self.kept = ladder.read(ladder.written(ladder.rungs_of("11_vae", {"rungs": [self.VAE]}) +
                                               ladder.rungs_of("03_graphs", {"rungs": [self.NET]})))

    def faults(self, **change):
        return ladder.faults_of_rungs("03_graphs", ladder.rungs_of("03_graphs", {"rungs": [self.NET | change]}), self.kept)

    def test_the_best_stands_last(self):
        self.assertEqual([rung["nats"] for rung in self.kept], ["-96.800", "-92.200"])

    def test_rungs_are_those_that_the_demo_measured(self):
        self.assertEqual(self.faults(), [])
        self.assertEqual(self.faults(mean=-96.75), [])  # another processor
        for change in ({"mean": -96.6}, {"mean": -97.0}, {"se": 0.3}, {"data": "seed 2"}):
            self.assertEqual(len(self.faults(**change)), 1, change)
        self.assertEqual(len(self.faults(images=9000)), 2)  # one is missing, and one is left over
        self.assertEqual(len(ladder.faults_of_rungs("03_graphs", [], self.kept)), 1)

    def test_the_table(self):
        table = ladder.table_of(self.kept)
        self.assertIn("| 2 | VAE |  | -92.20 ± 0.78, estimate | [11](chapters/11_vae/README.md) |\n", table)
        page = "a\n" + "\n".join(ladder.MARKS) + "\nb\n"
        self.assertEqual(len(ladder.faults_of_front_page(page, self.kept)), 1)
        page = ladder.with_table(page, table, *ladder.MARKS)
        self.assertEqual(ladder.faults_of_front_page(page, self.kept), [])
        self.assertEqual(len(ladder.faults_of_front_page(page.replace("-92.20", "-92.10"), self.kept)), 1)
        self.assertEqual(len(ladder.faults_of_front_page("no marks", self.kept)), 1)


if __name__ == "__main__":
    unittest.main()
