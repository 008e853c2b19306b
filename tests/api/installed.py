"""What the interfaces are checked with, installed as tools/ pins it: once a machine, outside of the work tree."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

TOOLS = Path(__file__).parent / "tools"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "taskstream"


def node_folder():
    """The folder of node_modules, with what runs in it."""
    return _installed("documents", ["package.json", "package-lock.json", "parse_asyncapi.mjs"], _install_node)


def schemathesis():
    """Schemathesis's command."""
    return _installed("schemathesis", ["requirements.txt"], _install_python) / "bin" / "schemathesis"


def _install_node(folder):
    for file in ("package.json", "package-lock.json", "parse_asyncapi.mjs"):
        shutil.copy(TOOLS / file, folder)
    # Scripts of packages are not run: they would only report home, and nothing here needs building.
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)


def _install_python(folder):
    # A venv knows its own path, so that it is made where it stays.
    _run(["/usr/bin/python3", "-m", "venv", folder])
    _run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", TOOLS / "requirements.txt"])


def _installed(name, pins, install):
    """The folder of this tool at these pins; made first where it is not there whole."""
    digest = hashlib.sha256(b"\0".join((TOOLS / pin).read_bytes() for pin in pins)).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = folder / ".whole"
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            whole.touch()
    return folder


def _run(command, **more):
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=600, **more)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}"
