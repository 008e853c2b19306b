"""Every fuzzer replays its corpus, and looks further for five seconds: from a known seed, so that a finding is one of the change
at hand. `tests/fuzz` looks elsewhere, for as long as one likes."""

import os
import re
import subprocess

import pytest
from taskstream.places import ROOT

TARGETS = re.search(r"^readonly targets=\((.*)\)$", (ROOT / "tests" / "fuzz").read_text(), re.M)[1].split()


def fuzz(*arguments):
    return subprocess.run([ROOT / "tests" / "fuzz", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=3600)


@pytest.fixture(scope="module")
def built():
    for command in (["cmake", "--preset", "fuzz"], ["cmake", "--build", "build/fuzz", "--target", "fuzzers"]):
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=3600)
        assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.parametrize("target", TARGETS)
def test_no_claim_is_broken(built, target):
    done = fuzz("--seconds", "5", "--seed", os.environ.get("TASKSTREAM_TEST_SEED", "1"), target)
    assert done.returncode == 0, done.stdout
    print(done.stdout)


def test_every_fuzzer_is_run():
    in_cmake = re.search(r"^foreach\(FILE (.*?)\)$", (ROOT / "tests/fuzzers/CMakeLists.txt").read_text(), re.M | re.S)[1].split()
    assert sorted(name.replace("_", "-") for name in in_cmake) == sorted(TARGETS)
    for target in TARGETS:
        assert any((ROOT / "tests/fuzzers/corpus" / target).iterdir()), target


def test_a_target_that_is_none_is_refused():
    assert fuzz("--seconds", "1", "nothing").returncode == 2
