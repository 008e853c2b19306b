"""Pages of docs/ whose examples are run."""

import os
import re
import subprocess

from .places import BIN


def fences(page):
    """Each block of the page: the heading above it, its kind, and what is in it."""
    heading = None
    for found in re.finditer(r"^#+ ([^\n]+)$|^```([^\n]*)\n(.*?)^```$", page.read_text(), re.M | re.S):
        if found[1]:
            heading = found[1]
        else:
            yield heading, found[2], found[3]


def examples(page, kind="console"):
    """The commands in the page's blocks of this kind, and the lines that stand below each."""
    for _, its_kind, block in fences(page):
        if its_kind != kind:
            continue
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def run(command, folder, timeout_s=60, **environment):
    """What a shell in this folder prints, with our programs in its path."""
    path = environment.pop("PATH", f"{BIN}:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout_s, env={**os.environ, **environment, "PATH": path})
    return done.stdout.decode()
