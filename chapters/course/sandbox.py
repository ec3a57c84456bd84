"""A view of this machine for one program, by bubblewrap: nothing but the system's programs and libraries, and what is named.

In there is no network, no other process, no /proc, no HOME and no right to change a file, except in /tmp, which is empty, has
a size and vanishes, and in the folder that is named writable."""

import subprocess
from pathlib import Path

from limits import Limits

SYSTEM = [Path(name) for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives",
                                  "/etc/ld.so.cache")]
DEVICES = ["/dev/null", "/dev/urandom"]


def isolated(command, limits, readable=(), hidden=(), writable=None, folder="/tmp"):
    """The command in a sandbox of its own, begun in the folder. `hidden` are files below what is readable."""
    words = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL",
             "--die-with-parent", "--new-session", "--size", limits.disk_megabytes * 2**20, "--tmpfs", "/tmp"]
    for path in SYSTEM:
        if path.is_symlink():
            words += ["--symlink", path.readlink(), path]
        elif path.exists():
            words += ["--ro-bind", path, path]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    for path in readable:
        words += ["--ro-bind", path, path]
    for path in hidden:  # a device that cannot be opened as one
        words += ["--ro-bind", "/dev/null", path]
    if writable:
        words += ["--bind", writable, writable]
    return [*map(str, words), "--remount-ro", "/", "--setenv", "HOME", "/tmp", "--chdir", str(folder), *map(str, command)]


def why_not():
    """Why no sandbox can be had here; "" when it can."""
    command = isolated(Limits(isolated=True).around(["bash", "-c", "(true); true"]), Limits())
    try:
        tried = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                               check=False)
    except FileNotFoundError:
        return "bubblewrap is not installed (apt-get install bubblewrap)"
    if tried.returncode == 0:
        return ""
    said = tried.stderr.strip().splitlines()
    return f"bubblewrap does not run here ({said[-1] if said else f'its exit status is {tried.returncode}'})"
