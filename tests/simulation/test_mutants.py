"""Bugs that were planted: the simulation finds each of them, most within a few seeds, the rarest within hundreds.

A patch in mutants/ begins with what is broken. One that no longer applies fails: write it anew for the code as it is.
`pytest tests/simulation -k no-barrier` plants one alone.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = sorted((Path(__file__).parent / "mutants").glob("*.patch"))
SEEDS = 1_000
LAST_LINE = re.compile(r"^seeds (\d+), failed (\d+), trace [0-9a-f]{16}$")


class Tree:
    """A copy of the sources, in which bugs are planted and removed again. Only what a bug touches is compiled anew."""

    def __init__(self, root):
        self.root = root
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        self._run("cmake", "--preset", "dev", "-DTASKSTREAM_TESTS=ON")
        self.build()

    def build(self):
        self._run("cmake", "--build", "build/dev", "--target", "simulation", "-j", str(os.cpu_count()))

    def patch(self, path, *more):
        self._run("patch", "-p1", "--fuzz=0", "--batch", *more, "-i", path)

    def simulate(self, *arguments):
        return subprocess.run([self.root / "build/dev/bin/simulation", "--seeds", str(SEEDS), *arguments],
                              capture_output=True, text=True, timeout=300)

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout[-3000:]}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("mutants"))


def counts(done):
    """How many seeds were run, and how many of them failed."""
    last = LAST_LINE.match(done.stdout.splitlines()[-1]) if done.stdout else None
    assert last, f"the simulation did not come to its end: {done.stdout[-500:]}{done.stderr[-500:]}"
    return int(last[1]), int(last[2])


def test_there_are_bugs_to_be_found():
    assert len(MUTANTS) >= 15


def test_without_a_bug_the_seeds_pass(tree):
    done = tree.simulate()
    assert done.returncode == 0 and counts(done) == (SEEDS, 0), done.stdout


def test_the_same_seeds_are_the_same_runs(tree):
    assert tree.simulate("--from", "1000").stdout == tree.simulate("--from", "1000").stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: path.stem)
def test_a_planted_bug_is_found(tree, mutant):
    tree.patch(mutant)
    try:
        tree.build()
        done = tree.simulate("--until-failed")
    finally:
        tree.patch(mutant, "--reverse")
    # A bug may also make the process abort: it asserts what it relies on.
    assert done.returncode != 0, f"nobody noticed: {mutant.read_text().splitlines()[0]}"
    print(done.stdout[-800:])
    if done.returncode == 1:
        assert counts(done)[1] == 1
