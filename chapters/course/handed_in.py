"""What a student handed in for a chapter."""

MOST = 2**20  # bytes


def handed_in(folder, chapter):
    """The bytes of FOLDER/CHAPTER/exercise.cpp, or None and a sentence that says why there are none."""
    try:
        return read(folder, chapter, folder / chapter / "exercise.cpp")
    except OSError as error:
        return None, f"{chapter}/exercise.cpp cannot be read: {error.strerror}"


def read(folder, chapter, file):
    if not file.exists():
        return None, elsewhere(folder, chapter)
    if not file.resolve().is_relative_to(folder.resolve()):
        return None, f"expected the file {chapter}/exercise.cpp, found a link to elsewhere"
    if not file.is_file():
        return None, f"expected the file {chapter}/exercise.cpp, found something of that name that is no file"
    if file.stat().st_size > MOST:
        return None, f"expected {chapter}/exercise.cpp of at most {MOST} bytes, found {file.stat().st_size}"
    return file.read_bytes(), ""


def elsewhere(folder, chapter):
    """Files that may have been meant."""
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.cpp") if path.is_file())
    near = [name for name in found if chapter in name] or [name for name in found if "/" not in name]
    return f"expected {chapter}/exercise.cpp, found " + (", ".join(near[:3]) or "nothing of that name")
