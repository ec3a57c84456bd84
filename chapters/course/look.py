"""What a teacher should look at in a student's file. It is no verdict: all of it can be innocent."""

import re

from answers import code_of

# what an answer has no business with
CALLS = re.compile(r"\b(fork|vfork|clone|exec[lv]p?e?|posix_spawnp?|popen|system|kill|tgkill|raise|ptrace|syscall|dlopen|"
                   r"dlsym|exit|_exit|_Exit|quick_exit|abort|atexit|read|write|open|fopen)\s*\(|"
                   r"\b(thread|jthread|async|asm|__asm__|__attribute__|gnu::\w+|ifstream|ofstream|fstream)\b")
TEXTS = re.compile(r"/proc\b|/dev/|/etc/|\.incbin")
INCLUDE = re.compile(r'^\s*#\s*(?:include|import)(?:_next)?\s*(.*)')
HARMLESS = re.compile(r'(<\w[\w/.+-]*>|"(autograd|models|chapters|plots)/[\w/]+\.hpp")\s*(//.*|/\*.*)?')
ALIKE, FEW = 0.9, 30  # of the sequences of tokens in two files; files with fewer of their own are alike by nature
NAMES = 3


def look_at(text):
    """A phrase for each thing in the text of a file: "fork (line 8)"."""
    found = {}
    lines = text.splitlines()
    for number, (line, code) in enumerate(zip(lines, code_of(lines).split("\n")), 1):
        included = INCLUDE.match(line)
        if included and not harmless(included[1]):
            found.setdefault(f"#include {included[1].strip()[:60]}", number)
            continue
        for thing in [called or named for called, named in CALLS.findall(code)] + TEXTS.findall(line):
            found.setdefault(thing, number)
    return [f"{thing} (line {number})" for thing, number in found.items()]


def harmless(included):
    """A system's header, or one of this project."""
    return HARMLESS.fullmatch(included.strip()) is not None


def alike(texts, given):
    """{name: the others whose texts are nearly the same}, apart from comments and from what was given to all."""
    common = sequences(given)
    own = {name: sequences(text) - common for name, text in texts.items()}
    return {name: [other for other in own if other != name and nearly_same(own[name], own[other])] for name in own}


def nearly_same(a, b):
    return min(len(a), len(b)) >= FEW and len(a & b) >= ALIKE * len(a | b)


def sequences(text):
    """Of four tokens each."""
    tokens = re.findall(r"\w+|[^\w\s]", code_of(text.splitlines()))
    return set(zip(tokens, tokens[1:], tokens[2:], tokens[3:]))


def phrases(students, chapters, given):
    """{student: what to look at}, of {student: {chapter: text}} and of {chapter: the text that was given to all}."""
    found = {student: [] for student in students}
    for chapter in chapters:
        texts = {student: of[chapter] for student, of in students.items() if chapter in of}
        same = alike(texts, given[chapter])
        for student, text in texts.items():
            others = same[student][:NAMES] + ["..."] * (len(same[student]) > NAMES)
            like = [f"nearly the same as {', '.join(others)}"] if others else []
            found[student] += [f"{chapter[:2]}: {phrase}" for phrase in look_at(text) + like]
    return {student: "; ".join(of) for student, of in found.items()}
