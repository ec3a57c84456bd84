"""The exercises of a checkout, and how an answer to them is built."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from compiler import readable
from limits import text_of
from sandbox import isolated
from supervise import supervised
from symbols import functions_of, symbols
from tame import tame

ROOT = Path(__file__).resolve().parent.parent.parent
EXTRA = ["-Wfloat-conversion", "-fdiagnostics-color=never"]  # shown with an answer that is wrong
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8",  # the compiler's messages are read, also by this program
           "CCACHE_DISABLE": "1"}


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


def reference_in(exercises):
    """Whose answers stand for themselves, whatever a student writes: "solution", or, in a student's edition, which has none,
    "handed_out", a copy of exercise.cpp as it was handed out."""
    return "handed_out" if (exercises / "handed_out.cpp").is_file() else "solution"


def chapters_of(folder):
    """The folders' names, in order."""
    return sorted(file.parent.name for file in folder.glob("[0-9]*_*/demo.cpp"))


class Checkout:
    """The chapters of a checkout and a folder they are built in."""

    def __init__(self, build, root=ROOT):
        self.root, self.build = root, build
        self.chapters = chapters_of(root / "chapters")
        self._tables, self._recipes, self._functions, self._precompiled, self._announced = {}, {}, {}, {}, set()

    @property
    def shown(self):
        """What an answer may read while it is compiled."""
        return [*(self.root / name for name in ("autograd", "models", "plots", "chapters")), self.build]

    def title(self, chapter):
        with open(self.root / "chapters" / chapter / "README.md", encoding="utf-8") as text:
            return text.readline().lstrip("# ").strip()

    def file(self, answers, chapter):
        """The answers of "exercise", which are the student's, or of the chapter's reference."""
        return self.root / "chapters" / chapter / "exercises" / f"{answers}.cpp"

    def reference_of(self, chapter):
        return reference_in(self.root / "chapters" / chapter / "exercises")

    def target(self, answers, chapter):
        return f"chapters/{answers}_{chapter[:2]}"

    def make(self, answers, chapter):
        """Builds the check program of "exercise" or of the reference. Returns what the compiler says, "" when all is well."""
        target = self.target(answers, chapter)
        if chapter not in self._announced and "no work to do" not in self._run_ninja("-n", target).stdout:
            print(f"Building {chapter} ...", file=sys.stderr)
            self._announced.add(chapter)
        ninja = self._run_ninja(target)
        return "" if ninja.returncode == 0 else readable(ninja.stdout + ninja.stderr)

    def table(self, chapter):
        """The chapter's exercises. They come from the reference program: it builds whatever the student wrote."""
        if chapter not in self._tables:
            errors = self.make(self.reference_of(chapter), chapter)
            if errors:
                raise Stop(f"{errors}\nThe checks of {chapter} could not be built, for the reason above.\n"
                           f"{self._changed(chapter, errors)}".rstrip())
            lines = self.reference(chapter, "--list").splitlines()[1:]
            self._tables[chapter] = [
                Exercise(number, slug, statement, int(points), int(minutes))
                for number, points, minutes, slug, statement in (line.split(maxsplit=4) for line in lines)]
        return self._tables[chapter]

    def reference(self, chapter, *words):
        """What the reference program prints."""
        program = self.build / self.target(self.reference_of(chapter), chapter)
        return subprocess.run([program, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=True).stdout

    def _changed(self, chapter, errors):
        """A sentence on the files of exercises that are not as handed out, exercise.hpp among them."""
        if not shutil.which("git"):
            return ""
        folder = f"chapters/{chapter}/exercises"
        git = subprocess.run(["git", "-C", self.root, "-c", "core.quotePath=off", "diff", "--name-only", "HEAD", "--",
                              folder], capture_output=True, text=True, check=False)
        changed = [name for name in git.stdout.splitlines() if not name.endswith("/exercise.cpp")]
        if not changed:
            fits = "exercises/" not in errors
            return "" if fits else f"Was {folder}/exercise.hpp changed? Only exercise.cpp is yours to write in."
        return (f"Changed since it was handed out: {', '.join(changed)}. Only exercise.cpp is yours to write in. "
                f"To have it back: git checkout -- {' '.join(changed)}")

    def prepare_apart(self, chapter):
        """Builds what the answers of all students lean on, whatever stands in this checkout's own."""
        numbers = [exercise.number for exercise in self.table(chapter)]
        compile_ = self._compile_command(chapter)
        link = shlex.split(self._commands(self.target("exercise", chapter)))
        own = compile_[compile_.index("-o") + 1]
        checks = [word for word in link if word.endswith(".o") and word != own]
        reference = self.reference_of(chapter)
        answers = next(word for word in shlex.split(self._commands(self.target(reference, chapter)))
                       if word.endswith(".o") and word not in checks)
        self._functions[chapter] = functions_of([self.build / check for check in checks], self.build / answers,
                                                self.file("exercise", chapter).with_suffix(".hpp"),
                                                self.file(reference, chapter), numbers)
        self._recipes[chapter] = compile_, own, link, self._stand_in(chapter, self.build / answers)

    def functions(self, chapter):
        """{exercise: the functions that its answer must define}. REQUIRES: prepare_apart."""
        return self._functions[chapter]

    def compile_apart(self, chapter, source, object_file, limits):
        """Compiles an answer that lies elsewhere as ninja compiles the one of this checkout. Returns whether that failed,
        and what the compiler says. REQUIRES: prepare_apart."""
        compile_, own, _, _ = self._recipes[chapter]
        theirs = {compile_[-1]: source, own: object_file}
        # in a build where warnings are errors, those of an answer are still no more than warnings
        command = [theirs.get(word, word) for word in compile_ if word != "-Werror"] + EXTRA
        given = self._precompiled.get(chapter)
        if given and f'"chapters/{chapter}/exercises/exercise.hpp"' in source.read_text(encoding="utf-8", errors="replace"):
            command[command.index("-o"):command.index("-o")] = ["-include", given]
        return self._limited(command, object_file.parent, limits, readable=[source])

    def precompile(self, chapter, folder):
        """Compiles exercise.hpp once, into that folder, for many answers that include it: each then takes a fifth of the
        time. What fails here is left alone. REQUIRES: prepare_apart, and that the folder lasts."""
        compile_, own, _, _ = self._recipes[chapter]
        given = folder / f"given_{chapter[:2]}.hpp"
        given.write_text(f'#include "chapters/{chapter}/exercises/exercise.hpp"\n', encoding="utf-8")
        theirs = {compile_[-1]: given, own: f"{given}.gch", "-c": "-xc++-header"}
        compiler = subprocess.run([theirs.get(word, word) for word in compile_] + EXTRA, cwd=self.build, env=ENGLISH,
                                  stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if compiler.returncode == 0:
            self._precompiled[chapter] = given

    def build_apart(self, chapter, source, folder, name, limits):
        """Builds the program of such an answer in that folder, with the reference answers in the places of what the
        answer does not define. REQUIRES: prepare_apart."""
        _, own, link, stand_in = self._recipes[chapter]
        made = Made(folder / name, folder / f"{name}.o")
        failed, made.log = self.compile_apart(chapter, source, made.object, limits)
        if failed:
            made.failure = made.log or "the compiler ran into its limits of time or memory"
        else:
            made.defined = symbols(made.object, "--defined-only")
            tame(made.object, set().union(*self._functions[chapter].values()))
            theirs = {own: [made.object, stand_in], self.target("exercise", chapter): [made.program]}
            failed, output = self._limited([word for part in link for word in theirs.get(part, [part])], folder, limits)
            made.failure = (output or "the linker ran into its limits of time or memory") if failed else ""
        return made

    def _stand_in(self, chapter, answers):
        """The reference answers as weak symbols: a student's own take their places."""
        weak = self.build / "chapters" / f"reference_{chapter[:2]}.o"
        with tempfile.NamedTemporaryFile(dir=weak.parent, delete=False) as draft:
            subprocess.run(["objcopy", "--weaken", answers, draft.name], check=True)
        os.replace(draft.name, weak)
        return weak

    def _compile_command(self, chapter):
        commands = json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8"))
        command = next(c["command"] for c in commands if c["file"].endswith(f"{chapter}/exercises/exercise.cpp"))
        return without_notes(shlex.split(command))  # ... -o exercise.cpp.o -c exercise.cpp

    def _commands(self, target):
        return self._run_ninja("-t", "commands", target).stdout.splitlines()[-1]

    def _run_ninja(self, *words):
        return subprocess.run(["ninja", "-C", self.build, *words], capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, env=ENGLISH, check=False)

    def _limited(self, command, folder, limits, readable=()):
        """Whether the command failed, and what it printed. A sandbox shows it this project without anybody's answers, and
        the folder, in which alone it may write."""
        limits = limits.of_compiling
        command = limits.around(command)
        if limits.isolated:
            given = [path for given in self._precompiled.values() for path in (given, f"{given}.gch")]
            command = isolated(command, limits, readable=[*self.shown, *given, *readable], writable=folder, folder=self.build,
                               hidden=sorted(self.root.glob("chapters/*/exercises/*.cpp")))
        with tempfile.TemporaryFile() as output:
            ended = supervised(command, limits, cwd=self.build, env=ENGLISH, stdin=subprocess.DEVNULL, stdout=output,
                               stderr=output)
            return ended.status != 0 or ended.exceeded != "", text_of(output, most=1_000_000)


@dataclass
class Made:
    """What became of a build: the whole log, what the answer's file defines, and of a build that failed what it failed of."""

    program: Path
    object: Path
    log: str = ""
    defined: dict = field(default_factory=dict)  # {name: kind}, as of symbols()
    failure: str = ""


def without_notes(command):
    """A command without what it writes about headers for ninja."""
    for option, arguments in (("-MD", 0), ("-MQ", 1), ("-MF", 1)):
        at = command.index(option)
        command = command[:at] + command[at + 1 + arguments:]
    return command
