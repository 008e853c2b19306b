"""README.md: compose/up with authentication, as it stands there, in a copy of this checkout that has been built."""

import os
import re
import shutil
import subprocess

import pytest
from taskstream.client import Client
from taskstream.places import BIN, ROOT, free_port

PROGRAMS = ("taskstream-command-service", "taskstream-projection-service", "taskstream-replay", "taskstream-token")


@pytest.fixture
def checkout(tmp_path):
    """With the programs where compose/up would build them, and a CMake that has nothing to do."""
    shutil.copytree(ROOT / "compose", tmp_path / "compose")
    programs = tmp_path / "build" / "release" / "bin"
    programs.mkdir(parents=True)
    for name in PROGRAMS:
        shutil.copy(BIN / name, programs / name)
    (tmp_path / "tools").mkdir()
    cmake = tmp_path / "tools" / "cmake"
    cmake.write_text("#!/bin/sh\n")
    cmake.chmod(0o755)
    yield tmp_path
    run(tmp_path, "compose/down")


def run(folder, command):
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, env={**os.environ, "PATH": f"{folder / 'tools'}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_commands_that_start_it_with_authentication_do(checkout):
    told = re.search(r"^## Who may ask\n.*?^```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)[1]
    make, up, curl = told.splitlines()
    token = re.search(r"^taskstream_\S+$", run(checkout, make), re.M)[0]
    commands, queries = free_port(), free_port()
    run(checkout, f"{up} --port-command {commands} --port-projection {queries}")
    answer = run(checkout, curl.replace("8081", str(queries)).replace("taskstream_…", token))
    assert re.search(r"^HTTP/1\.1 200\b.*\"actor\":\"me\"", answer, re.M | re.S), answer
    assert [Client(port).get("/v1/me").status for port in (commands, queries)] == [401, 401]
