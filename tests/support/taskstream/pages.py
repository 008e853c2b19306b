"""Pages of docs/ whose examples are run."""

import os
import re
import subprocess

from .places import BIN


def examples(page, kind="console"):
    """The commands in the page's blocks of this kind, and the lines that stand below each."""
    for block in re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def run(command, folder, timeout_s=60, **environment):
    """What a shell in this folder prints, with our programs in its path."""
    path = environment.pop("PATH", f"{BIN}:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout_s, env={**os.environ, **environment, "PATH": path})
    return done.stdout.decode()
