"""A class: a folder for each student, DIR/NAME/05_minibatch_sgd/exercise.cpp. Each answer is built and run apart."""

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checkout import Stop
from run import Result, run


def students_in(folder):
    if not folder.is_dir():
        raise Stop(f"--class: expected a folder with one folder for each student, found no folder {folder}")
    students = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not students:
        raise Stop(f"--class: expected a folder for each student in {folder}, found none")
    return students


def grade_class(checkout, folder, chapters, limits, seed):
    """{student: {chapter: [Result]}}. As many students at a time as there are processors."""
    students = students_in(folder)
    for chapter in chapters:
        checkout.prepare_apart(chapter)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        graded = threads.map(lambda name: grade_student(checkout, folder / name, chapters, limits, seed), students)
        return dict(zip(students, graded))


def grade_student(checkout, folder, chapters, limits, seed):
    results = {chapter: grade_file(checkout, chapter, folder / chapter / "exercise.cpp", limits, seed)
               for chapter in chapters}
    every = [result for chapter in results.values() for result in chapter]
    print(f"{folder.name}: {sum(r.points for r in every)} of {sum(r.exercise.points for r in every)} points",
          file=sys.stderr)
    return results


def grade_file(checkout, chapter, source, limits, seed):
    exercises = checkout.table(chapter)
    if not source.is_file():
        print(f"{source.parent.parent.name}: there is no {chapter}/exercise.cpp", file=sys.stderr)
        return [Result(exercise, "not attempted", "nothing was handed in") for exercise in exercises]
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as folder:
        program, errors = checkout.build_apart(chapter, source, Path(folder), limits)
        if errors:
            return [Result(exercise, "not built", errors) for exercise in exercises]
        return [run(program, exercise, source, limits, seed) for exercise in exercises]
