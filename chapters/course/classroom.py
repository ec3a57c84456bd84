"""A class: a folder for each student, DIR/NAME/05_minibatch_sgd/exercise.cpp. Each student is graded by a process of his own,
which is watched from outside: whatever happens to it costs this student alone."""

import datetime
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from pathlib import Path

from checkout import Stop
from handed_in import handed_in
from isolate import grade_file
from run import Result
from supervise import end_with_parent


@dataclass
class Graded:
    """What is known of a student."""

    student: str
    results: dict = field(default_factory=dict)  # {chapter: [Result]}
    look_at: str = ""  # for the teacher's eye
    seed: int = 1
    date: str = ""

    @property
    def every(self):
        return [result for results in self.results.values() for result in results]


def students_in(folder, checkout):
    if not folder.is_dir():
        raise Stop(f"--class: expected a folder with one folder for each student, found no folder {folder}")
    students = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not students:
        raise Stop(f"--class: expected a folder for each student in {folder}, found none")
    chapters = sorted(set(students) & set(checkout.chapters))
    if chapters:
        raise Stop(f"--class: expected a folder for each student in {folder}, found the chapter {chapters[0]}: is it of one "
                   "student?")
    for shown in checkout.shown:
        if folder.is_relative_to(shown):
            raise Stop(f"--class: expected a folder outside of {shown}, which every answer may read, found {folder}")
    return students


def grade_class(checkout, folder, students, chapters, limits, seed):
    """Yields a Graded as soon as a student is done. As many students at a time as there are processors. Whoever stops
    asking for more ends what runs."""
    if not students:
        return
    with tempfile.TemporaryDirectory(prefix="class_", ignore_cleanup_errors=True) as scratch:
        for chapter in chapters:
            checkout.prepare_apart(chapter)
            checkout.precompile(chapter, Path(scratch))
        waiting, running = list(students), []
        try:
            while waiting or running:
                while waiting and len(running) < (os.cpu_count() or 1):
                    name = waiting.pop(0)
                    running.append(Grader(checkout, folder / name, chapters, limits, seed, Path(scratch) / name))
                connection.wait([grader.pipe for grader in running], timeout=1)
                for grader in [grader for grader in running if grader.is_done()]:
                    running.remove(grader)
                    yield grader.graded()
        finally:
            for grader in running:
                grader.end()


class Grader:
    """The process that grades a student, chapter by chapter, and what it has said so far."""

    def __init__(self, checkout, folder, chapters, limits, seed, scratch):
        self.name, self.seed, self.results = folder.name, seed, {}
        self.exercises = {chapter: checkout.table(chapter) for chapter in chapters}
        runs = sum(map(len, self.exercises.values()))  # in the worst case each answer is compiled alone
        self.end_at = time.monotonic() + runs * limits.patience + (2 * runs + 2) * limits.of_compiling.patience
        self.pipe, into = get_context("fork").Pipe(duplex=False)
        self.process = get_context("fork").Process(
            target=grade_student, args=(into, checkout, folder, self.exercises, limits, seed, scratch))
        sys.stderr.flush()
        self.process.start()
        into.close()

    def is_done(self):
        """Takes in what it has said."""
        try:
            while self.pipe.poll():
                chapter, results = self.pipe.recv()
                self.results[chapter] = results
        except (EOFError, OSError):
            return True
        return time.monotonic() > self.end_at

    def graded(self):
        lost = "the process that graded this was ended before it was done, most likely by an answer"
        if time.monotonic() > self.end_at:
            lost = "the grading took longer than all its limits together"
        self.end()
        results = {chapter: self.results.get(chapter) or [Result(exercise, "crashed", lost) for exercise in exercises]
                   for chapter, exercises in self.exercises.items()}
        return Graded(self.name, results, seed=self.seed, date=datetime.datetime.now().isoformat(" ", "seconds"))

    def end(self):
        self.process.join(0.5 if self.results else 0)
        self.process.terminate()
        self.process.join(5)
        self.process.kill()
        self.process.join()


def grade_student(into, checkout, folder, exercises, limits, seed, scratch):
    """The process's main: sends (chapter, results) for each chapter."""
    os.setsid()  # Ctrl-C at the terminal is not meant for it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    end_with_parent()
    for chapter, own in exercises.items():
        try:
            results = grade_chapter(checkout, folder, chapter, own, limits, seed, scratch / chapter)
        except Exception as error:  # of this file alone, whatever it is
            results = [Result(exercise, "crashed", f"the file could not be graded: {error}") for exercise in own]
        into.send((chapter, results))


def grade_chapter(checkout, folder, chapter, exercises, limits, seed, scratch):
    """Grades a copy of the student's file, beside which nothing else lies."""
    text, reason = handed_in(folder, chapter)
    if text is None:
        return [Result(exercise, "missing", reason) for exercise in exercises]
    scratch.mkdir(parents=True)
    source = scratch / "exercise.cpp"
    source.write_bytes(text)
    results = grade_file(checkout, chapter, exercises, source, limits, seed)
    for result in results:
        result.report = result.report.replace(f"{scratch.parent}/", "")
    return results
