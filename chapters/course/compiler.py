"""What g++ and clang++ say of a student's file: message by message, each with its line in that file, and what is likely meant."""

import re
from dataclasses import dataclass

from limits import plain

# "file.cpp:7:3: error: ..." begins a message.
START = re.compile(r"(?P<file>\S.*?):(?P<line>\d+):(?:\d+:)? (?P<kind>fatal error|error|warning): ")
# g++ prints above a message how it came there: through which headers, functions and templates.
ABOVE = re.compile(r"In file included from |\s+from |\S.*?: (In |At global scope)|\S.*?:\d+:\d+:\s+(recursively )?required ")
# Of those the lines that are about names of functions, and lines of ninja: they tell a student nothing.
NOISE = re.compile(r"\S.*?: (In |At global scope)|\[\d+/\d+\]|FAILED:|ninja: |(ccache )?(c\+\+|g\+\+|clang\+\+)[^:]* -")
# An error inside a header is about the line that needs what the header defines: as g++ says so, and as clang++ does.
NEEDED_BY = r":(\d+):\d+:(?:\s+(?:recursively )?required |.* requested here)"

# Of a compiler's message, of the line that it is about, and what is likely meant.
LIKELY = [
    (r"(could not convert|no viable conversion).*Var<double>\W.{,40}Var<(autograd::)?Matrix<double>", "",
     "your answer is one number. Which reduction gives one for each row? sum(..., By::row)"),
    (r"no matching function for call to", r"std::(exp|log|log1p|expm1|sqrt|pow|tanh|abs|max|min)\(",
     "the functions of std:: take plain numbers. Without std:: the name is the engine's, which takes a Var"),
    (r"(conver|no match|invalid operands|no matching)", r"\.value\(\)",
     ".value() is a plain number, off the tape. Where a Var is expected, compute with the Var itself"),
    (r"(could not convert|no viable conversion).*from.*[‘'](int|float|double|const double)[’'].* to .*Var<", "",
     "a plain number stands where a Var is expected. x.tape().constant(number) makes a Var of it"),
    (r"(cannot convert|no viable conversion).*Var<.* to .*[‘'](double|int|float)[’']", "",
     "a Var stands where a plain number is expected: is the result to be a double?"),
    (r"multiple definition of [`']main'", "", "the program has a main of its own. Leave yours out"),
    (r"Werror,?-?=?.*return-type", "", "a way through the function ends without a return"),
    (r"(is not a member of [‘']std[’']|in namespace 'std')", "",
     "the name is misspelt, or the file lacks the #include of its header"),
]


@dataclass
class Message:
    kind: str  # "error" or "warning"
    file: str
    line: int
    text: str

    def line_in(self, source):
        """The line of the student's file that the message is about, or None."""
        if self.file == str(source):
            return self.line
        needed = re.findall("^" + re.escape(str(source)) + NEEDED_BY, self.text, flags=re.MULTILINE)
        return int(needed[-1]) if needed else None


def messages_of(log):
    """The errors and warnings, each with its notes and with what g++ prints above it."""
    found, above = [], []
    for line in plain(log).splitlines():
        start = START.match(line)
        if start:
            kind = start["kind"].split()[-1]
            found.append(Message(kind, start["file"], int(start["line"]), "\n".join([*above, line])))
            above = []
        elif ABOVE.match(line):
            above.append(line)
        elif found:
            found[-1].text += "\n".join(["", *above, line])  # what stood above a note
            above = []
    return found


def readable(log, most=30):
    """Of what ninja or a compiler prints, the messages alone: no progress, no command lines, no names of functions."""
    short = re.sub(r"Eigen::Matrix<(\w+), -1, -1, 1(, -1, -1)?>", r"Matrix<\1>", plain(log))
    lines = [line for line in short.splitlines() if not NOISE.match(line)]
    left_out = len(lines) - most
    return "\n".join(lines[:most] + ([f"... and {left_out} lines more"] if left_out > 0 else []))


def likely(text, lines=()):
    """What is likely meant by a message, given the student's lines that it is about; "" when nothing is known."""
    about = "\n".join(lines)
    short = readable(text, most=200)
    for message, code, guess in LIKELY:
        if re.search(message, short) and (not code or re.search(code, about)):
            return guess
    return ""
