"""chapters/edition: a student's edition, which is the last commit without what gives answers away.

It is made in a folder beside the one that is asked for, which takes its name at the very end: there is a whole edition or
none."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from checkout import ROOT, Stop, chapters_of
from grade import Parser, find_chapter

# What a student's edition lacks: the answers and wrong answers, the teacher's pages and tools, and the tests that need these.
LEFT_OUT = [re.compile(pattern) for pattern in (
    r"chapters/[0-9][^/]*/exercises/solution\.cpp", r"(.*/)?TEACHING\.md", r"chapters/edition",
    r"chapters/course/(classroom|edition|gradebook|handed_in|look|whole_class)\.py", r"chapters/course/student/.*",
    r"tests/chapters/(broken_answers|class|course|edition|grade|wrong_answers)_test\.py", r"\.ci/.*", r"\.github/.*")]
# A line of a text that speaks of them goes, except for these, which change.
SPEAKS_OF_THEM = re.compile(r"TEACHING\.md|solution\.cpp")
REWORDED = {"chapters/README.md": [
    ("| `exercises/solution.cpp` | the reference answers |",
     "| `exercises/handed_out.cpp` | your file as it was handed out |")]}
# Where the files that are for a student's edition alone, chapters/course/student, lie in it.
ADDED = {"classroom.yml": ".github/workflows/classroom.yml", "setup.sh": "autograder/setup.sh",
         "run_autograder": "autograder/run_autograder"}
NEUTRAL = {"user.name": "Tapestry", "user.email": "tapestry@localhost"}


def output_of(command, **how):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=True, **how).stdout
    except FileNotFoundError:
        raise Stop(f"{command[0]} was not found (apt-get install {command[0]})") from None
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.strip().splitlines() or [f"its exit status was {failed.returncode}"]
        raise Stop(f"{command[0]}: {said[0]}") from None


def git(folder, *words):
    """What git prints. Neither another repository that the environment names nor the hooks of this machine take part."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")}
    return output_of(["git", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=off", "-C", folder, *words],
                     env=environment)


def check_place(folder):
    """A sentence instead of an edition in a place that holds something else."""
    if folder.is_relative_to(ROOT):
        raise Stop(f"expected a folder outside of the project, found {folder}, which is inside {ROOT}")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise Stop(f"{folder} exists already. Expected a new folder, or an empty one")
    if not folder.parent.is_dir():
        raise Stop(f"expected a place in a folder that exists, found no folder {folder.parent}")


def check_committed():
    """Only the last commit is handed out. What has been changed since stays behind, and is named."""
    try:
        if Path(git(ROOT, "rev-parse", "--show-toplevel").strip()).resolve() != ROOT:
            raise Stop("it lies in a repository of something else")
    except Stop as reason:
        raise Stop(f"expected this project as a git repository, whose last commit is handed out; {reason}") from None
    changed = git(ROOT, "status", "--porcelain").splitlines()
    if changed:
        print(f"Not committed, so it stays behind: {changed[0][3:]}"
              + (f" and {len(changed) - 1} more" if changed[1:] else ""), file=sys.stderr)


def without_answers(name, text):
    """A Markdown page without the lines that speak of what is left out."""
    for old, new in REWORDED.get(name, []):
        if old not in text:
            raise Stop(f"{name}: expected the line {old}, found none (chapters/course/edition.py rewords it)")
        text = text.replace(old, new)
    return "".join(line for line in text.splitlines(keepends=True) if not SPEAKS_OF_THEM.search(line)).rstrip("\n") + "\n"


def check_untouched(name, exercise, check):
    """The last commit might hold somebody's answers."""
    found, expected = exercise.count("lesson::todo("), check.count(".number = ")
    if found < expected:
        raise Stop(f"{name} of the last commit is not as handed out: expected {expected} times lesson::todo, found {found}")


def fill(draft, chapters):
    """The last commit, with the files of a student's edition in their places and without what it lacks."""
    packed = draft / "packed.tar"
    git(ROOT, "-c", "tar.umask=022", "archive", f"--output={packed}", "HEAD")
    output_of(["tar", "--extract", f"--file={packed}", "--no-same-owner"], cwd=draft)
    packed.unlink()
    for name, place in ADDED.items():
        (draft / place).parent.mkdir(parents=True, exist_ok=True)
        (draft / "chapters/course/student" / name).rename(draft / place)
    (draft / "autograder/chapters").write_text(" ".join(chapters) + "\n", encoding="utf-8")
    for file in sorted(path for path in draft.rglob("*") if path.is_file()):
        name = str(file.relative_to(draft))
        if name not in ADDED.values() and any(pattern.fullmatch(name) for pattern in LEFT_OUT):
            file.unlink()
        elif file.suffix == ".md":
            file.write_text(without_answers(name, file.read_text(encoding="utf-8")), encoding="utf-8")
        elif file.name == "exercise.cpp":
            text = file.read_text(encoding="utf-8")
            check_untouched(name, text, file.with_name("check.cpp").read_text(encoding="utf-8"))
            handed_out = f"// exercise.cpp as it was handed out. chapters/grade needs it: leave it as it is.\n{text}"
            file.with_name("handed_out.cpp").write_text(handed_out, encoding="utf-8")
    for folder in (".ci", "chapters/course/student"):
        (draft / folder).rmdir()


def commit(draft):
    version = re.search(r"version: '([^']*)'", (draft / "meson.build").read_text(encoding="utf-8"))[1]
    of = git(ROOT, "rev-parse", "--short", "HEAD").strip()
    git(draft, "init", "--quiet", "--template=", "--initial-branch=main")
    git(draft, "add", "--all", "--force")
    try:
        git(draft, "var", "GIT_AUTHOR_IDENT")
        author = []
    except Stop:  # nobody is configured
        author = [word for name, value in NEUTRAL.items() for word in ("-c", f"{name}={value}")]
    git(draft, *author, "-c", "commit.gpgSign=false", "commit", "--quiet", "--message",
        f"Tapestry {version}, student's edition", "--message", f"Made from commit {of}.")


def make(folder, chapters):
    check_place(folder)
    check_committed()
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.draft_", dir=folder.parent))
    try:
        fill(draft, chapters)
        commit(draft)
        draft.chmod(0o755)
        os.rename(draft, folder)
    except BaseException:  # also Ctrl-C
        shutil.rmtree(draft, ignore_errors=True)
        raise


def main():
    parser = Parser(prog="chapters/edition", description="Makes a student's edition: the last commit without solutions and "
                    "teacher's pages, as a git repository of its own that grades itself (chapters/TEACHING.md).")
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder, outside of the project")
    parser.add_argument("chapters", nargs="*", default=[], metavar="CHAPTER",
                        help="what is graded automatically: 04 05; without it all")
    asked = parser.parse_args()
    known = argparse.Namespace(chapters=chapters_of(ROOT / "chapters"))
    chapters = sorted({find_chapter(known, word) for word in asked.chapters})
    folder = asked.folder.absolute()
    make(folder.parent.resolve() / folder.name, chapters)
    print(f"{asked.folder}: a student's edition, one commit. On GitHub Classroom it grades "
          f"{', '.join(chapters) or 'all chapters'} (autograder/chapters).")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except (Stop, OSError) as reason:
        print(f"chapters/edition: {reason}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
