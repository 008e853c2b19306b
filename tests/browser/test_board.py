"""The board in a real browser, by node's own runner."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from taskstream.places import BIN

HERE = Path(__file__).resolve().parent
FILES = sorted(path.name for path in HERE.glob("*.test.mjs"))


@pytest.fixture(scope="session")
def packages():
    """As the lock file names them; installed once."""
    assert shutil.which("npm") and shutil.which("chromium"), "npm or Chromium is missing: compose/install web"
    mark = HERE / "node_modules" / ".package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True, stdin=subprocess.DEVNULL, timeout=300)


@pytest.mark.parametrize("file", FILES)
def test_board(packages, file):
    ended = subprocess.run(["node", "--test", file], cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400,
                           env={**os.environ, "TASKSTREAM_BIN": str(BIN)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "\n# pass 0\n" not in ended.stdout, "nothing was run"
