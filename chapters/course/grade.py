"""chapters/grade: the state and the points of each exercise, for a student or for a class."""

import argparse
import difflib
import json
import re
import sys
from pathlib import Path

from checkout import ROOT, Checkout, Stop
from isolate import explain, grade_file
from limits import Limits
from reports import chapter_text, painted, to_json, write_reports
from run import run

try:
    import whole_class
except ModuleNotFoundError as missing:
    if missing.name != "whole_class":
        raise
    whole_class = None  # a student's edition grades no class


class Parser(argparse.ArgumentParser):
    def error(self, message):
        unknown = re.match(r"unrecognized arguments: (--[^ =]+)", message)
        names = [name for action in self._actions for name in action.option_strings]
        near = difflib.get_close_matches(unknown[1], names, n=1) if unknown else []
        raise Stop(f"{message}{did_you_mean(near)} (see {self.prog} --help)")


def did_you_mean(near):
    return f": did you mean {near[0]}?" if near else ""


def positive(text):
    if not re.fullmatch("[0-9]+", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected an integer of at least 1, found '{text}'")
    return int(text)


def options():
    parser = Parser(prog="chapters/grade", description="Builds and checks the answers in chapters/*/exercises/exercise.cpp.")
    add = parser.add_argument
    add("what", nargs="*", metavar="CHAPTER or EXERCISE", help="11, 11_vae or 11.2, or several; without it all chapters")
    add("--list", action="store_true", help="the exercises with their points and minutes")
    add("--hint", metavar="EXERCISE", help="a hint; each call gives the next of three")
    add("--level", type=int, choices=(1, 2, 3), help="of the hint: 3 is nearly the answer")
    add("--json", type=Path, metavar="FILE", help="write states, points and reports there")
    add("--junit", type=Path, metavar="FILE", help="the same as JUnit's XML")
    add("--gradescope", type=Path, metavar="FILE", help="the same as Gradescope's results.json")
    add("--github", type=Path, metavar="FILE", help="append GitHub Classroom's result there, as an output of a step")
    add("--seed", type=positive, default=1, help="of the random instances")
    add("--limit", type=positive, default=Limits.seconds, metavar="SECONDS", help="of one exercise, of the processor's time (%(default)s)")
    add("--memory", type=positive, default=Limits.megabytes, metavar="MB", help="of one exercise (%(default)s)")
    add("--build", type=Path, default=ROOT / "build", metavar="DIR", help="folder that meson has set up")
    parser.set_defaults(students=None)
    if whole_class:
        whole_class.add_options(parser)
    return parser


def find_chapter(checkout, what):
    """The chapter of "11", "11_vae" or "11.2"."""
    number = re.match(r"0*([0-9]+)(?![^.])", what)
    for chapter in checkout.chapters:
        if what == chapter or number and int(number[1]) == int(chapter[:2]):
            return chapter
    words = {word: chapter for chapter in checkout.chapters
             for word in (chapter, f"ch{chapter[:2]}", chapter[:2], *chapter.split("_")[1:])}
    near = [words[word] for word in difflib.get_close_matches(what.lower(), words, n=1)]
    raise Stop(f"there is no chapter '{what}' with exercises{did_you_mean(near)} (known: {', '.join(checkout.chapters)})")


def find_exercises(checkout, chapter, what):
    """All exercises of the chapter, or those that the words name: 4.2, or 04.2. Words for other chapters say nothing here."""
    exercises, named = checkout.table(chapter), []
    words = [word for word in what if find_chapter(checkout, word) == chapter]
    for word in words:
        found = [exercise for exercise in exercises
                 if "." not in word or exercise.number == re.sub(r"^0+(?=[0-9])", "", word)]
        named += found
        if not found:
            raise Stop(f"there is no exercise '{word}' (known: {', '.join(e.number for e in exercises)})")
    return [exercise for exercise in exercises if exercise in named] if words else exercises


def grade_own(checkout, chapter, exercises, limits, seed):
    """The answers of this checkout, built by ninja; only when they do not compile are they taken apart."""
    source = checkout.file("exercise", chapter)
    if checkout.make("exercise", chapter):
        checkout.prepare_apart(chapter)
        return grade_file(checkout, chapter, exercises, source, limits, seed)
    program = checkout.build / checkout.target("exercise", chapter)
    return explain(checkout, chapter, source, limits, [run(program, exercise, source, limits, seed)
                                                       for exercise in exercises])


def give_hint(checkout, number, level):
    """Without a level the one after the last that was given, which the build folder remembers."""
    chapter = find_chapter(checkout, number)
    exercises = find_exercises(checkout, chapter, [number])
    if "." not in number:
        raise Stop(f"--hint: expected an exercise, found the chapter '{number}' "
                   f"(its exercises: {', '.join(e.number for e in exercises)})")
    number = exercises[0].number
    memory = checkout.build / "hints.json"
    given = json.loads(memory.read_text()) if memory.is_file() else {}
    level = level or min(given.get(number, 0) + 1, 3)
    memory.write_text(json.dumps({**given, number: level}))
    print(checkout.reference(chapter, "--hint", number, "--level", str(level)), end="")


def print_tables(checkout, chapters):
    for chapter in chapters:
        checkout.table(chapter)
        print(f"{checkout.title(chapter)}\n\n{checkout.reference(chapter, '--list')}")


def grade_own_chapters(checkout, chapters, asked, limits):
    """Prints and writes what was asked for. Returns the exit status: 1 when an answer of this checkout is wrong."""
    suites = {}
    for chapter in chapters:
        exercises = find_exercises(checkout, chapter, asked.what)
        suites[chapter] = grade_own(checkout, chapter, exercises, limits, asked.seed)
        print(chapter_text(checkout.title(chapter), suites[chapter], painted))
    report = to_json(suites)
    if len(suites) > 1:
        print(f"all chapters: {report['points']} of {report['possible']} points")
    write_reports(asked, report, suites)
    right = all(r.state in ("passed", "not attempted") for results in suites.values() for r in results)
    return 0 if right else 1


def main():
    asked = options().parse_args()
    if asked.level and not asked.hint:
        raise Stop("--level: of which exercise's hint? Expected --hint EXERCISE as well, found --level alone")
    for option, of_own in (("--gradescope", asked.gradescope), ("--github", asked.github)):
        if of_own and asked.students:
            raise Stop(f"{option}: of one student's answers. Expected no --class, found both")
    if whole_class:
        whole_class.prepare(asked)
    for file in filter(None, (asked.json, asked.junit, asked.gradescope, asked.github)):
        open(file, "a", encoding="utf-8").close()  # says so before the work when it cannot be written
    checkout = Checkout(asked.build.resolve())
    named = {find_chapter(checkout, word) for word in asked.what}
    chapters = [chapter for chapter in checkout.chapters if chapter in named or not named]
    if asked.hint:
        return give_hint(checkout, asked.hint, asked.level)
    if asked.list:
        return print_tables(checkout, chapters)
    grade = whole_class.grade_isolated if asked.students else grade_own_chapters
    return grade(checkout, chapters, asked, Limits(asked.limit, asked.memory))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Stop, OSError) as reason:
        print(f"chapters/grade: {reason}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
