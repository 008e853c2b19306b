"""Bugs that were planted: the simulation finds each of them, most within a few seeds, the rarest within hundreds.

A patch in mutants/ begins with what is broken. One that no longer applies fails: write it anew for the code as it is.
`pytest tests/simulation -k no-barrier` plants one alone.
"""

import re
import subprocess
from pathlib import Path

import pytest
from taskstream.source_tree import SourceTree

MUTANTS = sorted((Path(__file__).parent / "mutants").glob("*.patch"))
SEEDS = 1_000
LAST_LINE = re.compile(r"^seeds (\d+), failed (\d+), trace [0-9a-f]{16}$")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = SourceTree(tmp_path_factory.mktemp("mutants"), "dev", "simulation", "-DTASKSTREAM_TESTS=ON")
    tree.build()
    return tree


def simulate(tree, *arguments):
    return subprocess.run([tree.programs / "simulation", "--seeds", str(SEEDS), *arguments], capture_output=True, text=True, timeout=300)


def counts(done):
    """How many seeds were run, and how many of them failed."""
    last = LAST_LINE.match(done.stdout.splitlines()[-1]) if done.stdout else None
    assert last, f"the simulation did not come to its end: {done.stdout[-500:]}{done.stderr[-500:]}"
    return int(last[1]), int(last[2])


def test_there_are_bugs_to_be_found():
    assert len(MUTANTS) >= 15


def test_without_a_bug_the_seeds_pass(tree):
    done = simulate(tree)
    assert done.returncode == 0 and counts(done) == (SEEDS, 0), done.stdout


def test_the_same_seeds_are_the_same_runs(tree):
    assert simulate(tree, "--from", "1000").stdout == simulate(tree, "--from", "1000").stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: path.stem)
def test_a_planted_bug_is_found(tree, mutant):
    tree.patch(mutant)
    try:
        tree.build()
        done = simulate(tree, "--until-failed")
    finally:
        tree.patch(mutant, "--reverse")
    # A bug may also make the process abort: it asserts what it relies on.
    assert done.returncode != 0, f"nobody noticed: {mutant.read_text().splitlines()[0]}"
    print(done.stdout[-800:])
    if done.returncode == 1:
        assert counts(done)[1] == 1
