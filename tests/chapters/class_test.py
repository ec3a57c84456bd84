"""chapters/grade plays a class in chapter 04: right, partial and broken answers, and some that set out to do harm.

class_test.py BUILD   the folder that the checks of chapter 04 were built in

With --limit 1 a run ends after 1 s of the processor's time, or 5 s by the clock: nothing here takes longer than that."""

import csv
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "chapters" / "course"))

from sandbox import why_not  # noqa: E402

BUILD = ROOT / "build"
CHAPTER = "04_iid_log_likelihood"
EXERCISES = ["4.1", "4.2", "4.3", "4.4", "4.5"]
POINTS = {}  # {exercise: points}
SKELETON, SOLUTION = ((ROOT / "chapters" / CHAPTER / "exercises" / name).read_text(encoding="utf-8")
                      for name in ("exercise.cpp", "solution.cpp"))
SOLUTION = re.sub(r"\) \{ (return .*;) \}\n", r") {\n  \1\n}\n", SOLUTION)
PASSED = ["passed"] * 5
INNOCENT = "^(04: nearly the same as [a-z ,.]*)?$"
MARK = f"left{os.getpid()}"  # what a process that must not outlive its run calls itself
NEEDS = """#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include "chapters/lesson/exercise/program.hpp"
#include "chapters/lesson/exercise/todo.hpp"
"""


def answers(bodies=None, before="", text=SOLUTION):
    """The reference answers, with these bodies, {exercise: C++}, in their places, or with what is to run before them."""
    for number, body in (bodies or {}).items():
        text, count = re.subn(rf"(^// {re.escape(number)}\b.*?^double [^{{]*\{{)(.*?)(^\}}\n)",
                              lambda found: "\n".join([found[1], body, found[2] * body.endswith("// and then") + found[3]]),
                              text, count=1, flags=re.DOTALL | re.MULTILINE)
        assert count == 1, number
    return NEEDS + before + text


def then(code):
    """The code, and after it the right answer."""
    return f"{code}  // and then"


def right_if(condition):
    """The right answer, if the condition holds."""
    return then(f"if (!({condition})) return 1e300;")


WRONG = {number: "return 0;" for number in EXERCISES}
ALL_FDS = 'for (int fd = 3; fd < 64; ++fd) dprintf(fd, "%s 4.1 right\\n", word);'
FORGED = {
    # reads the word before main does
    "initialiser": """namespace { struct Forge { Forge() {
  char word[64] = {};
  if (read(0, word, 32) >= 0) { ALL_FDS }
  _exit(0); } } forge; }
""",
    # the library calls it in the place of the system's
    "getc": """extern "C" int getc(std::FILE* from) {
  char word[64];
  if (std::fgets(word, 33, from) != nullptr) { ALL_FDS }
  std::_Exit(0);
}
""",
    # a check of its own that is always content
    "check": """static const bool checked = [] {
  lesson::Exercise mine;
  mine.number = "4.1", mine.check = [](lesson::Attempt&) {};
  for (int fd = 3; fd < 64; ++fd) {
    const std::string number = std::to_string(fd);
    const char* words[] = {"", "4.1", "--verdict", number.c_str()};
    if (fcntl(fd, F_GETFD) >= 0 && lesson::check_exercises(4, words, "04_iid_log_likelihood", {mine}) == 0) _exit(0);
  }
  return true;
}();
"""}
FORGED = {way: code.replace("ALL_FDS", ALL_FDS) for way, code in FORGED.items()}
LEAVES = then(f"""if (fork() == 0) {{
    setsid();
    if (fork() == 0) {{ prctl(PR_SET_NAME, "{MARK}"); for (;;) pause(); }}
    _exit(0);
  }}
  wait(nullptr);""")
LOOP = "for (volatile int i = 0;; i = i + 1) {}"
KILLS = then("kill(getppid(), SIGKILL); sleep(1);")
FORKS = then("for (int i = 0; i < 1000; ++i) if (fork() == 0) for (;;) pause();\n  while (wait(nullptr) > 0) {}")
FILLS_MEMORY = then("""for (int i = 0; i < 6; ++i)
    if (fork() == 0) { std::memset(std::malloc(300 << 20), 1, 300 << 20); for (;;) pause(); }
  while (wait(nullptr) > 0) {}""")
# ends the process that started the one that started this
KILLS_GRADER = then("""char stat[1000] = {}, path[100];
  std::sprintf(path, "/proc/%d/stat", getppid());
  int grader = 0;
  if (std::FILE* file = std::fopen(path, "r"); file != nullptr && std::fread(stat, 1, 999, file) > 0)
    if (std::sscanf(std::strrchr(stat, ')'), ") %*c %d", &grader) == 1) kill(grader, SIGKILL);
  sleep(1);""")


def curious(folder, port):
    """Right only if it cannot read a neighbour, end a process outside, reach the network, write a file, or fill the disk."""
    return answers({
        "4.1": right_if(f'std::fopen("{folder}/class/right/{CHAPTER}/exercise.cpp", "r") == nullptr'),
        "4.2": right_if(f"kill({os.getpid()}, 0) != 0"),
        "4.3": then(f"""sockaddr_in to{{}};
  to.sin_family = AF_INET, to.sin_port = htons({port}), to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return 1e300;"""),
        "4.4": right_if(f'std::fopen("{folder}/written", "w") == nullptr'),
        "4.5": then("""static char megabyte[1 << 20];
  int written = 0;
  for (int i = 0; i < 100; ++i)
    if (std::FILE* file = std::fopen(std::to_string(i).c_str(), "w")) {
      const bool all = std::fwrite(megabyte, 1, sizeof megabyte, file) == sizeof megabyte;
      if (std::fclose(file) == 0 && all) ++written;
    }
  if (written == 100) return 1e300;""")})


def one(number, state):
    return [state if exercise == number else "passed" for exercise in EXERCISES]


# {student: (file, states, what is to be looked at)}
RIGHT = re.sub("variance|x_i|rounded|p_hat|kl", lambda found: found[0][-1] + "_", SOLUTION)
STUDENTS = {
    "right": (RIGHT, PASSED, "nearly the same as twin"),
    "twin": (re.sub(r"//(?! 4\.)", "// my own:", RIGHT).replace("    ", "\t"), PASSED, "nearly the same as right"),
    "partial": (answers({"4.1": "return sigma * x[0] * mu;", "4.3": 'lesson::todo("later");'}),
                ["failed", "passed", "not attempted", "passed", "passed"], INNOCENT),
    "untouched": (SKELETON, ["not attempted"] * 5, INNOCENT),
    "no semicolon": (answers({"4.2": "return summary.n + mu + sigma"}), one("4.2", "not built"), INNOCENT),
    "renamed": (SOLUTION.replace("compensated_sum", "compensated_sun"), one("4.3", "not built"), INNOCENT),
    "nothing builds": ("#error not finished\n", ["not built"] * 5, INNOCENT),
    "null": (answers({"4.1": "return *static_cast<volatile double*>(nullptr);"}), one("4.1", "crashed"), INNOCENT),
    "loops": (answers({"4.2": LOOP}), one("4.2", "timed out"), INNOCENT),
    "sleeps": (answers({"4.2": then("sleep(1000);")}), one("4.2", "timed out"), INNOCENT),
    "prints": (answers({"4.3": 'for (;;) std::puts("4.3   right");'}), one("4.3", "crashed"), INNOCENT),
    "exits": (answers({"4.4": 'std::puts("right");\n  std::_Exit(0);'}), one("4.4", "crashed"), r"_Exit \(line \d+\)"),
    "kills": (answers({"4.1": KILLS}), one("4.1", "crashed"), r"kill \(line \d+\)"),
    "forks": (answers({"4.1": FORKS}), one("4.1", "crashed"), r"fork \(line \d+\)"),
    "fills memory": (answers({"4.2": FILLS_MEMORY}), one("4.2", "crashed"), r"fork \(line \d+\)"),
    "leaves": (answers({"4.1": LEAVES}), PASSED, r"fork \(line \d+\)"),
    "forges first": (answers(WRONG, FORGED["initialiser"]), ["crashed"] * 5, r"_exit \(line"),
    "forges getc": (answers(WRONG, FORGED["getc"]), ["failed"] * 5, r"_Exit \(line"),
    "forges weakly": (answers(WRONG, FORGED["getc"].replace('"C" int', '"C" __attribute__((weak)) int')), ["failed"] * 5,
                      r"_Exit \(line"),
    "forges check": (answers(WRONG, FORGED["check"]), ["failed"] * 5, r"_exit \(line"),
    "misplaced": (None, ["missing"] * 5, INNOCENT),
    "absent": (None, ["missing"] * 5, INNOCENT),
    "link": (None, ["missing"] * 5, INNOCENT),
}


def hand_in(folder, student, text):
    file = folder / "class" / student / CHAPTER / "exercise.cpp"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def grade(folder, *words, start=subprocess.run, **how):
    return start([sys.executable, "-B", ROOT / "chapters" / "course" / "grade.py", "4", "--build", BUILD, "--class",
                  folder / "class", "--csv", folder / "points.csv", "--limit", "1", "--memory", "1000", *words],
                 text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **how)


def rows_of(folder):
    with open(folder / "points.csv", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def states(row):
    return [row[f"{number} state"] for number in EXERCISES]


def left_behind():
    """The processes that bear the mark, and are not merely uncollected by their parent."""
    found = subprocess.run(["ps", "-eo", "comm="], capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in found if name.strip() == MARK]


class Class(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="class_test_")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.curious = curious(self.folder, listening.getsockname()[1])

    def assert_row(self, row, expected):
        self.assertEqual(states(row), expected, row)
        points = [POINTS[number] if state == "passed" else 0 for number, state in zip(EXERCISES, expected)]
        self.assertEqual([int(row[number]) for number in (*EXERCISES, "total")], [*points, sum(points)])


@unittest.skipIf(why_not(), "no sandbox here")
class InASandbox(Class):
    def test_the_class(self):
        for student, (text, _, _) in STUDENTS.items():
            if text is not None:
                hand_in(self.folder, student, text)
        students, neighbour = self.folder / "class", self.folder / "class" / "right" / CHAPTER / "exercise.cpp"
        (students / "misplaced").mkdir()
        (students / "misplaced" / "exercise.cpp").write_text(SOLUTION, encoding="utf-8")
        (students / "absent").mkdir()
        (students / "link" / CHAPTER).mkdir(parents=True)
        (students / "link" / CHAPTER / "exercise.cpp").symlink_to(neighbour)
        hand_in(self.folder, "includes", f'#include "{neighbour}"\n')
        hand_in(self.folder, "copies", f'#include "{ROOT}/chapters/{CHAPTER}/exercises/solution.cpp"\n')
        hand_in(self.folder, "curious", self.curious)
        graded = grade(self.folder, "--reports", self.folder / "reports", "--seed", "7")
        self.assertEqual((graded.returncode, left_behind()), (0, []), graded.stderr)
        rows = rows_of(self.folder)
        self.assertEqual(list(rows), sorted([*STUDENTS, "includes", "copies", "curious"]))
        for student, (_, expected, look_at) in STUDENTS.items():
            with self.subTest(student=student):
                self.assert_row(rows[student], expected)
                self.assertRegex(rows[student]["look at"], look_at)
        for student in ("includes", "copies"):
            self.assert_row(rows[student], ["not built"] * 5)
            self.assertIn("04: #include ", rows[student]["look at"])
        self.assert_row(rows["curious"], PASSED)
        self.assertEqual({row["seed"] for row in rows.values()}, {"7"})
        self.assertRegex(rows["right"]["date"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assert_reports(self.folder / "reports")
        self.assert_goes_on(rows)

    def assert_reports(self, folder):
        """What is handed back says what went wrong, and nothing of the teacher's machine."""
        for student, sentence in (("misplaced", f"expected {CHAPTER}/exercise.cpp, found exercise.cpp"),
                                  ("absent", f"expected {CHAPTER}/exercise.cpp, found nothing of that name"),
                                  ("link", "found a link to elsewhere"), ("kills", "the run was ended from within"),
                                  ("forks", "it started more than 64 processes"),
                                  ("fills memory", "all its processes together held more than 1000 MB"),
                                  ("no semicolon", f"{CHAPTER}/exercise.cpp:")):
            text = (folder / f"{student}.txt").read_text(encoding="utf-8")
            self.assertTrue(text.startswith(f"{student}: "), text)
            self.assertIn(sentence, text)
            self.assertNotIn("/tmp", text)

    def assert_goes_on(self, rows):
        """A rerun grades who has no whole row: one was deleted, another cut off while it was written."""
        file = self.folder / "points.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("absent,", "untouched,"))]
        file.write_text("".join(kept) + "untouched,0,0", encoding="utf-8")
        again = grade(self.folder, "--seed", "7")
        graded = re.findall(r"^(.*): \d+ of \d+ points$", again.stderr, flags=re.MULTILINE)
        self.assertEqual(sorted(graded), ["absent", "untouched"])
        undated = [[{**row, "date": ""} for row in of.values()] for of in (rows, rows_of(self.folder))]
        self.assertEqual(undated[0], undated[1])
        other = grade(self.folder, "--seed", "8")
        self.assertEqual(other.returncode, 2)
        self.assertIn("expected rows of seed 8, found absent's of seed 7", other.stderr)

    def test_ended_in_the_middle(self):
        """Ctrl-C, or a kill of the grading itself: at once, and with the rows so far."""
        hand_in(self.folder, "a", SOLUTION)
        for student in ("b", "c", "d"):
            hand_in(self.folder, student, answers({"4.1": f'prctl(PR_SET_NAME, "{MARK}");\n  {LOOP}'}))
        for how, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(signal=how):
                (self.folder / "points.csv").unlink(missing_ok=True)
                # a run may take hours: who waits for it is found out by the test's timeout
                grading = grade(self.folder, "--limit", "3600", start=subprocess.Popen)
                until(lambda: left_behind() and len(rows_of(self.folder)) == 1)
                grading.send_signal(how)
                grading.communicate()
                self.assertEqual(grading.returncode, status)
                until(lambda: not left_behind())
                self.assert_row(rows_of(self.folder)["a"], PASSED)


class WithoutASandbox(Class):
    def test_the_class(self):
        """A bwrap that does not run: one line says what is not prevented, and what does harm costs its own student."""
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n", encoding="utf-8")
        (self.folder / "bin" / "bwrap").chmod(0o755)
        for student in ("right", "loops", "kills", "forks", "fills memory", "leaves", "forges first", "forges getc",
                        "forges check"):
            hand_in(self.folder, student, STUDENTS[student][0])
        hand_in(self.folder, "kills grader", answers({"4.1": KILLS_GRADER}))
        hand_in(self.folder, "curious", self.curious)
        graded = grade(self.folder, env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"})
        self.assertEqual((graded.returncode, left_behind()), (0, []), graded.stderr)
        self.assertIn("bubblewrap does not run here (bwrap: No permissions): nothing prevents ", graded.stderr)
        rows = rows_of(self.folder)
        self.assertEqual(len(rows), 11)
        for student in set(rows) & set(STUDENTS):
            with self.subTest(student=student):
                self.assert_row(rows[student], STUDENTS[student][1])
        self.assert_row(rows["kills grader"], ["crashed"] * 5)
        self.assert_row(rows["curious"], ["failed"] * 5)  # it finds all that a sandbox keeps from it


def until(condition):
    while not condition():
        time.sleep(0.1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where whoever started this test ignores it
    BUILD = Path(sys.argv.pop(1))
    listed = subprocess.run([BUILD / "chapters" / "solution_04", "--list"], capture_output=True, text=True, check=True).stdout
    POINTS = {number: int(points) for number, points in re.findall(r"^(4\.\d)\s+(\d+)", listed, flags=re.MULTILINE)}
    unittest.main()
