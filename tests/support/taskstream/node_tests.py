"""Folders of tests that node's own runner runs: each file there is one test of pytest's."""

import os
import shutil
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
    ended = subprocess.run([node, "--test", file], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s,
                           env={**os.environ, "TASKSTREAM_BIN": str(BIN)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "\n# pass 0\n" not in ended.stdout, "nothing was run"
