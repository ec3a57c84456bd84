"""A student's file, built and run apart from the checkout: what does not compile or crashes costs its own exercise."""

import re
import tempfile
from pathlib import Path

from checkout import ROOT
from run import Result, run

# What g++ and clang++ say of an answer that is one number, and of one that lacks a brace
ONE_NUMBER = r"(could not convert|no viable conversion).*Var<double>\W.{,40}Var<(autograd::)?Matrix<double>"
NOT_HERE = r"(a )?function.definition is not allowed here"
LIKELY = {ONE_NUMBER: "your answer is one number. Which reduction gives one for each row? sum(..., By::row)",
          NOT_HERE: "a brace is missing in the answer above that line"}


def grade_file(checkout, chapter, exercises, source, limits, seed):
    """A result for each of the exercises. REQUIRES: checkout.prepare_apart(chapter)."""
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as folder:
        program, errors = build(checkout, chapter, source, Path(folder), limits)
        return [not_built(exercise, errors[exercise.number]) if exercise.number in errors else
                run(program, exercise, source, limits, seed) for exercise in exercises]


def not_built(exercise, messages):
    likely = [f"likely: {guess}" for pattern, guess in LIKELY.items() if re.search(pattern, messages)]
    return Result(exercise, "not built", "\n".join([messages.replace(f"{ROOT}/", ""), *likely[:1]]))


def build(checkout, chapter, source, folder, limits):
    """The program and, for each exercise that it lacks, what the compiler says.

    When the errors lie in the answers to some exercises, the reference answers take their places, so that the others can
    be run; what they stand in for is not run and earns nothing."""
    program, errors = checkout.build_apart(chapter, source, folder, limits)
    if not errors:
        return program, {}
    text, lost, latest = source.read_text(encoding="utf-8", errors="replace"), set(), errors
    reference = (checkout.root / "chapters" / chapter / "solution.cpp").read_text(encoding="utf-8")
    while more := lost_with(latest, text, source) - lost:
        lost |= more
        patched = folder / "exercise.cpp"
        patched.write_text(without(lost, text, source, reference), encoding="utf-8")
        program, latest = checkout.build_apart(chapter, patched, folder, limits)
        if not latest:
            return program, {number: errors_in(number, errors, text, source) for number in lost}
    return program, {exercise.number: errors for exercise in checkout.table(chapter)}


def lost_with(messages, text, source):
    """The exercises in whose answers the errors lie. Where a brace is missing, the compiler complains about what follows."""
    return unclosed(messages, text, source) or exercises_at(error_lines(messages, source), text)


def error_lines(messages, source):
    """The lines of the student's file that the compiler complains about, or came from."""
    return {int(line) for line in re.findall(re.escape(str(source)) + r":(\d+)", messages)}


def errors_in(number, errors, text, source):
    """Those of the compiler's messages that are about this exercise's answer."""
    messages = re.split(r"^(?=\S+:\d+:\d+: (?:fatal )?error: )", errors, flags=re.MULTILINE)
    own = [message for message in messages if number in exercises_at(error_lines(message, source), text)]
    return "".join(own).rstrip() or errors


def sections(text):
    """[(number, first line, lines)]: each answer from the comment that starts with its number; "" stands above all."""
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


def unclosed(messages, text, source):
    """The exercise above the first function that the compiler did not expect: a brace is missing there. Else none."""
    below = re.search(re.escape(str(source)) + r":(\d+):\d+: error: " + NOT_HERE, messages)
    above = [number for number, first, _ in sections(text) if below and first <= int(below[1])][:-1]
    return {above[-1]} if above and above[-1] else set()


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
