"""chapters/grade --class: what is written of a class, each student as soon as he is done."""

import dataclasses
import json
import sys
from pathlib import Path

from checkout import Stop
from classroom import grade_class, students_in
from gradebook import Gradebook
from handed_in import handed_in
from look import phrases
from reports import points, possible, student_text, to_json, write_reports
from sandbox import why_not


def add_options(parser):
    group = parser.add_argument_group("For a class (chapters/TEACHING.md)")
    group.add_argument("--class", type=Path, dest="students", metavar="DIR",
                       help="grade DIR/NAME/11_vae/exercise.cpp for every NAME and print a CSV")
    group.add_argument("--csv", type=Path, metavar="FILE", help="write the CSV there instead; who has a row in it is done")
    group.add_argument("--reports", type=Path, metavar="DIR", help="write a text for each student there, DIR/NAME.txt")


def prepare(asked):
    """Says before the work that an option stands alone, or that nothing can be written there."""
    for option, of_class in (("--csv", asked.csv), ("--reports", asked.reports)):
        if of_class and not asked.students:
            raise Stop(f"{option}: of a class. Expected --class DIR as well, found {option} alone")
    if asked.csv:
        open(asked.csv, "a", encoding="utf-8").close()
    if asked.reports:
        asked.reports.mkdir(parents=True, exist_ok=True)


def grade_isolated(checkout, chapters, asked, limits):
    """grade_students with every answer in a sandbox, or with a line that says why there is none."""
    reason = why_not()
    if reason:
        print(f"{reason}: nothing prevents that an answer reads and changes what you can, reaches the network, or ends the "
              "grading (chapters/TEACHING.md)", file=sys.stderr)
    return grade_students(checkout, chapters, asked, dataclasses.replace(limits, isolated=not reason))


def grade_students(checkout, chapters, asked, limits):
    """`asked`: the options of chapters/grade. What is done stays when the rest is interrupted. Returns the exit status."""
    folder = asked.students.resolve()
    students = students_in(folder, checkout)
    book = Gradebook(asked.csv, [exercise for chapter in chapters for exercise in checkout.table(chapter)], asked.seed)
    titles = {chapter: checkout.title(chapter) for chapter in chapters}
    suspicious = look_at_all(checkout, folder, students, chapters)
    reports = {report["student"]: report for report in earlier(asked.json) if report["student"] in book.students}
    suites, left = {}, [name for name in students if name not in book.students]
    report = {"students": [reports[name] for name in sorted(reports)]}
    write_reports(asked, report, suites)
    for graded in grade_class(checkout, folder, left, chapters, limits, asked.seed):
        graded.look_at = suspicious[graded.student]
        print(f"{graded.student}: {points(graded.every)} of {possible(graded.every)} points", file=sys.stderr)
        suites.update({f"{graded.student}/{chapter}": results for chapter, results in graded.results.items()})
        reports[graded.student] = {"student": graded.student, "seed": graded.seed, "date": graded.date,
                                   "look at": graded.look_at, **to_json(graded.results)}
        if asked.reports:
            (asked.reports / f"{graded.student}.txt").write_text(student_text(graded, titles), encoding="utf-8")
        report["students"] = [reports[name] for name in sorted(reports)]
        write_reports(asked, report, suites)
        book.add(graded)  # last: who has a row has all the rest
    book.sort()
    return 0


def look_at_all(checkout, folder, students, chapters):
    """{student: what the teacher should look at}."""
    given = {chapter: checkout.file("exercise", chapter).with_suffix(".hpp").read_text(encoding="utf-8")
             for chapter in chapters}
    texts = {name: {chapter: text.decode("utf-8", errors="replace") for chapter in chapters
                    for text in [handed_in(folder / name, chapter)[0]] if text is not None} for name in students}
    return phrases(texts, chapters, given)


def earlier(file):
    """What a JSON of this class holds already."""
    text = file.read_text(encoding="utf-8") if file else ""
    try:
        return json.loads(text)["students"] if text else []
    except (ValueError, KeyError, TypeError):
        raise Stop(f"{file}: expected the reports of a class, or no file, found something else") from None
