"""What is in the image that compose/Dockerfile makes, and what its build is given to make it from."""

import json
import os

import pytest
from taskstream.images import BASE, OURS, PROGRAMS
from taskstream.places import ROOT

MIB = 1024 * 1024
# Files of the checkout, beside the folders of the sources.
FILES = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "compose/first-token", "compose/install", "compose/is-ready", "compose/lib.sh",
         "compose/packages.txt"}
FOLDERS = ("cmake", "command-service", "events", "http", "projection-service")
# What lies in a checkout that is worked in, and in one from which a stack is run.
KEPT_OUT = (".git/config", ".env", "auth.json", "backup.ndjson", "build/dev/bin/it", "data/taskstream.log", "docs/operating.md",
            "tests/README.md", "compose/.env", "compose/docker-compose.yml", "compose/kafka", "README.md")


def test_the_image_has_no_compiler_and_no_package_lists(stack):
    look = "for it in cc gcc c++ clang clang-19 ld as make cmake; do command -v $it; done; ls /var/lib/apt/lists; true"
    found = stack.execute("command-1", "sh", "-c", look)
    assert found.split() == []


def test_every_program_of_the_image_finds_its_libraries(stack):
    for program in PROGRAMS:
        assert "not found" not in stack.execute("command-1", "ldd", f"/usr/local/bin/{program}"), program


def test_the_image_is_small(engine):
    """What is added to the base: the programs, and the libraries that they are linked to."""
    size, base = (json.loads(engine.docker("image", "inspect", image))[0]["Size"] for image in (OURS, BASE))
    print(f"the image has {size / MIB:.0f} MiB, of which {base / MIB:.0f} MiB are the base's")
    assert size - base < 48 * MIB


@pytest.fixture
def context_of(engine, tmp_path):
    """Which files of a folder a build there is given."""
    def files(folder):
        everything = tmp_path / "Dockerfile.everything"
        everything.write_text("FROM scratch\nCOPY . /\n")
        engine.build("context", folder, "--file", everything, "--output", tmp_path / "given")
        return _files_of(tmp_path / "given")
    return files


def test_the_build_is_given_what_it_needs_and_nothing_else(context_of):
    wanted = FILES | {f"{top}/{file}" for top in FOLDERS for file in _files_of(ROOT / top)}
    assert context_of(ROOT) == wanted


def test_no_secret_and_no_history_of_a_checkout_is_given_to_the_build(context_of, tmp_path):
    checkout = tmp_path / "checkout"
    for name in (*KEPT_OUT, *FILES, "events/CMakeLists.txt"):
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (checkout / ".dockerignore").write_text((ROOT / ".dockerignore").read_text())
    assert context_of(checkout) == FILES | {"events/CMakeLists.txt"}


def _files_of(folder):
    return {os.path.relpath(os.path.join(place, file), folder) for place, _, files in os.walk(folder) for file in files}
