"""taskstream-replay as whoever types it sees it."""

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

from .places import BIN

PROGRAM = BIN / "taskstream-replay"
EXITS_WITHIN_S = 20.0  # a bound for the busiest machine; the second that is promised is looked at in one test


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return self.out.splitlines()


def replay(*arguments, log=None, stdin=None, timeout_s=120, cwd=None, environment=None):
    """Runs it to its end."""
    flags = [] if log is None else ["--log", log if isinstance(log, str) else log.url]
    done = subprocess.run([PROGRAM, *map(str, arguments), *flags], stdin=stdin or subprocess.DEVNULL, capture_output=True,
                          timeout=timeout_s, cwd=cwd, env={**os.environ, **(environment or {})})
    outcome = Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Sanitizer" not in outcome.err and "runtime error" not in outcome.err, outcome.err
    return outcome


def well(*arguments, **options):
    """… which must end well."""
    outcome = replay(*arguments, **options)
    assert outcome.code == 0, (arguments, outcome)
    return outcome


@contextmanager
def running(*arguments, **options):
    """It runs beside the block, and not past it."""
    with subprocess.Popen([PROGRAM, *map(str, arguments)], **options) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupt(process, how):
    """Its exit code."""
    process.send_signal(how)
    return process.wait(timeout=EXITS_WITHIN_S)
