"""A class: a folder for each student, DIR/NAME/05_minibatch_sgd/exercise.cpp. Each answer is built and run apart."""

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checkout import Stop
from isolate import grade_file
from run import Result


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
    with tempfile.TemporaryDirectory(prefix="class_") as headers, ThreadPoolExecutor(os.cpu_count()) as threads:
        for chapter in chapters:
            checkout.prepare_apart(chapter)
        for _ in threads.map(lambda chapter: checkout.precompile(chapter, Path(headers), limits), chapters):
            pass
        graded = threads.map(lambda name: grade_student(checkout, folder / name, chapters, limits, seed), students)
        return dict(zip(students, graded))


def grade_student(checkout, folder, chapters, limits, seed):
    results = {}
    for chapter in chapters:
        source, exercises = folder / chapter / "exercise.cpp", checkout.table(chapter)
        if source.is_file():
            results[chapter] = grade_file(checkout, chapter, exercises, source, limits, seed)
        else:
            print(f"{folder.name}: there is no {chapter}/exercise.cpp", file=sys.stderr)
            results[chapter] = [Result(exercise, "not attempted", "nothing was handed in") for exercise in exercises]
    every = [result for chapter in results.values() for result in chapter]
    print(f"{folder.name}: {sum(r.points for r in every)} of {sum(r.exercise.points for r in every)} points",
          file=sys.stderr)
    return results
