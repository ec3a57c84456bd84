"""What an object file defines and needs, by names as they stand in the source."""

import re
import subprocess

from answers import Answers, code_of


def symbols(object_file, which):
    """which: --defined-only or --undefined-only. {"ch05::scaled_gradient(std::span<double const>, int)": its kind}; of
    what is defined, T is a function of the file itself and W what any file may define, as from a template."""
    listed = subprocess.run(["nm", "-C", "-g", which, object_file], capture_output=True, text=True, check=True).stdout
    lines = [re.match(r"[0-9a-f ]+ ([A-Za-z]) (.*)", line) for line in listed.splitlines()]
    return {line[2]: line[1] for line in lines if line}


def functions_of(checks, solution, header, reference, numbers):
    """{exercise: what its answer must define}: what the checks need and the solution defines. Whose it is says the header,
    or else the file of the reference answers. An exercise without a function of its own needs all of them: the reference
    must not answer it."""
    defined = symbols(solution, "--defined-only")
    needed = {symbol for check in checks for symbol in symbols(check, "--undefined-only")
              if symbol in defined}
    functions = {number: set() for number in numbers}
    for symbol in needed:
        owner = owner_in(header, numbers, symbol) or owner_in(reference, numbers, symbol)
        if owner:
            functions[owner].add(symbol)
    return {number: own or needed for number, own in functions.items()}


def owner_in(file, numbers, symbol):
    """The first exercise in whose part of the file the function stands."""
    parts = Answers(file, {number: [] for number in numbers})
    call = re.compile(rf"\b{re.escape(name_of(symbol))}\s*\(")
    return next((number for number in parts.numbers if call.search(code_of(parts.part(number)))), None)


def name_of(symbol):
    """"scaled_gradient" of "ch05::scaled_gradient(std::span<double const>, int)"."""
    return re.sub(r"<[^()]*>", "", symbol.split("(")[0]).split("::")[-1]


def signature(symbol):
    """As a reader would write it: without the sizes that spans carry, and with Matrix for Eigen's long name."""
    text = re.sub(r", 18446744073709551615ul>", ">", symbol)
    text = re.sub(r"Eigen::Matrix<(\w+), -1, -1, 1, -1, -1>", r"Matrix<\1>", text)
    return re.sub(r"\b(autograd|ch\d\d)::", "", text)
