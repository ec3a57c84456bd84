"""Breaks every answer of every chapter in the usual ways: only its points may be lost, and the message must say where.

broken_answers_test.py BUILD [--all] [CHAPTER ...]   the folder that the checks were built in

A student stands for each way of breaking and breaks every other answer of a chapter, between neighbours that stay right: in
one way those with an even number, in the next one the odd ones. Two neighbouring chapters share the ways: what the first is not
broken by breaks the second. With --all each answer of each chapter is broken in each way, which takes four times as long. What
ends the program (a crash, a loop without end) cannot reach other answers, each of which runs in a process of its own: those
ways are dealt out over the answers."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "chapters" / "course"))

from answers import NO_CODE  # noqa: E402
from checkout import Checkout  # noqa: E402
from isolate import names_of  # noqa: E402

BUILD = ROOT / "build"
CHAPTERS = []
ALL = False


class Part:
    """The answer to one exercise: its text, and where in it the head and the body of its last function lie."""

    def __init__(self, text, names):
        self.text, self.name = text, names[-1]
        blank = re.sub(NO_CODE, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)
        self.head = re.search(rf"^[^\s#}}].*\b{self.name}\s*\(", blank, flags=re.MULTILINE)
        self.open = blank.index("{", closing(blank, self.head.end() - 1, "()"))
        self.close = closing(blank, self.open, "{}")
        self.blank = blank

    def with_body(self, body):
        return self.text[:self.open] + "{\n" + body + "\n}" + self.text[self.close + 1:]

    def inserted(self, at, text):
        return self.text[:at] + text + self.text[at:]


def closing(text, start, pair):
    """Where what opens at the start is closed."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        if depth == 0:
            return at
    raise AssertionError(f"{pair[0]} without {pair[1]}")


# What does not compile: the broken text of an answer, and what the message must say.
def no_semicolon(part):
    last = part.blank.rindex(";", part.open, part.close)
    return part.text[:last] + part.text[last + 1:]


def name_misspelt(part):
    last = list(re.finditer(r"\b[a-z_]\w*", part.blank[part.open:part.blank.rindex(";", part.open, part.close)]))[-1]
    return part.inserted(part.open + last.end(), "_misspelt")


def function_gone(part):
    return part.text[:part.head.start()] + part.text[part.close + 1:]


def function_renamed(part):
    end = part.head.end() - 1
    return part.inserted(part.blank.rindex(part.name, 0, end) + len(part.name), "_mine")


def arguments_changed(part):
    return part.inserted(part.head.end(), "int /*more*/, ")


BUILT = {
    "no semicolon": (no_semicolon, "error: expected"),
    "a name misspelt": (name_misspelt, "_misspelt"),
    "an #include forgotten": (lambda part: part.inserted(part.open + 1, ' std::regex pattern("a");'),
                              r"likely: the name is misspelt, or the file lacks the #include"),
    "a return forgotten": (lambda part: part.with_body("  int sum = 0;\n  sum += 1;"), "without a return"),
    "a function gone": (function_gone, "{number} {name} is missing or its arguments differ from exercise.hpp"),
    "a function renamed": (function_renamed, "{number} {name} is missing or its arguments differ from exercise.hpp\n"
                                             r"expected: .*\nfound:    {name}_mine"),
    "arguments changed": (arguments_changed, "{number} {name} is missing or its arguments differ from exercise.hpp\n"
                                             r"expected: .*\nfound:    {name}\(int"),
    "the result's type changed": (lambda part: part.text[:part.head.start()] + "char** " + part.name + "("
                                  + part.text[part.head.end():], "error: "),
    "an unclosed brace": (lambda part: part.inserted(part.open + 1, "\n  if (true) {"), r"likely: in this answer a \{ has no \}"),
    "a brace too many": (lambda part: part.inserted(part.close, "}\n"), r"likely: in this answer a \} has no \{"),
    "a comment without end": (lambda part: part.inserted(part.open + 1, "\n  /* to do"), r"unterminated|likely: in this answer a /\* has no \*/"),
    "a header that is not there": (lambda part: part.inserted(part.open + 1, '\n#include "nowhere.hpp"\n'), "nowhere.hpp"),
    "an error inside a header": (lambda part: part.inserted(
        part.open + 1, "\n  std::span<const double>(std::string(3, 'a'));\n  std::vector<void>();"), "error: "),
    "a main of its own": (lambda part: part.text[:part.head.start()] + "}\nint main() { return 0; }\nnamespace {ns} {\n"
                          + part.text[part.head.start():], "main"),
}
# What ends the program.
RUN = {
    "a loop without end": ("  for (volatile int i = 0;; i = i + 1) {}", "timed out", "it did not end within 1 s"),
    "a segmentation fault": ("  volatile int* nowhere = nullptr;\n  *nowhere = 1;\n  std::abort();", "crashed",
                             "likely: an index beyond the end"),
    "exit": ("  std::exit(0);", "crashed", "it ended with status 0"),
    "an exception": ("  throw std::runtime_error(\"no idea\");", "failed", "it threw: no idea"),
    "no memory": ("  std::vector<double> all(4000000000u);\n  throw all.size();", "failed", "likely: .* memory"),
}
NEEDS = "#include <cstdlib>\n#include <stdexcept>\n#include <string>\n#include <vector>\n"


class Broken:
    """A chapter's students: their files, and what is to come of them."""

    def __init__(self, checkout, chapter):
        self.chapter = chapter
        checkout.prepare_apart(chapter)
        self.names = names_of(checkout.functions(chapter))
        self.solution = checkout.file("solution", chapter).read_text(encoding="utf-8")
        self.numbers = list(self.names)
        self.files, self.expected = {}, {}

    def add(self, student, broken):
        """`broken`: {exercise: (its text from its part, state, message)}."""
        text = self.solution
        for number, (change, _, _) in broken.items():
            start = re.search(rf"^// {re.escape(number)}(?!\d).*$", text, flags=re.MULTILINE).start()
            following = re.compile(r"^// \d+\.\d+(?!\d)", flags=re.MULTILINE).search(text, start + 3)
            end = following.start() if following else text.rindex("}")
            text = text[:start] + change(Part(text[start:end], self.names[number])) + text[end:]
        self.files[student] = NEEDS + text
        self.expected[student] = broken

    def calls(self, number, student):
        """Whether the right answer to it calls a broken one."""
        names = [name for other in self.expected[student] for name in self.names[other]]
        return number not in self.expected[student] and re.search(rf"\b({'|'.join(names)})\(", self.part(number))

    def returns(self, number):
        return not re.search(rf"^void .*\b{self.names[number][-1]}\(", self.part(number), flags=re.MULTILINE)

    def part(self, number):
        start = re.search(rf"^// {re.escape(number)}(?!\d).*$", self.solution, flags=re.MULTILINE).start()
        return re.split(r"^// \d+\.\d+(?!\d)", self.solution[start + 3:], flags=re.MULTILINE)[0]

    def add_all(self):
        namespace = "ch" + self.chapter[:2]
        for i, (way, (change, message)) in enumerate(BUILT.items()):
            turn = i + int(self.chapter[:2])
            if turn % 2 and not ALL:
                continue  # a way of the neighbouring chapter
            for half in (0, 1) if ALL else (turn // 2 % 2,):
                self.add(f"{way}, {half}", {
                    number: (lambda part, change=change: change(part).replace("{ns}", namespace), "not built",
                             message.replace("{number}", re.escape(number)).replace("{name}", self.names[number][-1]))
                    for number in self.numbers[half::2] if way != "a return forgotten" or self.returns(number)})
        ways = list(RUN.values())
        for half in (0, 1):
            self.add(f"ends, {half}", {
                number: (lambda part, body=ways[i % len(ways)][0]: part.with_body(body), *ways[i % len(ways)][1:])
                for i, number in enumerate(self.numbers) if i % 2 == half})


class EveryAnswer(unittest.TestCase):
    def test_one_mistake_costs_one_exercise(self):
        checkout = Checkout(BUILD)
        for chapter in CHAPTERS or checkout.chapters:
            broken = Broken(checkout, chapter)
            broken.add_all()
            for student, reports in graded(chapter, broken.files).items():
                for number in broken.numbers:
                    with self.subTest(chapter=chapter, student=student, exercise=number):
                        state, report = reports[number]
                        if state in ("crashed", "timed out") and broken.calls(number, student):
                            self.assertIn("Repair that first.", report)
                            continue
                        _, expected, message = broken.expected[student].get(number, (None, "passed", ""))
                        self.assertEqual(state, expected, report)
                        if expected != "passed":
                            self.assertRegex(report, message)
                            self.assertRegex(report, r"exercise\.cpp(:\d+:|, line \d+|        \(hint)")


def graded(chapter, files):
    """{student: {exercise: (state, report)}}."""
    with tempfile.TemporaryDirectory() as folder:
        for student, text in files.items():
            file = Path(folder) / "class" / student / chapter / "exercise.cpp"
            file.parent.mkdir(parents=True)
            file.write_text(text, encoding="utf-8")
        report = Path(folder) / "report.json"
        subprocess.run([sys.executable, "-B", ROOT / "chapters" / "course" / "grade.py", chapter, "--build", BUILD, "--class",
                        Path(folder) / "class", "--csv", Path(folder) / "points.csv", "--json", report, "--limit", "1"],
                       check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return {student["student"]: {e["number"]: (e["state"], e["report"]) for e in student["chapters"][0]["exercises"]}
                for student in json.loads(report.read_text(encoding="utf-8"))["students"]}


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    ALL = "--all" in sys.argv
    CHAPTERS = [word for word in sys.argv[1:] if word != "--all"]
    del sys.argv[1:]
    unittest.main()
