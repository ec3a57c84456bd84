"""A student's file, taken apart into its answers: each begins at the comment that starts with its exercise's number."""

import re

# What is no code: comments, also one that does not end, strings and single characters.
NO_CODE = r'//[^\n]*|/\*.*?(?:\*/|\Z)|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])'"


def code_of(lines):
    """The text of these lines without its comments and strings; it has as many lines."""
    return re.sub(NO_CODE, lambda found: " " + "\n" * found[0].count("\n"), "\n".join(lines), flags=re.DOTALL)


def open_braces(lines):
    """How many more { than }."""
    code = code_of(lines)
    return code.count("{") - code.count("}")


def open_comment(lines):
    """Whether a comment begins in these lines and does not end in them."""
    comments = [found[0] for found in re.finditer(NO_CODE, "\n".join(lines), flags=re.DOTALL) if found[0].startswith("/*")]
    return any(len(comment) < 4 or not comment.endswith("*/") for comment in comments)


class Answers:
    """A file of answers. `functions` are the names of what each exercise asks for, {"5.2": ["scaled_gradient"]}: where the
    comment is gone, an answer begins with its function."""

    def __init__(self, source, functions):
        self.source, self.functions = source, functions
        self.lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
        self.starts = sorted((line, number) for number, names in functions.items()
                             for line in filter(None, [self._start(number, names)]))

    def _start(self, number, names):
        comment = re.compile(rf"//+\s*{re.escape(number)}(?![.\d]*\d)")
        head = re.compile(rf"[^\s/#}}].*\b({'|'.join(map(re.escape, names))})\s*\(") if names else None
        for pattern in filter(None, (comment, head)):
            for line, text in enumerate(self.lines, 1):
                if pattern.match(text):
                    return line
        return None

    def at(self, line):
        """The exercise whose answer this line belongs to; "" above all."""
        return max(((first, number) for first, number in self.starts if first <= line), default=(0, ""))[1]

    def extent(self, number):
        """Its first line, and the one after its last."""
        firsts = [first for first, _ in self.starts]
        at = [of for _, of in self.starts].index(number)
        return firsts[at], (firsts + [self.end])[at + 1]

    def part(self, number):
        first, end = self.extent(number)
        return self.lines[first - 1:end - 1]

    @property
    def end(self):
        """The line after the last."""
        return len(self.lines) + 1

    @property
    def numbers(self):
        return [number for _, number in self.starts]

    def unbalanced(self):
        """The exercises whose answers open more braces than they close, or fewer; the last closes what stands above all."""
        expected = dict.fromkeys(self.numbers, 0)
        if self.starts:
            expected[self.numbers[-1]] = -self._open_above()
        return {number: open_braces(self.part(number)) - expected[number] for number in self.numbers
                if open_braces(self.part(number)) != expected[number]}

    def _open_above(self):
        return open_braces(self.lines[:self.starts[0][0] - 1])

    def without(self, lost):
        """The file without these answers. What is left keeps its lines, and its name in the compiler's messages."""
        lines = list(self.lines)
        for number in lost:
            first, end = self.extent(number)
            lines[first - 1:end - 1] = [""] * (end - first)
            if number == self.numbers[-1]:  # it closes what stands above all
                lines[end - 2] = "}" * self._open_above()
        name = str(self.source).replace("\\", "\\\\").replace('"', '\\"')
        return f'#line 1 "{name}"\n' + "\n".join(lines) + "\n"
