"""A student's file, built and run apart from the checkout: what does not compile or crashes costs its own exercise.

The reference answers are linked in behind the student's, as weak symbols: they stand in for what the file does not define, so
that an answer can be left out and the others still find what they call. What they stand in for earns nothing."""

import difflib
import re
import tempfile
from pathlib import Path

from answers import Answers, code_of, open_comment
from checkout import ROOT
from compiler import likely, messages_of, readable
from run import Result, run, where_to_edit
from suspects import suspects
from symbols import name_of, signature


def grade_file(checkout, chapter, exercises, source, limits, seed):
    """A result for each of the exercises. REQUIRES: checkout.prepare_apart(chapter)."""
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as folder:
        built = Build(checkout, chapter, source, Path(folder), limits)
        return with_culprits([built.result(exercise, seed) for exercise in exercises], built.answers)


def explain(checkout, chapter, source, limits, results):
    """Adds to what is wrong in this checkout's own answers what looks suspicious in them, and the compiler's warnings."""
    if all(result.state in ("passed", "not attempted") for result in results):
        return results
    checkout.prepare_apart(chapter)
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as folder:
        _, log = checkout.compile_apart(chapter, source, Path(folder) / "exercise.o", limits)
    answers = Answers(source, names_of(checkout.functions(chapter)))
    return with_culprits([with_warnings(result, answers, messages_of(log)) for result in results], answers)


def with_culprits(results, answers):
    """Says of an answer that ends the program by calling another which does so, that it does."""
    ended = [result for result in results if result.state in ("crashed", "timed out")]
    for result in ended:
        number = result.exercise.number
        code = code_of(answers.part(number)) if number in answers.numbers else ""
        for other in ended:
            called = any(re.search(rf"\b{name}\s*\(", code) for name in answers.functions[other.exercise.number])
            if other is not result and called:
                result.report += f"\nlikely: it calls {other.exercise.number}, which {other.state}. Repair that first."
    return results


def with_warnings(result, answers, messages):
    """The result, and if it is a bad one, what in its answer looks suspicious."""
    if result.state in ("passed", "not attempted", "not built") or result.exercise.number not in answers.numbers:
        return result
    warnings = [readable(m.text, most=6) for m in messages if m.kind == "warning" and
                (line := m.line_in(answers.source)) and answers.at(line) == result.exercise.number]
    suspicious = suspects(answers.part(result.exercise.number), answers.extent(result.exercise.number)[0])
    result.report = "\n".join(filter(None, [result.report, *suspicious, *warnings])).replace(f"{ROOT}/", "")
    return result


class Build:
    """The programs of a file's answers: one program for all that can be built together; in the worst case one for each."""

    def __init__(self, checkout, chapter, source, folder, limits):
        self.checkout, self.chapter, self.source, self.limits = checkout, chapter, source, limits
        self.folder = folder
        self.functions = checkout.functions(chapter)
        self.answers = Answers(source, names_of(self.functions))
        self.programs = {}  # exercise: its program
        self.errors = {}  # exercise: why it has none
        self.warnings = []
        self._together()

    def result(self, exercise, seed):
        number = exercise.number
        if number in self.errors:
            return Result(exercise, "not built", self._report(exercise))
        return with_warnings(run(self.programs[number], exercise, self.source, self.limits, seed), self.answers,
                             self.warnings)

    def _together(self):
        """Leaves out the answers that the compiler complains about until the rest can be built."""
        made = self._make(self.source, "together")
        new = (self._unbalanced(made) or self._blamed(made)) if made.failure else {}
        while made.failure and new:
            self.errors.update(new)
            patched = self.folder / "patched.cpp"
            patched.write_text(self.answers.without(self.errors), encoding="utf-8")
            made = self._make(patched, "together")
            new = {number: text for number, text in self._blamed(made).items() if number not in self.errors}
        if made.failure:
            self._each_alone()
        else:
            self._use(made, [number for number in self.functions if number not in self.errors])

    def _each_alone(self):
        """For errors that lie nowhere: above all answers, or in what one answer does to another."""
        for number in self.functions:
            if number in self.errors:
                continue
            alone = self.folder / "alone.cpp"
            alone.write_text(self.answers.without(set(self.answers.numbers) - {number}), encoding="utf-8")
            made = self._make(alone, f"alone_{number}")
            if made.failure:
                self.errors[number] = made.failure
            else:
                self._use(made, [number])

    def _use(self, made, numbers):
        """The program answers these exercises, as far as the file defines what they ask for."""
        self.warnings += messages_of(made.log)
        for number in numbers:
            missing = self.functions[number] - made.defined.keys()
            if missing:
                others = {symbol for symbol, kind in made.defined.items() if kind == "T"} - set().union(*self.functions.values())
                self.errors[number] = lacks(number, missing, others)
            else:
                self.programs[number] = made.program

    def _unbalanced(self, made):
        """{exercise: what is said} of the answers whose braces do not match. What follows is then misread."""
        blamed = self._blamed(made)
        return {number: "\n".join(filter(None, [
                    f"likely: in this answer {self._left_open(number, more)}", blamed.get(number)]))
                for number, more in self.answers.unbalanced().items()}

    def _left_open(self, number, more):
        if open_comment(self.answers.part(number)):
            return "a /* has no */"
        return "a { has no }" if more > 0 else "a } has no {"

    def _blamed(self, made):
        """{exercise: messages} of the answers in which errors lie."""
        blamed = {}
        for message in messages_of(made.log):
            line = message.line_in(self.source)
            number = self.answers.at(line) if line and message.kind == "error" else ""
            if number:
                blamed.setdefault(number, []).append(message.text)
        return {number: "\n".join(texts) for number, texts in blamed.items()}

    def _report(self, exercise):
        messages = self.errors[exercise.number]
        about = [message.line_in(self.source) for message in messages_of(messages)]
        guess = likely(messages, [self.answers.lines[line - 1] for line in about if line in range(1, self.answers.end)])
        first = self.answers.extent(exercise.number)[0] if exercise.number in self.answers.numbers else 0
        text = readable(messages).replace(f"{ROOT}/", "")
        return "\n".join(filter(None, [
            text, f"likely: {guess}" if guess and "likely:" not in text else "", where_to_edit(exercise, self.source, first)]))

    def _make(self, source, name):
        return self.checkout.build_apart(self.chapter, source, self.folder, name, self.limits)


def lacks(number, missing, others):
    """What is said of functions that a file does not define; the others that it does define may be meant to be them."""
    lines = []
    for symbol in sorted(missing):
        name = name_of(symbol)
        near = [other for other in sorted(others) if name in name_of(other) or
                difflib.get_close_matches(name_of(other), [name], cutoff=0.7)]
        lines += [f"{number} {name} is missing or its arguments differ from exercise.hpp", f"expected: {signature(symbol)}",
                  *(f"found:    {signature(other)}" for other in near[:2])]
    return "\n".join(lines)


def names_of(functions):
    return {number: [name_of(symbol) for symbol in sorted(symbols_)] for number, symbols_ in functions.items()}
