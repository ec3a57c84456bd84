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
    numbers = [exercise.number for exercise in checkout.table(chapter)]
    answers = Answers(source, numbers)
    reference = Answers(checkout.file("solution", chapter), numbers)
    lost, latest = set(), errors
    while more := answers.lost_with(latest) - lost:
        lost |= more
        patched = folder / "exercise.cpp"
        patched.write_text(answers.without(lost, reference), encoding="utf-8")
        program, latest = checkout.build_apart(chapter, patched, folder, limits)
        if not latest:
            return program, {number: answers.errors_of(number, errors) for number in lost}
    return program, dict.fromkeys(numbers, errors)


class Answers:
    """A file of answers, each of which begins at the comment that starts with its exercise's number."""

    def __init__(self, source, numbers):
        self.source = source
        self.parts = [("", 1, [])]  # exercise, first line, lines; "" is what stands above all answers
        for count, line in enumerate(source.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            start = re.match(r"//+\s*(\d+\.\d+)(?![.\d])", line)
            if start and start[1] in numbers:
                self.parts.append((start[1], count, []))
            self.parts[-1][2].append(line)

    def lost_with(self, messages):
        """The exercises in whose answers the errors lie; none when one lies above all. Where a brace is missing, the
        compiler complains about what follows."""
        unclosed = re.search(re.escape(str(self.source)) + r":(\d+):\d+: error: " + NOT_HERE, messages)
        above = self.parts[:self.part_at(int(unclosed[1]))] if unclosed else []
        lost = {above[-1][0]} if above else self.named_in(messages)
        return lost if "" not in lost else set()

    def errors_of(self, number, messages):
        """Those of the compiler's messages that are about this exercise's answer."""
        each = re.split(r"^(?=\S+:\d+:\d+: (?:fatal )?error: )", messages, flags=re.MULTILINE)
        return "".join(message for message in each if number in self.named_in(message)).rstrip() or messages

    def without(self, lost, reference):
        """The file with the reference answers in the places of those that are lost."""
        replacements = {number: lines for number, _, lines in reference.parts}
        text = []
        for number, first, lines in self.parts:
            if number in lost:
                text += ['#line 1 "solution.cpp"', *replacements.get(number, [])]
            else:
                text += [f'#line {first} "{self.source}"', *lines]
        return "\n".join(text) + "\n"

    def named_in(self, messages):
        """The exercises at whose lines the compiler points."""
        lines = re.findall(re.escape(str(self.source)) + r":(\d+)", messages)
        return {self.parts[self.part_at(int(line))][0] for line in lines}

    def part_at(self, line):
        return max(i for i, (_, first, _) in enumerate(self.parts) if first <= line)
