"""The table of exercises in a chapter's text, which is that of the chapter's check.cpp."""

import subprocess

BEGIN, END = "<!-- exercises: begin -->", "<!-- exercises: end -->"


def table_of(program):
    """As the check program prints it."""
    return subprocess.run([program, "--table"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=True).stdout


def with_table(text, table, begin=BEGIN, end=END):
    """The text with this table between the two marks; None when they are not there."""
    before, begin, rest = text.partition(begin)
    _, end, after = rest.partition(end)
    return f"{before}{begin}\n\n{table}\n{end}{after}" if end else None


def faults_of_table(text, table):
    if with_table(text, table) is None:
        return [f"README.md lacks the lines {BEGIN} and {END}, between which the exercises stand"]
    if with_table(text, table) != text:
        return ["the table of exercises in README.md is not that of exercises/check.cpp; run chapters/index"]
    return []
