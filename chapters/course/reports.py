"""Results as a table to read, as JSON and as JUnit's XML."""

import base64
import json
import os
import sys
import textwrap
from xml.etree import ElementTree

# what a state looks like on a terminal
COLOURS = {"passed": 32, "failed": 31, "crashed": 31, "timed out": 31, "not built": 31, "not attempted": 2, "missing": 2}


def painted(text, state):
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
    return f"\x1b[{COLOURS[state]}m{text}\x1b[0m" if terminal else text


def chapter_text(title, results, paint=lambda text, state: text):
    """A line for each exercise, and under it what is wrong; of the untouched ones only the first says where to begin."""
    lines, shown = [f"{title}\n"], set()
    for result in results:
        exercise = result.exercise
        state = paint(f"{result.state:<15}", result.state)
        lines.append(f"{exercise.number:<6}{state}{result.points} of {exercise.points}   {exercise.slug:<18} "
                     f"{exercise.statement}")
        report = result.state if result.state == "not attempted" else result.report
        if result.report and report not in shown:
            lines.append(textwrap.indent(result.report, " " * 6))
        shown.add(report)
    passed = sum(result.state == "passed" for result in results)
    return "\n".join([*lines, f"\n{passed} of {len(results)} passed, {points(results)} of {possible(results)} points\n"])


def student_text(graded, titles):
    """To hand back: what the student would have read."""
    total = f"{points(graded.every)} of {possible(graded.every)} points"
    return "\n".join([f"{graded.student}: {total}", f"graded on {graded.date}, on the instances of --seed {graded.seed}\n",
                      *(chapter_text(titles[chapter], results) for chapter, results in graded.results.items())])


def points(results):
    return sum(result.points for result in results)


def possible(results):
    return sum(result.exercise.points for result in results)


def to_json(chapters):
    """Of {chapter: [Result]}."""
    every = [result for results in chapters.values() for result in results]
    return {"points": points(every), "possible": possible(every), "chapters": [
        {"chapter": chapter, "points": points(results), "possible": possible(results), "exercises": [
            {"number": r.exercise.number, "slug": r.exercise.slug, "state": r.state, "points": r.points,
             "possible": r.exercise.points, "minutes": r.exercise.minutes, "seconds": round(r.seconds, 3),
             "report": r.report} for r in results]}
        for chapter, results in chapters.items()]}


def to_junit(suites):
    """Of {suite: [Result]}: untouched or missing is skipped, wrong is a failure, and what came to no verdict is an error."""
    root = ElementTree.Element("testsuites")
    for name, results in suites.items():
        kinds = [junit_kind(result) for result in results]
        suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(len(results)),
                                       failures=str(kinds.count("failure")), errors=str(kinds.count("error")),
                                       skipped=str(kinds.count("skipped")))
        for result, kind in zip(results, kinds):
            case = ElementTree.SubElement(suite, "testcase", classname=name, time=f"{result.seconds:.3f}",
                                          name=f"{result.exercise.number} {result.exercise.slug}")
            if kind:
                ElementTree.SubElement(case, kind, message=result.state).text = result.report
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def to_gradescope(suites):
    """Gradescope's results.json (gradescope-autograders.readthedocs.io, "Specifications"). It knows two states, passed and
    failed; max_score of the whole is for other readers, Gradescope adds up those of the tests."""
    every = [result for results in suites.values() for result in results]
    return {"score": points(every), "max_score": possible(every), "stdout_visibility": "visible", "tests": [
        {"name": headline(r), "number": r.exercise.number, "score": r.points, "max_score": r.exercise.points,
         "status": "passed" if r.state == "passed" else "failed", "output": f"{r.state}\n{r.report}".rstrip()} for r in every]}


def to_classroom(suites):
    """What a grader of GitHub Classroom hands to classroom-resources/autograding-grading-reporter, a test for each exercise.
    Each message is cut, since all of them together are one environment variable."""
    every = [result for results in suites.values() for result in results]
    return {"version": 1, "status": "pass" if points(every) == possible(every) else "fail", "max_score": possible(every),
            "tests": [{"name": f"{headline(r)}: {r.points} of {r.exercise.points} points",
                       "status": "pass" if r.state == "passed" else "fail", "score": r.points,
                       "message": f"{r.state}\n{r.report}".rstrip()[:400], "test_code": f"chapters/grade {r.exercise.number}",
                       "filename": "", "line_no": 0, "duration": round(1000 * r.seconds)} for r in every]}


def headline(result):
    return f"{result.exercise.number} {result.exercise.slug} {result.exercise.statement}"


def junit_kind(result):
    return {"passed": None, "failed": "failure", "not attempted": "skipped", "missing": "skipped"}.get(result.state, "error")


def write_reports(asked, report, suites):
    """Into the files that options name, if there are any."""
    if asked.json:
        write_whole(asked.json, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    if asked.junit:
        write_whole(asked.junit, to_junit(suites))
    if asked.gradescope:
        write_whole(asked.gradescope, json.dumps(to_gradescope(suites), ensure_ascii=False, indent=2) + "\n")
    if asked.github:
        encoded = base64.b64encode(json.dumps(to_classroom(suites), ensure_ascii=False).encode()).decode()
        with open(asked.github, "a", encoding="utf-8") as outputs:
            outputs.write(f"result={encoded}\n")


def write_whole(file, text):
    """The whole text or, when the program is killed meanwhile, what stood there before."""
    if file.exists() and not file.is_file():  # a device
        file.write_text(text, encoding="utf-8")
        return
    file = file.resolve()
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, file)
