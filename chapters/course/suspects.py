"""What in an answer looks suspicious once it is known to be wrong: numbers that are not what they seem."""

import re

from answers import code_of

# A quotient of two whole numbers, and what may not stand before it: in x * 1 / 2, x comes first; 1e-3 is one number.
QUOTIENT = re.compile(r"(?<![\w.])(?<![eE][+-])(\d+)\s*/\s*(\d+)(?![\w.])")
FACTOR_BEFORE = re.compile(r"[*/%]\s*$")
FLOAT = re.compile(r"\bfloat\b|\b\d+\.\d*f\b|(?<!\w)\.\d+f\b")


def suspects(lines, first):
    """A sentence for each suspicious line; `first` is the number of the first one."""
    found = []
    for number, line in enumerate(code_of(lines).split("\n"), first):
        for quotient in QUOTIENT.finditer(line):
            above, below = int(quotient[1]), int(quotient[2])
            if below > 0 and above % below > 0 and not FACTOR_BEFORE.search(line[:quotient.start()]):
                found.append(f"likely: line {number}: {above} / {below} of whole numbers is {above // below}. "
                             f"Write {above}.0 / {below}")
        if FLOAT.search(line):
            found.append(f"likely: line {number}: a float keeps 7 digits, and the answer needs those of a double")
    return found
