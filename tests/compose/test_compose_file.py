"""compose/docker-compose.yml and compose/Dockerfile, without an engine: as a newer compose than Debian's reads them, and as
what is written beside them says."""

import re
import subprocess

import pytest
import yaml
from taskstream.images import PROGRAMS
from taskstream.places import BIN, ROOT

FILE = ROOT / "compose" / "docker-compose.yml"
# Debian's own Go, wherever another one may stand in the path: it is the one that go.mod was made for.
GO = "/usr/bin/go"


@pytest.fixture(scope="module")
def read_as_v2(tmp_path_factory):
    """What the library of Docker Compose v2 says about a file: its exit code and its words."""
    program = tmp_path_factory.mktemp("specification") / "read"
    built = subprocess.run([GO, "build", "-buildvcs=false", "-o", program, "."], cwd=ROOT / "tests" / "compose" / "specification",
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr

    def read(file):
        done = subprocess.run([program, file], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout + done.stderr
    return read


def test_the_file_keeps_to_the_compose_specification(read_as_v2):
    code, said = read_as_v2(FILE)
    assert code == 0, said
    assert {"kafka-1", "kafka-2", "kafka-3", "command-1", "command-2", "projection-1", "projection-2", "proxy", "prometheus"} <= set(said.split())


@pytest.mark.parametrize("before, after", [
    ("stop_grace_period: 60s", "stop_grace_time: 60s"),
    ("read_only: true", "read_only: [true]"),
    ("networks: [inside, outside]", "networks: [inside, elsewhere]"),
    ("condition: service_healthy", "condition: service_happy"),
    ("retries: 6", "retries: six"),
])
def test_what_is_against_the_specification_is_found(read_as_v2, tmp_path, before, after):
    text = FILE.read_text()
    assert before in text
    (tmp_path / "docker-compose.yml").write_text(text.replace(before, after))
    code, said = read_as_v2(tmp_path / "docker-compose.yml")
    assert code != 0, said


def test_the_runtime_packages_are_those_that_the_programs_link_to():
    """A library that is not among them is missing from the image; one that nothing links to is in it for nothing."""
    packages = re.search(r"^\[runtime\]\n(.*?)^\[", (ROOT / "compose" / "packages.txt").read_text(), re.M | re.S)[1]
    listed = {line for line in packages.splitlines() if line.startswith("lib")}
    needed = set()
    for program in PROGRAMS:
        headers = subprocess.run(["objdump", "-p", BIN / program], capture_output=True, text=True, check=True).stdout
        needed |= set(re.findall(r"NEEDED +(\S+)", headers))
    found = subprocess.run(["dpkg", "-S", *(f"*/*-linux-gnu/{library}" for library in needed)], capture_output=True, text=True).stdout
    linked = {line.partition(":")[0] for line in found.splitlines()}
    assert linked - {"libc6", "libgcc-s1", "libstdc++6"} == listed


def test_the_origin_that_browsers_see_is_named_to_every_service(scene):
    """Where TLS ends before them, the services cannot know it; what stands in the file is taken by a service as it is."""
    services = yaml.safe_load(FILE.read_text())["services"]
    said = {services[name]["environment"]["TASKSTREAM_CORS_ORIGIN"] for name in ("command-1", "command-2", "projection-1", "projection-2")}
    default = re.fullmatch(r"\$\{TASKSTREAM_CORS_ORIGIN:-(.*)\}", said.pop())[1]
    assert not said
    for value in (default, f"{default},https://tasks.example"):
        service = scene.command_service(scene.file_log(), start=False).in_environment({"TASKSTREAM_CORS_ORIGIN": value}).start()
        answer = service.client().create("From a page", headers={"Host": "localhost", "Origin": "https://tasks.example"})
        assert answer.status == (201 if "https" in value else 403), value
