"""compose/Dockerfile as users build it: from the sources, in a container, by docker-compose alone."""

import json
import re
import subprocess

import pytest
from taskstream.engine import COMPOSE
from taskstream.images import BASE, OURS, PROGRAMS, base_archive
from taskstream.places import ROOT
from taskstream.stack import COMPOSE_FILE

HOUR_S = 3600
VERSION = re.search(r"^project\(\S+ VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]


@pytest.mark.long
def test_the_image_is_built_from_the_sources(engine_that_builds, tmp_path):
    engine = engine_that_builds
    engine.import_image(BASE, base_archive())
    # The one thing that is not as users have it: containers of this engine have no network, so that the build takes the machine's.
    beside = tmp_path / "beside.yml"
    beside.write_text(json.dumps({"services": {"command-1": {"build": {"network": "host"}}}}))
    done = subprocess.run([COMPOSE, "--file", COMPOSE_FILE, "--file", beside, "build", "command-1"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=2 * HOUR_S, env=engine.environment())
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-6000:]
    for program in PROGRAMS:
        said = engine.docker("run", "--rm", "--network", "none", "--read-only", OURS, program, "--version")
        assert said.split() == [program, VERSION], said
