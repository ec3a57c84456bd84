"""chapters/grade --class: what is written of a class, each student as soon as he is done."""

import json
import sys

from checkout import Stop
from classroom import grade_class, students_in
from gradebook import Gradebook
from handed_in import handed_in
from look import phrases
from reports import points, possible, student_text, to_json, write_reports


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
