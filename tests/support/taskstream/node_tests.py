"""Folders of tests that node's own runner runs: each file there is one test of pytest's."""

import os
import re
import shutil
import signal
import subprocess

from taskstream.places import BIN


def files_of(folder):
    return sorted(path.name for path in folder.glob("*.test.mjs"))


def install(folder, *programs):
    """Packages as the lock file names them; once, until it changes. `programs` have to be there beside npm."""
    missing = [program for program in ("npm", *programs) if not shutil.which(program)]
    assert not missing, f"missing: {', '.join(missing)}: compose/install web"
    mark = folder / "node_modules" / ".package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True, stdin=subprocess.DEVNULL, timeout=300)


def passes(folder, file, timeout_s, node="node"):
    running = subprocess.Popen([node, "--test", "--test-reporter=tap", file], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True, env={**os.environ, "TASKSTREAM_BIN": str(BIN)})
    try:
        said, _ = running.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)  # with the services and the browser that it has started
        said, _ = running.communicate()
        raise AssertionError(f"not done after {timeout_s} s:\n{said}") from None
    assert running.returncode == 0, said
    # A file counts as a test of its own, even where there is none in it.
    assert [name for name in re.findall(r"# Subtest: (.+)", said) if not name.endswith(file)], "nothing was run"
