"""The exercises of a checkout, and how an answer to them is built."""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from limits import plain, text_of, wait

ROOT = Path(__file__).resolve().parent.parent.parent


class Stop(Exception):
    """Ends the program with this one sentence."""


@dataclass(frozen=True)
class Exercise:
    number: str  # "5.2"
    slug: str
    statement: str
    points: int
    minutes: int

    @property
    def chapter(self):
        return f"{int(self.number.split('.')[0]):02}"


def chapters_of(folder):
    """The folders' names, in order."""
    return sorted(file.parent.name for file in folder.glob("[0-9]*_*/demo.cpp"))


class Checkout:
    """The chapters of a checkout and a folder they are built in."""

    def __init__(self, build, root=ROOT):
        self.root, self.build = root, build
        self.chapters = chapters_of(root / "chapters")
        self._tables, self._recipes = {}, {}

    def title(self, chapter):
        with open(self.root / "chapters" / chapter / "README.md", encoding="utf-8") as text:
            return text.readline().lstrip("# ").strip()

    def file(self, answers, chapter):
        """The answers of "exercise", which are the student's, or of "solution"."""
        return self.root / "chapters" / chapter / "exercises" / f"{answers}.cpp"

    def target(self, answers, chapter):
        return f"chapters/{answers}_{chapter[:2]}"

    def make(self, answers, chapter):
        """Builds the check program of "exercise" or "solution". Returns what the compiler says, "" when all is well."""
        ninja = subprocess.run(["ninja", "-C", self.build, self.target(answers, chapter)], capture_output=True,
                               text=True, errors="replace", stdin=subprocess.DEVNULL)
        return "" if ninja.returncode == 0 else compiler_messages(ninja.stdout + ninja.stderr)

    def table(self, chapter):
        """The chapter's exercises. They come from the reference program: it builds whatever the student wrote."""
        if chapter not in self._tables:
            errors = self.make("solution", chapter)
            if errors:
                raise Stop(f"{errors}\nThe checks of {chapter} could not be built, for the reason above.")
            lines = self.reference(chapter, "--list").splitlines()[1:]
            self._tables[chapter] = [
                Exercise(number, slug, statement, int(points), int(minutes))
                for number, points, minutes, slug, statement in (line.split(maxsplit=4) for line in lines)]
        return self._tables[chapter]

    def reference(self, chapter, *words):
        """What the reference program prints."""
        return subprocess.run([self.build / self.target("solution", chapter), *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=True).stdout

    def prepare_apart(self, chapter):
        """Builds what the answers of all students lean on, whatever stands in this checkout's own."""
        self.table(chapter)
        own = self.target("exercise", chapter)
        commands = json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8"))
        compile_ = next(c["command"] for c in commands if c["file"].endswith(f"{chapter}/exercises/exercise.cpp"))
        self._recipes[chapter] = (without_notes(shlex.split(compile_)),
                                  shlex.split(self._ninja("-t", "commands", own).splitlines()[-1]))

    def build_apart(self, chapter, source, folder, limits):
        """Builds the program of an answer that lies elsewhere, in that folder, as ninja builds the one of this
        checkout. Returns the program and what the compiler says. REQUIRES: prepare_apart."""
        compile_, link = self._recipes[chapter]  # ... -o exercise.cpp.o -c exercise.cpp
        program = folder / "exercise"
        theirs = {compile_[-1]: source, compile_[-3]: folder / "exercise.o", self.target("exercise", chapter): program}
        for command in (compile_ + ["-w", "-fdiagnostics-color=never"], link):
            status, output = self._limited([theirs.get(word, word) for word in command], folder, limits)
            if status != 0:
                return program, compiler_messages(output) or "the compiler ran into its limits"
        return program, ""

    def _ninja(self, *words):
        return subprocess.run(["ninja", "-C", self.build, *words], capture_output=True, text=True, check=True).stdout

    def _limited(self, command, folder, limits):
        with open(folder / "compiler", "w+b") as output:
            process = subprocess.Popen(limits.around(command, scale=6, output_megabytes=500), cwd=self.build,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
            status = wait(process, limits.seconds * 6)
            return status, text_of(output)


def without_notes(command):
    """A command without what it writes about headers for ninja."""
    for option, arguments in (("-MD", 0), ("-MQ", 1), ("-MF", 1)):
        at = command.index(option)
        command = command[:at] + command[at + 1 + arguments:]
    return command


def compiler_messages(log, most=30):
    """Of what ninja or a compiler prints, the messages alone: no progress, no command lines, no names of functions."""
    other = r"\[\d+/\d+\]|FAILED:|ninja: |(ccache )?(c\+\+|g\+\+|clang\+\+)[^:]* -|\S+: (In |At global scope)"
    short = re.sub(r"Eigen::Matrix<(\w+), -1, -1, 1, -1, -1>", r"Matrix<\1>", plain(log))
    lines = [line for line in short.splitlines() if not re.match(other, line)]
    left_out = len(lines) - most
    return "\n".join(lines[:most] + ([f"... and {left_out} lines more"] if left_out > 0 else []))
