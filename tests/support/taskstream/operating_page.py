"""docs/operating.md, whose commands for the stack are run as they stand there."""

import subprocess

from .engine import DOCKER
from .pages import fences
from .places import ROOT
from .stack import Stack

PAGE = ROOT / "docs" / "operating.md"


class OperatingPage:
    """What an operator has: the page, a shell in a folder of their own, and `docker compose`."""

    def __init__(self, stack, folder):
        self._stack: Stack = stack
        self._folder = folder

    def blocks(self, heading):
        """The blocks of commands below a heading. tests/compose looks for the calls of this: a heading is named in quotes."""
        found = [block for its_heading, kind, block in fences(PAGE) if (its_heading, kind) == (heading, "sh")]
        assert found, f"no commands below {heading}"
        return found

    def run(self, block, timeout_s=400, **environment):
        """What a shell prints that ends at the first command that fails."""
        self._write_docker()
        known = {**self._stack.environment(), "PATH": f"{self._folder}:/usr/sbin:/usr/bin:/sbin:/bin"}
        done = subprocess.run(["bash", "-c", "set -e -o pipefail\n" + block], cwd=self._folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_s, env={**known, **environment})
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, f"{block}ended with {done.returncode}:\n{said[-4000:]}"
        return said

    def _write_docker(self):
        """`docker compose` for who has Debian's docker-compose, and this stack's compose file wherever one is named or none is."""
        shim = self._folder / "docker"
        composed = " ".join(self._stack.composed)
        shim.write_text(f'#!/bin/sh\n[ "$1" = compose ] || exec {DOCKER} "$@"\nshift\n'
                        f'[ "$1 $2" != "-f compose/docker-compose.yml" ] || shift 2\nexec {composed} "$@"\n')
        shim.chmod(0o755)
