"""A student's file: built and run apart from the checkout. What does not compile, crashes or hangs costs its own exercise."""

import re
import tempfile
from pathlib import Path

from checkout import ROOT
from run import Result, run


# What a compiler says of an answer that is one number
ONE_NUMBER = re.compile(r"(could not convert|no viable conversion).*Var<double>\W.{,40}Var<(autograd::)?Matrix<double>")


def grade_file(checkout, chapter, exercises, source, limits, seed):
    """A result for each of the exercises. REQUIRES: checkout.prepare_apart(chapter)."""
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as folder:
        program, errors = build(checkout, chapter, source, Path(folder), limits)
        return [Result(exercise, "not built", errors[exercise.number].replace(f"{ROOT}/", ""))
                if exercise.number in errors else run(program, exercise, source, limits, seed) for exercise in exercises]


def build(checkout, chapter, source, folder, limits):
    """The program and, for each exercise that it lacks, what the compiler says.

    When the errors lie in the answers to some exercises, the reference answers take their places, so that the others can be
    run; what they stand in for is not run and earns nothing."""
    program, errors = checkout.build_apart(chapter, source, folder, limits)
    if not errors:
        return program, {}
    text, lost = source.read_text(encoding="utf-8", errors="replace"), set()
    reference = (checkout.root / "chapters" / chapter / "solution.cpp").read_text(encoding="utf-8")
    while more := exercises_at(error_lines(errors, source), text) - lost:
        lost |= more
        patched = folder / "exercise.cpp"
        patched.write_text(without(lost, text, source, reference), encoding="utf-8")
        program, again = checkout.build_apart(chapter, patched, folder, limits)
        if not again:
            return program, {number: errors_in(number, errors, text, source) for number in lost}
        errors += "\n" + again
    return program, {exercise.number: errors for exercise in checkout.table(chapter)}


def error_lines(messages, source):
    """The lines of the student's file that the compiler complains about, or came from."""
    return {int(line) for line in re.findall(re.escape(str(source)) + r":(\d+)", messages)}


def errors_in(number, errors, text, source):
    """Those of the compiler's messages that are about this exercise's answer."""
    messages = re.split(r"^(?=\S+:\d+:\d+: (?:fatal )?error: )", errors, flags=re.MULTILINE)
    own = [message for message in messages if number in exercises_at(error_lines(message, source), text)]
    report = "".join(own).rstrip() or errors
    if ONE_NUMBER.search(report):
        report += "\nlikely: your answer is one number. Which reduction gives one for each row? sum(..., By::row)"
    return report


def sections(text):
    """[(number, first line, lines)]: each answer from the comment that starts with its number; "" is what stands above."""
    parts = [("", 1, [])]
    for count, line in enumerate(text.splitlines(), 1):
        if start := re.match(r"//+\s*(\d+\.\d+)(?![.\d])", line):
            parts.append((start[1], count, []))
        parts[-1][2].append(line)
    return parts


def exercises_at(lines, text):
    """The exercises in whose answers the lines lie; none when one of them lies above all."""
    numbers = {[number for number, first, _ in sections(text) if first <= line][-1] for line in lines}
    return numbers if "" not in numbers else set()


def without(lost, text, source, reference):
    """The student's file with the reference answers in the places of those that are lost."""
    replacements = {number: part for number, _, part in sections(reference)}
    result = []
    for number, first, part in sections(text):
        if number in lost:
            result += ['#line 1 "solution.cpp"', *replacements.get(number, [])]
        else:
            result += [f'#line {first} "{source}"', *part]
    return "\n".join(result) + "\n"
